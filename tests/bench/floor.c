/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

/*
 * The floor: OpenSSL verifies the signature, which is decoded already, and
 * nobody looks at what is signed. No implementation on OpenSSL's EVP can be
 * faster.
 */

struct floor {
    EVP_PKEY *key;
    EVP_MAC *mac;
    EVP_MAC_CTX *mac_context;
};

/* The signature of the token that was last asked about. */
static struct {
    const char *token;
    size_t signed_length;
    unsigned char bytes[1024];
    size_t length;
} decoded;

static void
use_der(void)
{
    int half = (int)decoded.length / 2;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    unsigned char *into = decoded.bytes;

    ECDSA_SIG_set0(signature, BN_bin2bn(decoded.bytes, half, NULL),
                   BN_bin2bn(decoded.bytes + half, half, NULL));
    decoded.length = (size_t)i2d_ECDSA_SIG(signature, &into);
    ECDSA_SIG_free(signature);
}

static void
decode(const char *algorithm, const char *token)
{
    const char *text = strrchr(token, '.') + 1;
    size_t length = strlen(text);
    unsigned char padded[1024];

    for (size_t i = 0; i < length; i++)
        padded[i] = text[i] == '-'   ? '+'
                    : text[i] == '_' ? '/'
                                     : (unsigned char)text[i];
    memset(padded + length, '=', 3);
    EVP_DecodeBlock(decoded.bytes, padded, (int)(length + 3) / 4 * 4);
    decoded.token = token;
    decoded.signed_length = (size_t)(text - token) - 1;
    decoded.length = length * 3 / 4;
    if (strcmp(algorithm, "ES256") == 0)
        use_der();
}

static void
unload(void *key)
{
    struct floor *floor = key;

    EVP_PKEY_free(floor->key);
    EVP_MAC_CTX_free(floor->mac_context);
    EVP_MAC_free(floor->mac);
    free(floor);
}

static void *
load(const struct task *task)
{
    static char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    struct floor *floor = calloc(1, sizeof *floor);
    size_t length;
    const char *data = bench_read(task->key_file, &length);
    bool loaded;
    BIO *text;

    if (data != NULL && task->form == FORM_PEM) {
        text = BIO_new_mem_buf(data, (int)length);
        floor->key = PEM_read_bio_PUBKEY(text, NULL, NULL, NULL);
        BIO_free(text);
        loaded = floor->key != NULL;
    } else {
        floor->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        floor->mac_context = EVP_MAC_CTX_new(floor->mac);
        loaded = data != NULL &&
                 EVP_MAC_init(floor->mac_context, (const unsigned char *)data,
                              length, parameters) == 1;
    }
    if (loaded)
        return floor;
    unload(floor);
    return NULL;
}

static bool
verify_mac(EVP_MAC_CTX *context, const char *token)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    size_t length;

    return EVP_MAC_init(context, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(context, (const unsigned char *)token,
                          decoded.signed_length) == 1 &&
           EVP_MAC_final(context, mac, &length, sizeof mac) == 1 &&
           length == decoded.length &&
           CRYPTO_memcmp(mac, decoded.bytes, length) == 0;
}

static bool
verify(void *key, const struct task *task, const char *token)
{
    const struct floor *floor = key;
    bool is_edwards = strcmp(task->algorithm, "EdDSA") == 0;
    EVP_PKEY_CTX *padding;
    EVP_MD_CTX *context;
    bool right;

    if (decoded.token != token)
        decode(task->algorithm, token);
    if (floor->mac_context != NULL)
        return verify_mac(floor->mac_context, token);
    context = EVP_MD_CTX_new();
    right =
        EVP_DigestVerifyInit(context, &padding,
                             is_edwards ? NULL : EVP_sha256(), NULL,
                             floor->key) == 1 &&
        (strcmp(task->algorithm, "PS256") != 0 ||
         (EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, 32) == 1)) &&
        EVP_DigestVerify(context, decoded.bytes, decoded.length,
                         (const unsigned char *)token,
                         decoded.signed_length) == 1;
    EVP_MD_CTX_free(context);
    return right;
}

const struct implementation implementation_openssl = {
    .name = "OpenSSL",
    .algorithms = "HS256 RS256 PS256 ES256 EdDSA",
    .forms = FORM_SECRET | FORM_PEM,
    .keeps_keys = true,
    .is_floor = true,
    .load = load,
    .verify = verify,
    .unload = unload,
};
