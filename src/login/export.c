/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/export.h"

#include "json/pointer.h"

#include <string.h>

#define PREFIX   "JWT_"
#define REST_MAX 60

/* The length of a good name in front of '=', 0 for none. */
static size_t
name_length(const char *text)
{
    size_t prefix = sizeof PREFIX - 1;
    size_t rest;

    if (strncmp(text, PREFIX, prefix) != 0)
        return 0;
    rest = strspn(text + prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (rest == 0 || rest > REST_MAX || text[prefix + rest] != '=')
        return 0;
    return prefix + rest;
}

bool
environment_is_rule(const char *word)
{
    size_t length = name_length(word);

    return length > 0 && word[length + 1] != '\0' &&
           pointer_is_name(word + length + 1);
}

/* isprint() would ask the locale, which the person logging in may choose. */
bool
environment_is_value(const char *text)
{
    size_t length = 0;

    for (; text[length] != '\0'; length++)
        if (text[length] < 0x20 || text[length] > 0x7e)
            return false;
    return length <= ENVIRONMENT_VALUE_MAX;
}

bool
environment_is_safe(const char *variable)
{
    size_t length = name_length(variable);

    return length > 0 && environment_is_value(variable + length + 1);
}
