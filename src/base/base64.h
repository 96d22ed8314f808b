/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE64_H
#define BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that `length` characters of base64 can hold at most. */
#define BASE64_DECODED_MAX(length) ((length) / 4 * 3 + 3)

/* Characters of base64url, with the final NUL, for `length` bytes. */
#define BASE64URL_ENCODED_SIZE(length) (((length) + 2) / 3 * 4 + 1)

/*
 * Strict base64url (RFC 7515 section 2, RFC 4648 section 5): no padding, no
 * foreign character, no length of 4n+1, no bits set beyond the last byte, so
 * that each byte string has exactly one spelling. `into` has room for
 * BASE64_DECODED_MAX(length) bytes; it is written only as far as needed and
 * its content after false means nothing.
 */
bool base64url_decode(const char *text, size_t length, unsigned char *into,
                      size_t *ret_length);

/* How many characters at the beginning of a text are base64url's. */
size_t base64url_span(const char *text, size_t length);

/* base64url_decode() for base64 of RFC 4648 section 4, whose padding is
 * required. */
bool base64_decode(const char *text, size_t length, unsigned char *into,
                   size_t *ret_length);

/* Pairs of hexadecimal digits of either case; room for length / 2 bytes. */
bool hex_decode(const char *text, size_t length, unsigned char *into,
                size_t *ret_length);

/* Writes base64url without padding, and a NUL. Returns its length. */
size_t base64url_encode(const unsigned char *bytes, size_t length, char *into);

/* The same as a string for the caller to free; NULL: out of memory. */
char *base64url_text(const unsigned char *bytes, size_t length);

#endif
