/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/escapes.h"

#include <string.h>

/* Reads `count` hexadecimal digits. -1: one of them is not a digit. */
static int
read_hex(struct span span, size_t count)
{
    int value = 0;

    if (span.length < count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char c = span.text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Reads %2E, and %252E, which was encoded twice. */
static size_t
read_percent(struct span span, int *ret_value)
{
    size_t skip = 1;

    while (read_hex(span_behind(span, skip), 2) == '%' &&
           read_hex(span_behind(span, skip + 2), 2) >= 0)
        skip += 2;
    *ret_value = read_hex(span_behind(span, skip), 2);
    return *ret_value >= 0 ? skip + 2 : 0;
}

/* Reads \u002e, \x2e, \n; of any other a backslash counts for nothing. */
static size_t
read_backslash(struct span span, int *ret_value)
{
    char kind = span.length > 1 ? span.text[1] : '\0';
    size_t digits = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;

    *ret_value = 0;
    if (digits > 0 && read_hex(span_behind(span, 2), digits) >= 0) {
        *ret_value = read_hex(span_behind(span, 2), digits);
        return 2 + digits;
    }
    return kind != '\0' && strchr("nrtbfv", kind) != NULL ? 2 : 1;
}

/* Reads &#46; and &#x2e;. */
static size_t
read_entity(struct span span, int *ret_value)
{
    size_t at = 2;
    bool is_hex;
    int value = 0;

    if (span.length < 4 || span.text[1] != '#')
        return 0;
    is_hex = span.text[2] == 'x' || span.text[2] == 'X';
    for (at += is_hex; at < span.length && at < 9; at++) {
        int digit = read_hex(span_behind(span, at), 1);

        if (digit < 0 || (!is_hex && digit > 9))
            break;
        value = value * (is_hex ? 16 : 10) + digit;
    }
    *ret_value = value;
    return at < span.length && span.text[at] == ';' ? at + 1 : 0;
}

/* Reads =2E, =2D and =5F of quoted-printable; others are no part of a token. */
static size_t
read_quoted_printable(struct span span, int *ret_value)
{
    *ret_value = read_hex(span_behind(span, 1), 2);
    return *ret_value == '.' || *ret_value == '-' || *ret_value == '_' ? 3 : 0;
}

/* Reads a terminal's sequence, such as the one around a paste: ESC [ 200 ~. */
static size_t
read_sequence(struct span span, int *ret_value)
{
    size_t at = 2;

    *ret_value = 0;
    if (span.length < 2 || span.text[1] != '[')
        return 0;
    while (at < span.length && span.text[at] >= ' ' && span.text[at] < '@')
        at++;
    return at < span.length ? at + 1 : at;
}

/*
 * Reads an escape. Returns how many bytes it has, 0 for none; its value is 0
 * where it stands for nothing.
 */
static size_t
read_escape(struct span span, int *ret_value)
{
    switch (*span.text) {
    case '%':
        return read_percent(span, ret_value);
    case '\\':
        return read_backslash(span, ret_value);
    case '&':
        return read_entity(span, ret_value);
    case '=':
        return read_quoted_printable(span, ret_value);
    case '\033':
        return read_sequence(span, ret_value);
    default:
        return 0;
    }
}

/* True if a token begins behind the first byte of an escape and within it. */
static bool
has_beginning(struct span span, size_t skip)
{
    for (size_t i = 1; i < skip; i++) {
        char first[3];
        size_t used = 0;

        if (span.text[i] != 'e')
            continue;
        for (size_t at = i; at < span.length && used < sizeof first; at++)
            if (span_is_plain(span.text[at]))
                first[used++] = span.text[at];
        if (span_begins_token((struct span){first, used}))
            return true;
    }
    return false;
}

/* Reads one escape or byte. Returns its length; its value is 0 for nothing. */
static size_t
read_one(struct span span, enum escapes_reading reading,
         struct escapes_seen *seen, int *ret_value)
{
    size_t skip = reading != ESCAPES_LITERAL ? read_escape(span, ret_value) : 0;

    seen->any |= skip > 0;
    if (skip > 0 &&
        !(reading == ESCAPES_SPARING && has_beginning(span, skip))) {
        seen->values |= *ret_value != 0;
        return skip;
    }
    *ret_value = (unsigned char)*span.text;
    return 1;
}

struct span
escapes_read(struct span span, enum escapes_reading reading, char *into,
             struct escapes_seen *ret_seen)
{
    size_t used = 0;

    *ret_seen = (struct escapes_seen){false, false};
    while (span.length > 0) {
        int value = 0;
        size_t skip = read_one(span, reading, ret_seen, &value);

        if (value < 0x7f && span_is_plain((char)value))
            into[used++] = value == '\'' ? '"' : (char)value;
        span = span_behind(span, skip);
    }
    return (struct span){into, used};
}
