/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet_url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Value of a digit plus 1; 0 for any other byte. */
/* clang-format off */
#define LETTERS_AND_DIGITS \
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8, \
    ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, \
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, \
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, \
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, \
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, \
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, \
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62
static const unsigned char digits_url[256] = {
    LETTERS_AND_DIGITS, ['-'] = 63, ['_'] = 64
};
static const unsigned char digits_plain[256] = {
    LETTERS_AND_DIGITS, ['+'] = 63, ['/'] = 64
};
/* clang-format on */

/* Four digits as 24 bits. False: one of them is not a digit. */
static bool
read_digits(const unsigned char text[4], const unsigned char digits[256],
            uint32_t *ret_bits)
{
    uint32_t a = digits[text[0]];
    uint32_t b = digits[text[1]];
    uint32_t c = digits[text[2]];
    uint32_t d = digits[text[3]];

    *ret_bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
    return a != 0 && b != 0 && c != 0 && d != 0;
}

/* The two or three digits at the end, as if zeros followed. */
static bool
read_rest(const unsigned char *text, size_t count,
          const unsigned char digits[256], uint32_t *ret_bits)
{
    unsigned char four[4] = {'A', 'A', 'A', 'A'};

    memcpy(four, text, count);
    return read_digits(four, digits, ret_bits);
}

static bool
decode_digits(const char *text, size_t length, const unsigned char digits[256],
              unsigned char *into, size_t *ret_length)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t rest = length % 4;
    unsigned char *to = into;
    uint32_t bits;

    if (rest == 1)
        return false;
    for (; length > rest; length -= 4, at += 4) {
        if (!read_digits(at, digits, &bits))
            return false;
        *to++ = (unsigned char)(bits >> 16);
        *to++ = (unsigned char)(bits >> 8);
        *to++ = (unsigned char)bits;
    }
    if (rest > 0) {
        if (!read_rest(at, rest, digits, &bits))
            return false;
        /* Spare bits would give one token several spellings. */
        if ((bits & (rest == 2 ? 0xffff : 0xff)) != 0)
            return false;
        *to++ = (unsigned char)(bits >> 16);
        if (rest == 3)
            *to++ = (unsigned char)(bits >> 8);
    }
    *ret_length = (size_t)(to - into);
    return true;
}

size_t
base64url_span(const char *text, size_t length)
{
    size_t span = 0;

    while (span < length && digits_url[(unsigned char)text[span]] != 0)
        span++;
    return span;
}

bool
base64url_decode(const char *text, size_t length, unsigned char *into,
                 size_t *ret_length)
{
    return decode_digits(text, length, digits_url, into, ret_length);
}

bool
base64_decode(const char *text, size_t length, unsigned char *into,
              size_t *ret_length)
{
    if (length % 4 != 0)
        return false;
    for (int padding = 0; padding < 2 && length > 0; padding++)
        if (text[length - 1] == '=')
            length--;
    return decode_digits(text, length, digits_plain, into, ret_length);
}

static int
hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool
hex_decode(const char *text, size_t length, unsigned char *into,
           size_t *ret_length)
{
    if (length % 2 != 0)
        return false;
    for (size_t i = 0; i < length; i += 2) {
        int high = hex_value(text[i]);
        int low = hex_value(text[i + 1]);

        if (high < 0 || low < 0)
            return false;
        into[i / 2] = (unsigned char)(high << 4 | low);
    }
    *ret_length = length / 2;
    return true;
}

size_t
base64url_encode(const unsigned char *bytes, size_t length, char *into)
{
    unsigned int bits = 0;
    unsigned int held = 0;
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        bits = (bits << 8 | bytes[i]) & 0xffff;
        for (held += 8; held >= 6; held -= 6)
            into[used++] = alphabet_url[bits >> (held - 6) & 63];
    }
    if (held > 0)
        into[used++] = alphabet_url[bits << (6 - held) & 63];
    into[used] = '\0';
    return used;
}

char *
base64url_text(const unsigned char *bytes, size_t length)
{
    char *text = malloc(BASE64URL_ENCODED_SIZE(length));

    if (text != NULL)
        base64url_encode(bytes, length, text);
    return text;
}
