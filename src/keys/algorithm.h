/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ALGORITHM_H
#define ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>

struct key;
struct evp_pkey_ctx_st;

/* A signature algorithm of RFC 7518 section 3.1, RFC 8037, 9864 or 9964. */
struct algorithm {
    const char *name;   /* the "alg" value, compared byte for byte */
    unsigned key_types; /* which enum key_type can be used with it */
    const char *digest; /* OpenSSL's name; NULL: the key has its own */
    size_t hash_size;   /* bytes; also the shortest secret, and the PSS salt */
    bool is_pss;
    bool is_default; /* allowed where `algorithms` is not set */
};

/* The table's row of that name, NULL if it is unknown ("none" is). */
const struct algorithm *algorithm_find(const char *name);

/* Row `at` of the table, NULL behind its end. */
const struct algorithm *algorithm_at(size_t at);

/* One bit for each row, so that an allow-list is a number. */
unsigned algorithm_bit(const struct algorithm *algorithm);

/*
 * True if the allow-list (bits of algorithm_bit(), 0 for the defaults) names
 * this algorithm. EdDSA, the older name of Ed25519 and Ed448 (RFC 9864
 * section 2.2), is allowed by these names too; the key then decides which of
 * them it is: keyset_allows(). The older name in a list does not allow the
 * newer ones.
 */
bool algorithm_is_allowed(const struct algorithm *algorithm, unsigned allowed);

/* False where this host's OpenSSL is too old for the algorithm. */
bool algorithm_is_available(const struct algorithm *algorithm);

/* Why it is not available: the words behind "ML-DSA-44 needs ". */
#define ALGORITHM_NEEDS "OpenSSL 3.5 or newer"

/*
 * True if the key is of a type that the algorithm takes, and its own "alg" is
 * unset or names this algorithm, by whichever of its names.
 */
bool algorithm_is_of(const struct algorithm *algorithm, const struct key *key);

/*
 * True if this key may ever be used with this algorithm: algorithm_is_of(), the
 * length of a secret, the padding that an RSA key is restricted to.
 */
bool algorithm_fits(const struct algorithm *algorithm, const struct key *key);

/* Bytes of a signature by this key, which fits. */
size_t algorithm_signature_size(const struct algorithm *algorithm,
                                const struct key *key);

enum algorithm_result {
    ALGORITHM_WRONG = 0, /* the signature does not verify */
    ALGORITHM_RIGHT,
    ALGORITHM_FAILED /* OpenSSL could not do it; as bad as wrong */
};

/*
 * Verifies a JWS signature (RFC 7515 section 5.2). The key fits; the length is
 * checked first and MACs are compared in constant time. The caller's OpenSSL
 * error queue is left as it was.
 */
enum algorithm_result algorithm_verify(const struct algorithm *algorithm,
                                       struct key *key, const char *message,
                                       size_t length,
                                       const unsigned char *signature,
                                       size_t signature_length);

#define ALGORITHM_MAC_MAX 64

/*
 * Computes the HMAC of a KEY_SECRET: hash_size bytes. The key keeps what was
 * reckoned of it, for the next.
 */
bool algorithm_mac(const struct algorithm *algorithm, struct key *key,
                   const char *message, size_t length,
                   unsigned char ret_mac[ALGORITHM_MAC_MAX]);

/* Sets padding and salt of an RSA operation as the algorithm wants them. */
bool algorithm_set_padding(const struct algorithm *algorithm,
                           struct evp_pkey_ctx_st *context);

#endif
