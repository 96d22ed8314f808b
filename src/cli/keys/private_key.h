/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PRIVATE_KEY_H
#define PRIVATE_KEY_H

#include "keys/key.h"

#include <stddef.h>

struct json_object;

/*
 * Keys that sign, for the command only: the module never holds one. Each is a
 * struct key whose public_key has the private part too.
 */

/*
 * Reads a PEM private key (PKCS #8, PKCS #1, SEC 1; not encrypted) or a private
 * JWK, and checks it as the module checks its public part. KEY_GOOD, or `what`
 * says what is wrong. key_done() frees it.
 */
enum key_result privatekey_from_pem(const char *text, size_t length,
                                    struct key *ret_key,
                                    char what[KEY_WHAT_MAX]);
enum key_result privatekey_from_jwk(struct json_object *jwk,
                                    struct key *ret_key,
                                    char what[KEY_WHAT_MAX]);

/*
 * The key as a private JWK (RFC 7518 section 6, RFC 8037 section 2), NULL when
 * that failed. json_object_put() frees it.
 */
struct json_object *privatekey_to_jwk(const struct key *key);

#endif
