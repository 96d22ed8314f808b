/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strings.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
strings_add(struct strings *list, const char *text, size_t length)
{
    char **items =
        reallocarray(list->items, list->count + 1, sizeof *list->items);
    char *copy;

    if (items == NULL)
        return false;
    list->items = items;
    copy = strndup(text, length);
    if (copy == NULL)
        return false;
    list->items[list->count++] = copy;
    return true;
}

bool
strings_addf(struct strings *list, const char *format, ...)
{
    va_list arguments;
    char *line = NULL;
    int length;
    bool added;

    va_start(arguments, format);
    length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0)
        return false;
    added = strings_add(list, line, (size_t)length);
    free(line);
    return added;
}

bool
strings_have(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i], text))
            return true;
    return false;
}

void
strings_done(struct strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct strings){0};
}
