/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum printable_form {
    PRINTABLE_TEXT, /* a byte that cannot be shown becomes \xHH */
    PRINTABLE_JSON  /* within JSON text, of which it stays a part */
};

/*
 * Reads one character of strict UTF-8 (RFC 3629): no overlong form, no
 * surrogate, nothing above U+10FFFF. Returns its bytes, 0 if it is not one.
 */
size_t printable_utf8(const char *text, size_t length, uint32_t *ret_point);

/*
 * Writes a text that is safe for a terminal and valid UTF-8. Control bytes, the
 * C1 controls, invisible and direction-changing characters and bytes that are
 * not UTF-8 are escaped, a line end too. In JSON a character becomes \uHHHH, so
 * that a reader gets it back, and a stray byte the four characters \xHH.
 */
void printable_write(FILE *out, const char *text, size_t length,
                     enum printable_form form);

#endif
