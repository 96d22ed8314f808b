/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEY_FORM_H
#define KEY_FORM_H

#include <stddef.h>

struct jsontext;

/*
 * A guess for a message: what is in a file that holds no public key, and what
 * to do about it. Decides nothing. `data` has a NUL behind its last byte.
 */
const char *key_form_guess(const char *data, size_t size);

/* The same for a JSON object that is neither a JWK nor a JWK Set. */
const char *key_form_guess_json(const struct jsontext *text);

#endif
