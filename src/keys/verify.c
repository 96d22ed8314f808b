/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/algorithm.h"

#include "keys/key.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <stdint.h>

/*
 * How a signature is verified, in this order:
 * 1. The key's type MUST be one of the algorithm's, whatever the token says.
 * 2. The signature MUST have exactly the length that key and algorithm give.
 * 3. A MAC MUST equal ours, compared in constant time; any other signature
 *    MUST make EVP_DigestVerify() return 1: it returns -1 for some bad ones.
 */

bool
algorithm_is_available(const struct algorithm *algorithm)
{
    EVP_SIGNATURE *signature;

    if ((algorithm->key_types & KEY_MLDSA) == 0)
        return true;
    ERR_set_mark();
    signature = EVP_SIGNATURE_fetch(NULL, algorithm->name, NULL);
    EVP_SIGNATURE_free(signature);
    ERR_pop_to_mark();
    return signature != NULL;
}

size_t
algorithm_signature_size(const struct algorithm *algorithm,
                         const struct key *key)
{
    if (key->type == KEY_SECRET)
        return algorithm->hash_size;
    if (key->type == KEY_RSA || ((unsigned)key->type & KEY_MLDSA) != 0)
        return (size_t)EVP_PKEY_get_size(key->public_key);
    /* R and S (RFC 7518 section 3.4, RFC 8032 sections 5.1.6 and 5.2.6). */
    return 2 * key_kind(key->type)->size;
}

bool
algorithm_set_padding(const struct algorithm *algorithm, EVP_PKEY_CTX *context)
{
    if (!algorithm->is_pss)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    /* Without a salt length OpenSSL would take any: RFC 7518 section 3.5. */
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) ==
               1;
}

/* A context that begins with this secret; NULL: OpenSSL cannot. */
static EVP_MAC_CTX *
begin_mac(const struct algorithm *algorithm, const struct key *key)
{
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;
    /* OpenSSL does not write to it. */
    char *digest = (char *)(uintptr_t)algorithm->digest;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};

    if (mac != NULL &&
        EVP_MAC_init(mac, key->secret, key->secret_length, parameters) != 1) {
        EVP_MAC_CTX_free(mac);
        mac = NULL;
    }
    EVP_MAC_free(hmac);
    return mac;
}

/*
 * True if OpenSSL has the hash that is part of an Edwards curve's signature
 * (RFC 8032). Without it, it answers as for a wrong signature.
 */
static bool
has_own_hash(const struct key *key)
{
    const char *name = key->type == KEY_ED25519 ? "SHA512"
                       : key->type == KEY_ED448 ? "SHAKE256"
                                                : NULL;
    EVP_MD *hash = name != NULL ? EVP_MD_fetch(NULL, name, NULL) : NULL;

    EVP_MD_free(hash);
    return name == NULL || hash != NULL;
}

/* A context that begins to verify with this key; NULL: OpenSSL cannot. */
static EVP_MD_CTX *
begin_verifying(const struct algorithm *algorithm, const struct key *key)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *settings = NULL; /* the context's own */

    if (context != NULL && has_own_hash(key) &&
        EVP_DigestVerifyInit_ex(context, &settings, algorithm->digest, NULL,
                                NULL, key->public_key, NULL) == 1 &&
        (key->type != KEY_RSA || algorithm_set_padding(algorithm, settings)))
        return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

/*
 * Prepares what takes OpenSSL long and is the same for every message: it looks
 * its functions up by name and hashes the pads of a secret.
 */
static bool
make_ready(const struct algorithm *algorithm, struct key *key)
{
    if (key->ready_for != algorithm) {
        EVP_MAC_CTX_free(key->mac);
        EVP_MD_CTX_free(key->verifier);
        key->mac = NULL;
        key->verifier = NULL;
        if (key->type == KEY_SECRET)
            key->mac = begin_mac(algorithm, key);
        else
            key->verifier = begin_verifying(algorithm, key);
        key->ready_for =
            key->mac != NULL || key->verifier != NULL ? algorithm : NULL;
    }
    return key->ready_for == algorithm;
}

