/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/keys/sign.h"

#include "base/base64.h"
#include "base/text.h"
#include "keys/algorithm.h"
#include "keys/key.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <string.h>

/* The longest is that of ML-DSA-87 (FIPS 204 table 2). */
#define SIGNATURE_MAX 4627

/* DER as OpenSSL has it to R and S side by side, RFC 7518 section 3.4. */
static bool
flatten_ecdsa(unsigned char *signature, size_t *length, size_t whole)
{
    const unsigned char *at = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)*length);
    int half = (int)(whole / 2);
    bool done =
        pair != NULL &&
        BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, half) == half &&
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + half, half) == half;

    ECDSA_SIG_free(pair);
    *length = whole;
    return done;
}

static bool
sign_pair(const struct algorithm *algorithm, const struct key *key,
          const char *input, unsigned char *signature, size_t *length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *operation = NULL; /* the context's own */
    bool done =
        context != NULL &&
        EVP_DigestSignInit_ex(context, &operation, algorithm->digest, NULL,
                              NULL, key->public_key, NULL) == 1 &&
        (key->type != KEY_RSA || algorithm_set_padding(algorithm, operation)) &&
        EVP_DigestSign(context, signature, length, (const unsigned char *)input,
                       strlen(input)) == 1;

    EVP_MD_CTX_free(context);
    return done;
}

char *
sign(const struct algorithm *algorithm, struct key *key, const char *input)
{
    unsigned char signature[SIGNATURE_MAX];
    size_t length = sizeof signature;
    size_t whole = algorithm_signature_size(algorithm, key);

    if (key->type == KEY_SECRET) {
        if (!algorithm_mac(algorithm, key, input, strlen(input), signature))
            return NULL;
        length = whole;
    } else if (!sign_pair(algorithm, key, input, signature, &length))
        return NULL;
    if (text_equal(key_kind(key->type)->kty, "EC") &&
        !flatten_ecdsa(signature, &length, whole))
        return NULL;
    return length == whole ? base64url_text(signature, length) : NULL;
}
