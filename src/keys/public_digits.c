/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/public_digits.h"

#include <stdbool.h>

/* A number is not read beyond this one. */
#define NUMBER_MAX 9999

int
public_digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static size_t
enough(size_t count)
{
    return count >= PUBLIC_DIGITS_MIN ? count : 0;
}

/* Reads every digit but the first `skip` of them. */
static size_t
read_pairs(const char *text, size_t length, size_t skip, unsigned char *into)
{
    size_t digits = 0;

    for (size_t i = 0; i < length; i++) {
        int value = public_digit_value(text[i]);

        if (value < 0 ||
            (value == 0 && i + 1 < length && (text[i + 1] | 0x20) == 'x'))
            continue;
        if (skip > 0) {
            skip--;
            continue;
        }
        if (digits % 2 == 0)
            into[digits / 2] = (unsigned char)(value << 4);
        else
            into[digits / 2] |= (unsigned char)value;
        digits++;
    }
    return enough(digits / 2);
}

size_t
public_digits_all(const char *text, size_t length, unsigned char *into)
{
    return read_pairs(text, length, 0, into);
}

size_t
public_digits_shifted(const char *text, size_t length, unsigned char *into)
{
    return read_pairs(text, length, 1, into);
}

size_t
public_digits_run(const char *text, size_t length, unsigned char *into)
{
    size_t best = 0;
    size_t best_size = 0;
    size_t size = 0;

    for (size_t i = 0; i < length; i++) {
        size = public_digit_value(text[i]) < 0 ? 0 : size + 1;
        if (size > best_size) {
            best_size = size;
            best = i + 1 - size;
        }
    }
    return read_pairs(text + best, best_size, 0, into);
}

size_t
public_digits_behind_x(const char *text, size_t length, unsigned char *into)
{
    size_t count = 0;

    for (size_t i = 0; i + 1 < length; i++) {
        int first = public_digit_value(text[i + 1]);
        int second = i + 2 < length ? public_digit_value(text[i + 2]) : -1;

        if ((text[i] | 0x20) == 'x' && first >= 0)
            into[count++] =
                (unsigned char)(second < 0 ? first : first << 4 | second);
    }
    return enough(count);
}

/* Reads one number; `at` moves on behind it. */
static int
read_number(const char **at, const char *end, int base)
{
    int number = 0;

    for (; *at < end && public_digit_value(**at) >= 0 &&
           public_digit_value(**at) < base;
         (*at)++)
        if (number <= NUMBER_MAX)
            number = number * base + public_digit_value(**at);
    return number;
}

static bool
is_decimal(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

static bool
is_fraction(const char *at, const char *end)
{
    return end - at >= 2 && at[0] == '.' && at[1] == '0' &&
           (end - at == 2 || (at[2] != '.' && !is_decimal(at + 2, end)));
}

/* A hyphen behind a digit stands between two numbers. */
static bool
is_negative(const char *text, const char *at)
{
    return at > text && at[-1] == '-' &&
           (at - text == 1 || !is_decimal(at - 2, at));
}

static size_t
read_list(const char *text, size_t length, int base, unsigned char *into)
{
    const char *end = text + length;
    const char *at = text;
    size_t count = 0;

    while (at < end) {
        const char *begin = at;
        int number = read_number(&at, end, base);

        if (at == begin) {
            at++;
            continue;
        }
        if (is_fraction(at, end))
            at += 2;
        if (is_negative(text, begin))
            number = number > 128 ? NUMBER_MAX : (256 - number) % 256;
        if (number < 256)
            into[count++] = (unsigned char)number;
    }
    return enough(count);
}

size_t
public_digits_list(const char *text, size_t length, unsigned char *into)
{
    return read_list(text, length, 10, into);
}

size_t
public_digits_octal(const char *text, size_t length, unsigned char *into)
{
    return read_list(text, length, 8, into);
}
