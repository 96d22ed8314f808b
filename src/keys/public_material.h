/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PUBLIC_MATERIAL_H
#define PUBLIC_MATERIAL_H

#include "base/reason.h"
#include "keys/key.h"

#include <stddef.h>

/*
 * Judges whether bytes that are to be a shared secret are something that
 * everybody may read: they, or a text in them read as hexadecimal, base64,
 * base64url, escaped or percent-encoded text, whole or word by word, or as a
 * list of numbers, whatever stands around and between the digits. Also finds
 * one byte repeated, which HMAC pads to a key that anybody can name. OK: not
 * recognised. KEY_UNAVAILABLE: `ret_what` says what it is; it shows no byte of
 * it. NO_MEMORY. Takes some 0.1 ms for a secret of 64 bytes, and at most
 * SECRET_FORM_MAX bytes.
 */
enum reason public_material_judge(const unsigned char *bytes, size_t length,
                                  char ret_what[KEY_WHAT_MAX])
    __attribute__((warn_unused_result));

#endif
