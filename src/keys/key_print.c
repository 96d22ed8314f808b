/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key_print.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "keys/algorithm.h"
#include "json/document.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHA256_SIZE 32

/* Bytes that SHA-384 and SHA-512 take at a time, and SHA-256. */
#define BLOCK_MAX   128
#define BLOCK_SHORT 64

static bool
hash_text(const void *bytes, size_t length, char ret_text[KEY_THUMBPRINT_SIZE])
{
    unsigned char hash[SHA256_SIZE];

    if (EVP_Q_digest(NULL, "SHA256", NULL, bytes, length, hash, NULL) != 1)
        return false;
    base64url_encode(hash, sizeof hash, ret_text);
    return true;
}

/* Adds the block that HMAC with this hash makes of a secret. */
static bool
add_block(const struct algorithm *algorithm, const struct key *key,
          struct strings *prints)
{
    size_t size = algorithm->hash_size > SHA256_SIZE ? BLOCK_MAX : BLOCK_SHORT;
    unsigned char block[BLOCK_MAX] = {0};
    char text[KEY_THUMBPRINT_SIZE];
    bool done = true;

    if (key->secret_length <= size)
        memcpy(block, key->secret, key->secret_length);
    else
        done = EVP_Q_digest(NULL, algorithm->digest, NULL, key->secret,
                            key->secret_length, block, NULL) == 1;
    done = done && hash_text(block, size, text);
    explicit_bzero(block, sizeof block);
    return done && strings_addf(prints, "%s %s", algorithm->name, text);
}

static bool
add_blocks(const struct key *key, struct strings *prints)
{
    const struct algorithm *algorithm;

    for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
        if ((algorithm->key_types & KEY_SECRET) != 0 &&
            key->secret_length >= algorithm->hash_size &&
            !add_block(algorithm, key, prints))
            return false;
    return true;
}

/* A member that is base64url; NULL: it is not. */
static const char *
find_digits(struct json_object *jwk, const char *name)
{
    const char *text = jsondoc_string(jwk, name);
    size_t length = text != NULL ? strlen(text) : 0;

    return length > 0 && base64url_span(text, length) == length ? text : NULL;
}

/* A number without the zeros in front, which spell it in another way. */
static char *
trim_number(const char *text)
{
    size_t length = strlen(text);
    unsigned char *bytes = malloc(BASE64_DECODED_MAX(length));
    char *trimmed = NULL;
    size_t zeros = 0;

    if (bytes == NULL)
        return NULL;
    if (base64url_decode(text, length, bytes, &length)) {
        while (zeros < length && bytes[zeros] == 0)
            zeros++;
        trimmed = base64url_text(bytes + zeros, length - zeros);
    } else {
        trimmed = strdup(text); /* of no key that could be built */
    }
    free(bytes);
    return trimmed;
}

/*
 * A member as RFC 7638 wants it; the text of a coordinate is as it must be. The
 * caller frees it; NULL: it is not base64url, or there is no memory.
 */
static char *
member_text(struct json_object *jwk, const char *name, bool is_number)
{
    const char *text = find_digits(jwk, name);

    if (text == NULL)
        return NULL;
    /* Six zero bits in front are an A. */
    return is_number && text[0] == 'A' ? trim_number(text) : strdup(text);
}

/* An unsigned number of the key as base64url of `size` bytes, 0: its own. */
static char *
number_text(EVP_PKEY *public_key, const char *name, size_t size)
{
    unsigned char bytes[KEY_RSA_BITS_MAX / 8];
    BIGNUM *number = NULL;
    char *text = NULL;

    if (EVP_PKEY_get_bn_param(public_key, name, &number) != 1)
        return NULL;
    if (size == 0)
        size = (size_t)BN_num_bytes(number);
    if (size <= sizeof bytes && BN_bn2binpad(number, bytes, (int)size) >= 0)
        text = base64url_text(bytes, size);
    BN_free(number);
    return text;
}

static char *
raw_text(EVP_PKEY *public_key)
{
    unsigned char bytes[KEY_RAW_MAX];
    size_t size = sizeof bytes;

    if (EVP_PKEY_get_raw_public_key(public_key, bytes, &size) != 1)
        return NULL;
    return base64url_text(bytes, size);
}

