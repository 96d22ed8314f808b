/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEY_PRINT_H
#define KEY_PRINT_H

#include "base/strings.h"
#include "keys/key.h"

/*
 * By what a key is known again, wherever it stands. A public key, built or not,
 * has its RFC 7638 thumbprint. A secret has one print for each hash that it is
 * long enough for, of what HMAC makes of it (RFC 2104 section 2): one that is
 * longer than a block is its hash, and NULs at the end are padding. Numbers
 * that make no key have none. False: out of memory.
 */
bool key_add_prints(const struct key *key, struct strings *prints);

/* True if two keys of a set are certainly the same key. */
bool key_is_same(const struct key *a, const struct key *b);

#endif