bool
algorithm_mac(const struct algorithm *algorithm, struct key *key,
              const char *message, size_t length,
              unsigned char ret_mac[ALGORITHM_MAC_MAX])
{
    size_t size = 0;

    /* It begins again without the secret, whose pads it has. */
    return make_ready(algorithm, key) &&
           EVP_MAC_init(key->mac, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(key->mac, (const unsigned char *)message, length) ==
               1 &&
           EVP_MAC_final(key->mac, ret_mac, &size, ALGORITHM_MAC_MAX) == 1 &&
           size == algorithm->hash_size;
}

static enum algorithm_result
verify_mac(const struct algorithm *algorithm, struct key *key,
           const char *message, size_t length, const unsigned char *signature)
{
    unsigned char mac[ALGORITHM_MAC_MAX];
    enum algorithm_result result = ALGORITHM_FAILED;

    if (algorithm_mac(algorithm, key, message, length, mac))
        result = CRYPTO_memcmp(mac, signature, algorithm->hash_size) == 0
                     ? ALGORITHM_RIGHT
                     : ALGORITHM_WRONG;
    OPENSSL_cleanse(mac, sizeof mac);
    return result;
}

/*
 * R and S side by side (RFC 7518 section 3.4) to the DER that OpenSSL wants,
 * in memory of its own: i2d into a fixed buffer is how others overflowed.
 */
static unsigned char *
ecdsa_der(const unsigned char *signature, size_t length, size_t *ret_length)
{
    int half = (int)(length / 2);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, half, NULL);
    BIGNUM *s = BN_bin2bn(signature + half, half, NULL);
    unsigned char *der = NULL;
    int size;

    if (pair == NULL || r == NULL || s == NULL ||
        ECDSA_SIG_set0(pair, r, s) != 1)
        goto out;
    r = NULL;
    s = NULL;
    size = i2d_ECDSA_SIG(pair, &der);
    if (size <= 0)
        der = NULL;
    else
        *ret_length = (size_t)size;

out:
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return der;
}

static enum algorithm_result
verify_public(const struct algorithm *algorithm, struct key *key,
              const char *message, size_t length,
              const unsigned char *signature, size_t signature_length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    enum algorithm_result result = ALGORITHM_FAILED;

    if (context != NULL && make_ready(algorithm, key) &&
        EVP_MD_CTX_copy_ex(context, key->verifier) == 1)
        result = EVP_DigestVerify(context, signature, signature_length,
                                  (const unsigned char *)message, length) == 1
                     ? ALGORITHM_RIGHT
                     : ALGORITHM_WRONG;
    EVP_MD_CTX_free(context);
    return result;
}

static enum algorithm_result
verify_ecdsa(const struct algorithm *algorithm, struct key *key,
             const char *message, size_t length, const unsigned char *signature,
             size_t signature_length)
{
    size_t der_length = 0;
    unsigned char *der = ecdsa_der(signature, signature_length, &der_length);
    enum algorithm_result result = ALGORITHM_FAILED;

    if (der != NULL)
        result =
            verify_public(algorithm, key, message, length, der, der_length);
    OPENSSL_clear_free(der, der_length);
    return result;
}

enum algorithm_result
algorithm_verify(const struct algorithm *algorithm, struct key *key,
                 const char *message, size_t length,
                 const unsigned char *signature, size_t signature_length)
{
    enum algorithm_result result;

    if (!algorithm_fits(algorithm, key) ||
        signature_length != algorithm_signature_size(algorithm, key))
        return ALGORITHM_WRONG;

    ERR_set_mark();
    errno = 0;
    switch (key->type) {
    case KEY_SECRET:
        result = verify_mac(algorithm, key, message, length, signature);
        break;
    case KEY_P256:
    case KEY_P384:
    case KEY_P521:
        result = verify_ecdsa(algorithm, key, message, length, signature,
                              signature_length);
        break;
    case KEY_RSA:
    case KEY_ED25519:
    case KEY_ED448:
    case KEY_MLDSA44:
    case KEY_MLDSA65:
    case KEY_MLDSA87:
        result = verify_public(algorithm, key, message, length, signature,
                               signature_length);
        break;
    default:
        result = ALGORITHM_FAILED;
    }
    /* Without memory OpenSSL answers as for a wrong signature: not a forgery.
     */
    if (result == ALGORITHM_WRONG && errno == ENOMEM)
        result = ALGORITHM_FAILED;
    ERR_pop_to_mark();
    return result;
}
