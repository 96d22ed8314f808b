/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
template_is_valid(const char *text, const char *letters)
{
    for (; *text != '\0'; text++) {
        if (*text != '%')
            continue;
        text++;
        if (*text == '\0' || (*text != '%' && strchr(letters, *text) == NULL))
            return false;
    }
    return true;
}

/*
 * Returns the text that the letter behind a % stands for, NULL if it is
 * unknown.
 */
static const char *
value_of(char letter, const struct template_facts *facts,
         const char **ret_missing)
{
    switch (letter) {
    case 'h':
        *ret_missing = "%h, the host name";
        return facts->hostname;
    case 's':
        *ret_missing = "%s, the service";
        return facts->service;
    case 'u':
        *ret_missing = "%u, the requested user";
        return facts->user;
    case 'i':
        *ret_missing = "%i, the token's iss";
        return facts->issuer;
    case 'j':
        *ret_missing = "%j, the token's jti";
        return facts->token_id;
    default:
        return "%";
    }
}

bool
template_expand(const char *text, const struct template_facts *facts,
                char **ret_text, const char **ret_missing)
{
    char *expanded = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&expanded, &size);
    const char *missing = NULL;
    bool whole = true;

    *ret_text = NULL;
    *ret_missing = NULL;
    if (out == NULL)
        return false;
    for (; whole && *text != '\0'; text++) {
        const char *value;

        if (*text != '%') {
            whole = fputc(*text, out) != EOF;
            continue;
        }
        text++;
        value = value_of(*text, facts, &missing);
        whole = value != NULL && fputs(value, out) != EOF;
        *ret_missing = value == NULL ? missing : NULL;
    }
    /* fclose() says nothing where it cannot make room: the text is NULL. */
    if (fclose(out) != 0 || !whole || expanded == NULL) {
        free(expanded);
        return false;
    }
    *ret_text = expanded;
    return true;
}
