/* SPDX-License-Identifier: BSD-2-Clause */
#include "shape.h"

#include "encoding.h"

#include <string.h>
#include <strings.h>

#define SHAPE_LENGTH_MIN 40

static const char scheme[] = "Bearer ";

bool
shape_is_token(const char *text, size_t length, bool cut)
{
    size_t skip = sizeof scheme - 1;

    if (length < SHAPE_LENGTH_MIN)
        return false;
    if (strncasecmp(text, scheme, skip) == 0) {
        text += skip;
        length -= skip;
        for (; length > 0 && *text == ' '; length--)
            text++;
    }
    if (length < 2 || text[0] != 'e' || (text[1] != 'y' && text[1] != 'w'))
        return false;
    return memchr(text, '.', length) != NULL ||
           (cut && base64url_span(text, length) == length);
}

bool
shape_is_cutting_length(size_t length)
{
    return length == 500 || length == 511 || length == 1023 || length == 4095;
}
