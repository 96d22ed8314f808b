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

/*
 * Form of a public key for comparing it with many others that are not built:
 * its numbers, as in a JWK, and whether the last one of a point is odd, which
 * is all that a compressed point says of that number.
 */
struct key_texts {
    enum key_type type;
    char *one; /* n of RSA, x, or pub; the caller's */
    char *two; /* e of RSA, or y; NULL: none, or not known */
    bool is_odd;
};

/* False: it makes no key, or there is no memory. key_texts_done() is due. */
bool key_texts(const struct key *key, struct key_texts *ret_texts);
void key_texts_done(struct key_texts *texts);

/* True if a key is the one with these texts. */
bool key_has_texts(const struct key *key, const struct key_texts *texts);

#endif
