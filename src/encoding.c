/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoding.h"

#include <stdlib.h>

static const char alphabet_url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The value of one digit, or -1; '-' and '_', or '+' and '/', end the digits.
 */
static int
digit_value(unsigned char byte, char digit62, char digit63)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    if (byte == (unsigned char)digit62)
        return 62;
    return byte == (unsigned char)digit63 ? 63 : -1;
}

static bool
decode_digits(const char *text, size_t length, const char digits[2],
              unsigned char *into, size_t *ret_length)
{
    unsigned int bits = 0;
    unsigned int held = 0;
    size_t used = 0;

    if (length % 4 == 1)
        return false;
    for (size_t i = 0; i < length; i++) {
        int value = digit_value((unsigned char)text[i], digits[0], digits[1]);

        if (value < 0)
            return false;
        bits = bits << 6 | (unsigned int)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            into[used++] = (unsigned char)(bits >> held);
        }
        bits &= (1U << held) - 1;
    }
    /* Spare bits would give one token several spellings. */
    if (bits != 0)
        return false;
    *ret_length = used;
    return true;
}

bool
base64url_decode(const char *text, size_t length, unsigned char *into,
                 size_t *ret_length)
{
    return decode_digits(text, length, "-_", into, ret_length);
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
    return decode_digits(text, length, "+/", into, ret_length);
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
