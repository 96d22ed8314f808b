/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEY_DER_H
#define KEY_DER_H

#include "keys/key.h"

/* The structures in which a public key comes. */
enum key_der_form {
    KEY_DER_SPKI,       /* SubjectPublicKeyInfo, RFC 5280 section 4.1 */
    KEY_DER_PKCS1,      /* RSAPublicKey, RFC 8017 appendix A.1.1 */
    KEY_DER_CERTIFICATE /* RFC 5280 section 4.1 */
};

/* Which of them the bytes are by their first elements; false: none. */
bool key_der_recognize(const unsigned char *der, size_t length,
                       enum key_der_form *ret_form);

/*
 * Reads one structure, which must reach from the first byte to the last, as far
 * as its type; the key keeps its bytes and is not built. When it is, a
 * certificate must be within its dates at `now`, and be meant for signatures
 * where it says what it is meant for.
 */
enum key_result key_from_der(enum key_der_form form, const unsigned char *der,
                             size_t length, time_t now, struct key *ret_key,
                             char what[KEY_WHAT_MAX]);

/* The numbers of a public key. */
struct key_numbers {
    const struct key_kind *kind;
    struct key_number first;  /* the modulus, or the point */
    struct key_number second; /* the exponent of RSA */
};

/* Those of such a key, where they stand in its bytes. */
bool key_der_numbers(const struct key *key, struct key_numbers *ret_numbers);

/* A public key made of them; NULL: they make none, and `what` says why. */
struct evp_pkey_st *key_der_public(const struct key *key,
                                   char what[KEY_WHAT_MAX]);

#endif
