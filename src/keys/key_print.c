/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key_print.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "keys/algorithm.h"
#include "keys/jwk.h"
#include "keys/key_der.h"

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
find_digits(const struct jwk *jwk, enum jwk_member member)
{
    const char *text = jwk_string(jwk, member);
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
member_text(const struct jwk *jwk, enum jwk_member member)
{
    const char *text = find_digits(jwk, member);
    bool is_number = member == JWK_N || member == JWK_E;

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

static void
texts_of_jwk(const struct jwk *jwk, struct key_texts *texts)
{
    const enum jwk_member *members = jwk_numbers(key_kind(texts->type));

    texts->one = member_text(jwk, members[0]);
    if (members[1] != JWK_MEMBERS)
        texts->two = member_text(jwk, members[1]);
}

static void
texts_of_built(EVP_PKEY *public_key, struct key_texts *texts)
{
    const struct key_kind *kind = key_kind(texts->type);

    if (kind->type == KEY_RSA) {
        texts->one = number_text(public_key, OSSL_PKEY_PARAM_RSA_N, 0);
        texts->two = number_text(public_key, OSSL_PKEY_PARAM_RSA_E, 0);
    } else if (text_equal(kind->kty, "EC")) {
        texts->one =
            number_text(public_key, OSSL_PKEY_PARAM_EC_PUB_X, kind->size);
        texts->two =
            number_text(public_key, OSSL_PKEY_PARAM_EC_PUB_Y, kind->size);
    } else {
        texts->one = raw_text(public_key);
    }
}

/* The numbers of ASN.1 have a zero in front where they would be negative. */
static char *
der_number_text(struct key_number number)
{
    while (number.length > 1 && number.bytes[0] == 0) {
        number.bytes++;
        number.length--;
    }
    return base64url_text(number.bytes, number.length);
}

/* A point of SEC 1 section 2.3.3: 04, x, y; or 02 or 03, as y is odd, and x. */
static void
texts_of_point(struct key_number point, size_t size, struct key_texts *texts)
{
    if (point.length == 2 * size + 1 && point.bytes[0] == 0x04) {
        texts->one = base64url_text(point.bytes + 1, size);
        texts->two = base64url_text(point.bytes + 1 + size, size);
    } else if (point.length == size + 1 && point.bytes[0] >> 1 == 1) {
        texts->one = base64url_text(point.bytes + 1, size);
        texts->is_odd = point.bytes[0] == 0x03;
    }
}

static void
texts_of_der(const struct key *key, struct key_texts *texts)
{
    struct key_numbers numbers;

    if (!key_der_numbers(key, &numbers))
        return;
    if (numbers.kind->type == KEY_RSA) {
        texts->one = der_number_text(numbers.first);
        texts->two = der_number_text(numbers.second);
    } else if (text_equal(numbers.kind->kty, "EC")) {
        texts_of_point(numbers.first, numbers.kind->size, texts);
    } else {
        texts->one = base64url_text(numbers.first.bytes, numbers.first.length);
    }
}

/* True if the last byte that a base64url text stands for is odd. */
static bool
ends_odd(const char *text)
{
    size_t length = strlen(text);
    char digits[4];
    unsigned char bytes[6];
    size_t count = length % 4 > 0 ? length % 4 : 4;

    if (length < 4)
        return false;
    memcpy(digits, text + length - count, count);
    return base64url_decode(digits, count, bytes, &count) && count > 0 &&
           bytes[count - 1] % 2 == 1;
}

/* Of what was built, or of what it would be built from. */
static bool
find_texts(const struct key *key, bool of_built, struct key_texts *ret_texts)
{
    *ret_texts = (struct key_texts){.type = key->type};
    if (key->type == KEY_SECRET || key_kind(key->type) == NULL)
        return false;
    if (of_built && key->public_key != NULL)
        texts_of_built(key->public_key, ret_texts);
    else if (key->jwk != NULL)
        texts_of_jwk(key->jwk, ret_texts);
    else if (key->der != NULL)
        texts_of_der(key, ret_texts);
    if (ret_texts->two != NULL)
        ret_texts->is_odd = ends_odd(ret_texts->two);
    return ret_texts->one != NULL;
}

bool
key_texts(const struct key *key, struct key_texts *ret_texts)
{
    return find_texts(key, true, ret_texts);
}

void
key_texts_done(struct key_texts *texts)
{
    free(texts->one);
    free(texts->two);
    *texts = (struct key_texts){0};
}

/* False unless it is sure. */
static bool
are_same_texts(const struct key_texts *a, const struct key_texts *b)
{
    if (a->type != b->type || !text_equal(a->one, b->one))
        return false;
    if (jwk_numbers(key_kind(a->type))[1] == JWK_MEMBERS)
        return true;
    if (a->two != NULL && b->two != NULL)
        return text_equal(a->two, b->two);
    return a->type != KEY_RSA && a->is_odd == b->is_odd;
}

/* Most keys are another at the first look, which costs no memory. */
static bool
is_plainly_other(const struct key *key, const struct key_texts *texts)
{
    const char *text;

    if (key->type != texts->type)
        return true;
    if (key->jwk == NULL)
        return false;
    text = jwk_string(key->jwk, jwk_numbers(key_kind(key->type))[0]);
    if (text == NULL)
        return true;
    return !(key->type == KEY_RSA && text[0] == 'A') &&
           !text_equal(text, texts->one);
}

bool
key_has_texts(const struct key *key, const struct key_texts *texts)
{
    struct key_texts theirs;
    bool is_same;

    if (is_plainly_other(key, texts))
        return false;
    is_same = find_texts(key, false, &theirs) && are_same_texts(&theirs, texts);
    key_texts_done(&theirs);
    return is_same;
}

static char *
canonical_public(const struct key *key, const struct key_kind *kind)
{
    struct key_texts texts;
    char *text = NULL;
    int length = -1;

    if (!key_texts(key, &texts) ||
        (texts.two == NULL && jwk_numbers(kind)[1] != JWK_MEMBERS))
        length = -1;
    else if (key->type == KEY_RSA)
        length = asprintf(&text, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
                          texts.two, texts.one);
    else if (texts.two != NULL)
        length = asprintf(
            &text, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
            kind->crv, texts.one, texts.two);
    else if (text_equal(kind->kty, "AKP")) /* RFC 9964 section 6 */
        length =
            asprintf(&text, "{\"alg\":\"%s\",\"kty\":\"AKP\",\"pub\":\"%s\"}",
                     kind->crv, texts.one);
    else
        length =
            asprintf(&text, "{\"crv\":\"%s\",\"kty\":\"OKP\",\"x\":\"%s\"}",
                     kind->crv, texts.one);
    key_texts_done(&texts);
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
    const enum jwk_member *member = jwk_numbers(key_kind(key->type));

    if (key_is_built(key))
        return false;
    while (key->jwk != NULL && *member != JWK_MEMBERS &&
           find_digits(key->jwk, *member) != NULL)
        member++;
    return *member != JWK_MEMBERS;
}

/* Its bytes as they are: they are compared with those of a good secret. */
static bool
add_unbuilt_blocks(const struct key *key, struct strings *prints)
{
    const char *text = jwk_string(key->jwk, JWK_K);
    size_t length = text != NULL ? strlen(text) : 0;
    size_t size = BASE64_DECODED_MAX(length);
    struct key copy = {.type = KEY_SECRET, .secret = malloc(size)};
    bool done;

    if (copy.secret == NULL)
        return false;
    done = !base64url_decode(text, length, copy.secret, &copy.secret_length) ||
           add_blocks(&copy, prints);
    secret_free(copy.secret, size);
    return done;
}

bool
key_add_prints(const struct key *key, struct strings *prints)
{
    char text[KEY_THUMBPRINT_SIZE];

    if (key->is_bad)
        return true;
    if (key->type == KEY_SECRET)
        return key_is_built(key) ? add_blocks(key, prints)
                                 : add_unbuilt_blocks(key, prints);
    if (key_thumbprint(key, text))
        return strings_add(prints, text, strlen(text));
    return is_no_key(key);
}

/* Both of a JWK: base64url has one spelling for the same bytes. */
static bool
is_same_secret(const struct key *a, const struct key *b)
{
    return a->jwk != NULL && b->jwk != NULL &&
           text_equal(jwk_string(a->jwk, JWK_K), jwk_string(b->jwk, JWK_K));
}

/* Another spelling of the numbers of RSA is possible, with zeros in front. */
static bool
have_same_members(const struct jwk *a, const struct jwk *b, enum key_type type)
{
    for (const enum jwk_member *member = jwk_numbers(key_kind(type));
         *member != JWK_MEMBERS; member++)
        if (!text_equal(jwk_string(a, *member), jwk_string(b, *member)))
            return false;
    return true;
}

bool
key_is_same(const struct key *a, const struct key *b)
{
    struct key_texts texts;
    bool is_same;

    if (a->type != b->type)
        return false;
    if (a->type == KEY_SECRET)
        return is_same_secret(a, b);
    if (a->jwk != NULL && b->jwk != NULL &&
        have_same_members(a->jwk, b->jwk, a->type))
        return true;
    is_same = find_texts(a, false, &texts) && key_has_texts(b, &texts);
    key_texts_done(&texts);
    return is_same;
}
