/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECRET_FORM_H
#define SECRET_FORM_H

#include "base/reason.h"
#include "keys/key.h"

#include <stdbool.h>
#include <stddef.h>

/* HMAC makes one block of at most 144 bytes of it, whatever its length. */
#define SECRET_FORM_MAX 8192

/* How the text in a secret_file is written. */
enum secret_encoding {
    SECRET_TEXT, /* the bytes of the file less one final newline */
    SECRET_HEX,
    SECRET_BASE64,
    SECRET_BASE64URL
};

/*
 * Reads a shared secret from the bytes of its file: one line of 0x21 to 0x7e
 * with single spaces inside at the most, taken as it stands or decoded. Encoded
 * text may be wrapped into lines; the padding of base64 may be left off.
 * Refuses what public_material_judge() recognises, whatever the encoding. OK:
 * the caller owns `ret_secret` and frees it with secret_free().
 * KEY_UNAVAILABLE: `ret_what` says what is wrong and at which offset, and shows
 * nothing of the file. NO_MEMORY. The length a secret needs is for
 * key_from_secret().
 */
enum reason secret_form_read(const char *data, size_t size,
                             enum secret_encoding encoding,
                             unsigned char **ret_secret, size_t *ret_length,
                             char ret_what[KEY_WHAT_MAX])
    __attribute__((warn_unused_result));

/*
 * Decodes all of a text in one of the encodings; blanks and line ends between
 * the digits do not count. `into` has room for `length` + 3 bytes, which the
 * caller wipes. False: the text is not written so.
 */
bool secret_form_decode(const char *text, size_t length,
                        enum secret_encoding encoding, unsigned char *into,
                        size_t *ret_length);

/* The value of secret_encoding. */
const char *secret_form_encoding_name(enum secret_encoding encoding);

#endif
