/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ALGORITHM_H
#define ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>

struct key;
struct evp_pkey_ctx_st;

/* A signature algorithm of RFC 7518 section 3.1 or RFC 8037. */
struct algorithm {
    const char *name;   /* the "alg" value, compared byte for byte */
    unsigned key_types; /* which enum key_type can be used with it */
    const char *digest; /* OpenSSL's name; NULL where the curve has its own */
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
 * True if this key may ever be used with this algorithm: its type, the length
 * of a secret, its own "alg".
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
