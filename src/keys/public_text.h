/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PUBLIC_TEXT_H
#define PUBLIC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* True for UTF-8 text; blanks and line ends are the only control bytes. */
bool public_text_is(const char *text, size_t length);

/*
 * Names what a text is when everybody may read it, by how it begins, whole or
 * cut off: JSON, a setting (NAME=), HTML or XML, PEM, a fingerprint, a URL, an
 * age key. Blanks, a byte order mark and quotes in front do not count. NULL:
 * not recognised.
 */
const char *public_text_name(const char *text, size_t length);

/*
 * The same for what stands anywhere within the text: a number of 150 digits, a
 * dump of bytes, a URL, a record of DNS.
 */
const char *public_text_mark(const char *text, size_t length);

#endif
