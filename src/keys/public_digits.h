/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PUBLIC_DIGITS_H
#define PUBLIC_DIGITS_H

#include <stddef.h>

/* Fewer bytes than these hold no key. */
#define PUBLIC_DIGITS_MIN 16

/* The value of a hexadecimal digit; -1: not one. */
int public_digit_value(char c);

/*
 * Read the bytes that digits in a text stand for, whatever stands between and
 * around them. Each writes to `into`, which has room for `length` bytes, and
 * returns how many; 0: fewer than PUBLIC_DIGITS_MIN.
 */

/* Every hexadecimal digit of the text, but for "0x". */
size_t public_digits_all(const char *text, size_t length, unsigned char *into);

/* The same from the second digit: the pairs are shifted. */
size_t public_digits_shifted(const char *text, size_t length,
                             unsigned char *into);

/* The longest row of hexadecimal digits. */
size_t public_digits_run(const char *text, size_t length, unsigned char *into);

/* One or two hexadecimal digits behind each x, as in (byte)0x30. */
size_t public_digits_behind_x(const char *text, size_t length,
                              unsigned char *into);

/* Decimal numbers from -128 to 255; a fraction of ".0" does not count. */
size_t public_digits_list(const char *text, size_t length, unsigned char *into);

/* Octal numbers below 0400. */
size_t public_digits_octal(const char *text, size_t length,
                           unsigned char *into);

#endif
