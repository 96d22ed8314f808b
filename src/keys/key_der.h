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
 * Reads one structure, which must reach from the first byte to the last. A
 * certificate must be within its dates at `now`, and be meant for signatures
 * where it says what it is meant for.
 */
enum key_result key_from_der(enum key_der_form form, const unsigned char *der,
                             size_t length, time_t now, struct key *ret_key,
                             char what[KEY_WHAT_MAX]);

#endif
