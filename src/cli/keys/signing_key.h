/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGNING_KEY_H
#define SIGNING_KEY_H

#include "keys/key.h"
#include "keys/keyset.h"

/*
 * Reads the key that signs from a file that only its owner may read: a PEM
 * private key, a private JWK, or a secret in any form that the module takes.
 * `algorithm` is what is asked for, or NULL: it then becomes the key's own, the
 * first of the table that fits. `kid` chooses in a JWK Set of secrets; NULL:
 * the only one. False: `what` says why. key_done() frees the key.
 */
bool signingkey_load(const char *path, enum secret_encoding encoding,
                     const char *kid, const struct algorithm **algorithm,
                     struct key *ret_key, char what[KEY_WHAT_MAX]);

#endif
