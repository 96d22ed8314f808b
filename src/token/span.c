/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/span.h"

#include "base/base64.h"
#include "token/looks_like_token.h"

#include <string.h>

bool
span_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool
span_is_plain(char c)
{
    return c > ' ' && c < 0x7f;
}

bool
span_is_quote(char c)
{
    return c == '"' || c == '\'';
}

bool
span_is_token_byte(char c)
{
    return c == '.' || base64url_span(&c, 1) == 1;
}

struct span
span_behind(struct span span, size_t skip)
{
    return (struct span){span.text + skip, span.length - skip};
}

struct span
span_trim(struct span span)
{
    while (span.length > 0 && span_is_space(span.text[span.length - 1]))
        span.length--;
    while (span.length > 0 && span_is_space(*span.text)) {
        span.text++;
        span.length--;
    }
    return span;
}

bool
span_contains(struct span span, const char *text)
{
    return memmem(span.text, span.length, text, strlen(text)) != NULL;
}

size_t
span_count_dots(struct span span)
{
    size_t dots = 0;

    for (size_t i = 0; i < span.length; i++)
        dots += span.text[i] == '.';
    return dots;
}

bool
span_begins_token(struct span span)
{
    const char *set;

    if (span.length < 3 || span.text[0] != 'e' || span.text[2] == '\0')
        return false;
    set = span.text[1] == 'y'   ? "ABCDIJKL"
          : span.text[1] == 'w' ? "klmnopqr0123"
                                : "";
    return strchr(set, span.text[2]) != NULL;
}

bool
span_find_run(struct span span, struct span *ret_run)
{
    const char *end = span.text + span.length;
    const char *at = span.text;

    while (at < end) {
        struct span run = {NULL, 0};
        size_t dots = 0;

        for (; at < end && span_is_token_byte(*at); at++) {
            if (run.text == NULL &&
                span_begins_token((struct span){at, (size_t)(end - at)}))
                run.text = at;
            dots += run.text != NULL && *at == '.';
        }
        run.length = run.text != NULL ? (size_t)(at - run.text) : 0;
        if (run.length >= TOKEN_LENGTH_MIN && dots >= 2) {
            *ret_run = run;
            return true;
        }
        at += at < end;
    }
    return false;
}