/*
 * The texts of what RFC 7638 section 3.2 calls required: of the key that was
 * built, or of the JWK that was not yet. NULL: it makes no key, or there is no
 * memory.
 */
static void
required_texts(const struct key *key, const struct key_kind *kind,
               char **ret_one, char **ret_two)
{
    bool is_built = key_is_built(key);
    EVP_PKEY *public_key = key->public_key;

    if (key->type == KEY_RSA) {
        *ret_one = is_built ? number_text(public_key, OSSL_PKEY_PARAM_RSA_E, 0)
                            : member_text(key->unbuilt, "e", true);
        *ret_two = is_built ? number_text(public_key, OSSL_PKEY_PARAM_RSA_N, 0)
                            : member_text(key->unbuilt, "n", true);
    } else if (text_equal(kind->kty, "EC")) {
        *ret_one = is_built ? number_text(public_key, OSSL_PKEY_PARAM_EC_PUB_X,
                                          kind->size)
                            : member_text(key->unbuilt, "x", false);
        *ret_two = is_built ? number_text(public_key, OSSL_PKEY_PARAM_EC_PUB_Y,
                                          kind->size)
                            : member_text(key->unbuilt, "y", false);
    } else {
        *ret_one = is_built ? raw_text(public_key)
                            : member_text(key->unbuilt,
                                          key_kind_members(kind)[0], false);
    }
}

static char *
canonical_public(const struct key *key, const struct key_kind *kind)
{
    char *one = NULL;
    char *two = NULL;
    char *text = NULL;
    int length = -1;

    required_texts(key, kind, &one, &two);
    if (one == NULL || (two == NULL && key_kind_members(kind)[1] != NULL))
        length = -1;
    else if (key->type == KEY_RSA)
        length = asprintf(&text, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
                          one, two);
    else if (two != NULL)
        length = asprintf(
            &text, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
            kind->crv, one, two);
    else if (text_equal(kind->kty, "AKP")) /* RFC 9964 section 6 */
        length =
            asprintf(&text, "{\"alg\":\"%s\",\"kty\":\"AKP\",\"pub\":\"%s\"}",
                     kind->crv, one);
    else
        length =
            asprintf(&text, "{\"crv\":\"%s\",\"kty\":\"OKP\",\"x\":\"%s\"}",
                     kind->crv, one);
    free(one);
    free(two);
    return length >= 0 ? text : NULL;
}

char *
key_canonical(const struct key *key)
{
    const struct key_kind *kind = key_kind(key->type);
    char *secret;
    char *text = NULL;

    if (kind == NULL)
        return NULL;
    if (key->type != KEY_SECRET)
        return canonical_public(key, kind);
    secret = base64url_text(key->secret, key->secret_length);
    if (secret == NULL ||
        asprintf(&text, "{\"k\":\"%s\",\"kty\":\"oct\"}", secret) < 0)
        text = NULL;
    secret_free_string(secret);
    return text;
}

bool
key_thumbprint(const struct key *key, char ret_text[KEY_THUMBPRINT_SIZE])
{
    char *text = key_canonical(key);
    bool done = text != NULL && hash_text(text, strlen(text), ret_text);

    secret_free_string(text);
    return done;
}

/*
 * True if an entry that was not built lacks a required member, so that no key
 * can be made of it.
 */
static bool
is_no_key(const struct key *key)
{
    const char *const *name = key_kind_members(key_kind(key->type));

    if (key_is_built(key))
        return false;
    while (*name != NULL && find_digits(key->unbuilt, *name) != NULL)
        name++;
    return *name != NULL;
}

bool
key_add_prints(const struct key *key, struct strings *prints)
{
    char text[KEY_THUMBPRINT_SIZE];

    if (key->is_bad)
        return true;
    if (key->type == KEY_SECRET)
        return add_blocks(key, prints);
    if (key_thumbprint(key, text))
        return strings_add(prints, text, strlen(text));
    return is_no_key(key);
}

bool
key_is_same(const struct key *a, const struct key *b)
{
    char *one;
    char *other;
    bool is_same;

    if (a->type != b->type)
        return false;
    one = key_canonical(a);
    other = key_canonical(b);
    is_same = text_equal(one, other);
    secret_free_string(one);
    secret_free_string(other);
    return is_same;
}
