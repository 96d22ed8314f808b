/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "base/secret.h"
#include "base/text.h"
#include "keys/key_der.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One good secret in 2^64 ends in as many NULs. */
#define SECRET_ZEROS_MAX 7

#define MLDSA_OID "2.16.840.1.101.3.4.3."

static const struct key_kind kinds[] = {
    {KEY_SECRET, "oct", NULL, 0, NULL, NULL},
    {KEY_RSA, "RSA", NULL, 0, NULL, "1.2.840.113549.1.1.1"},
    {KEY_P256, "EC", "P-256", 32, "P-256", "1.2.840.10045.3.1.7"},
    {KEY_P384, "EC", "P-384", 48, "P-384", "1.3.132.0.34"},
    {KEY_P521, "EC", "P-521", KEY_CURVE_BYTES_MAX, "P-521", "1.3.132.0.35"},
    {KEY_ED25519, "OKP", "Ed25519", 32, "ED25519", "1.3.101.112"},
    {KEY_ED448, "OKP", "Ed448", 57, "ED448", "1.3.101.113"},
    {KEY_MLDSA44, "AKP", "ML-DSA-44", 1312, "ML-DSA-44", MLDSA_OID "17"},
    {KEY_MLDSA65, "AKP", "ML-DSA-65", 1952, "ML-DSA-65", MLDSA_OID "18"},
    {KEY_MLDSA87, "AKP", "ML-DSA-87", KEY_RAW_MAX, "ML-DSA-87", MLDSA_OID "19"},
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

const struct key_kind *
key_kind(enum key_type type)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return NULL;
}

/* Names so short that they are compared before strcmp() would be called. */
static inline bool
is_name(const char *name, const char *text)
{
    while (*name != '\0' && *name == *text) {
        name++;
        text++;
    }
    return *name == *text;
}

const struct key_kind *
key_kind_named(const char *kty, const char *crv, const char *alg)
{
    if (kty == NULL)
        return NULL;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        /* RFC 9964 section 3: "AKP" has no curves. */
        const char *of = kinds[i].kty[0] == 'A' ? alg : crv;

        if (is_name(kinds[i].kty, kty) &&
            (kinds[i].crv == NULL || (of != NULL && is_name(kinds[i].crv, of))))
            return &kinds[i];
    }
    return NULL;
}

const struct key_kind *
key_kind_identified(const char *oid)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (kinds[i].oid != NULL && text_equal(kinds[i].oid, oid))
            return &kinds[i];
    return NULL;
}

enum key_result
key_say(enum key_result result, char what[KEY_WHAT_MAX], const char *text)
{
    /* Less than snprintf(): in a large set it is said of each key. */
    size_t length = strnlen(text, KEY_WHAT_MAX - 1);

    memcpy(what, text, length);
    what[length] = '\0';
    return result;
}

/*
 * HMAC pads a short key with NULs (RFC 2104 section 2), so that a secret of
 * NULs is the empty key, which everybody has, and NULs at its end count for
 * nothing.
 */
static bool
is_padding(const unsigned char *secret, size_t length)
{
    size_t end = length;

    while (end > 0 && secret[end - 1] == 0)
        end--;
    return length - end > SECRET_ZEROS_MAX;
}

enum key_result
key_from_secret(const unsigned char *secret, size_t length, struct key *ret_key,
                char what[KEY_WHAT_MAX])
{
    struct key key = {.type = KEY_SECRET, .secret_length = length};

    if (length < KEY_SECRET_MIN) {
        snprintf(what, KEY_WHAT_MAX,
                 "the secret has %zu bytes, HS256 needs at least %d "
                 "(openssl rand -hex 32)",
                 length, KEY_SECRET_MIN);
        return KEY_BAD;
    }
    if (is_padding(secret, length))
        return key_say(KEY_BAD, what,
                       "the secret ends in NUL bytes, which HMAC takes for "
                       "padding (openssl rand -hex 32)");
    key.secret = malloc(length);
    if (key.secret == NULL)
        return KEY_NO_MEMORY;
    memcpy(key.secret, secret, length);
    *ret_key = key;
    return KEY_GOOD;
}

/*
 * An exponent of 1 makes every padded hash its own signature; 64 bits are more
 * than any in use, and bound what a login costs.
 */
static enum key_result
check_rsa(EVP_PKEY *public_key, char *what)
{
    int bits = EVP_PKEY_get_bits(public_key);
    uint64_t exponent = 0;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &exponent),
        OSSL_PARAM_construct_end()};

    if (bits < KEY_RSA_BITS_MIN || bits > KEY_RSA_BITS_MAX) {
        snprintf(what, KEY_WHAT_MAX,
                 "an RSA key of %d bits, from %d to %d are allowed", bits,
                 KEY_RSA_BITS_MIN, KEY_RSA_BITS_MAX);
        return KEY_BAD;
    }
    if (EVP_PKEY_get_params(public_key, parameters) == 1 && exponent >= 65537 &&
        exponent % 2 == 1)
        return KEY_GOOD;
    return key_say(KEY_BAD, what,
                   "an RSA exponent that is not odd, at least 65537 and of at "
                   "most 64 bits");
}

/* Refuses the point at infinity and whatever is not on the curve. */
static enum key_result
check_ec(EVP_PKEY *public_key, char *what)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(public_key, NULL);
    enum key_result result = KEY_NO_MEMORY;

    if (context != NULL) {
        result = EVP_PKEY_public_check_quick(context) == 1 ? KEY_GOOD : KEY_BAD;
        snprintf(what, KEY_WHAT_MAX, "a point that is not on its curve");
    }
    EVP_PKEY_CTX_free(context);
    return result;
}

/*
 * The y coordinates of the points of order 1, 2, 4 and 8, little-endian, and
 * the spellings of 0 and 1 beyond the prime. For such a key there are
 * signatures that hold for any message (RFC 8032 section 8.4 and 5.1).
 */
static const unsigned char small_ed25519[][32] = {
    {0x00},
    {0x01},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

static bool
is_small_ed25519(const unsigned char raw[32])
{
    unsigned char y[32];

    memcpy(y, raw, sizeof y);
    y[31] &= 0x7f;
    for (size_t i = 0; i < sizeof small_ed25519 / sizeof small_ed25519[0]; i++)
        if (memcmp(y, small_ed25519[i], sizeof y) == 0)
            return true;
    return false;
}

/*
 * Order 1, 2 and 4 of edwards448: y is 0, 1 or p-1, or p or p+1 for 0 and 1,
 * where p = 2^448 - 2^224 - 1: bytes 0 to 27 of p are 0xff, byte 28 is 0xfe,
 * the rest is 0xff.
 */
static bool
is_small_ed448(const unsigned char raw[57])
{
    unsigned char y[56] = {0};

    if (memcmp(raw + 1, y + 1, 55) == 0 && raw[0] <= 1)
        return true;
    memset(y, 0xff, sizeof y);
    y[28] = 0xfe;
    if (memcmp(raw + 1, y + 1, 55) == 0 && raw[0] >= 0xfe)
        return true;
    /* p+1 carries through the low half. */
    memset(y, 0, 28);
    y[28] = 0xff;
    return memcmp(raw, y, 56) == 0;
}

static enum key_result
check_edwards(EVP_PKEY *public_key, enum key_type type, char *what)
{
    unsigned char raw[57];
    size_t length = sizeof raw;

    if (EVP_PKEY_get_raw_public_key(public_key, raw, &length) != 1 ||
        length != (type == KEY_ED25519 ? 32U : 57U)) {
        return key_say(KEY_BAD, what, "an Edwards key without its point");
    }
    if (type == KEY_ED25519 ? is_small_ed25519(raw) : is_small_ed448(raw)) {
        snprintf(what, KEY_WHAT_MAX,
                 "an Edwards point of small order, for which signatures of "
                 "any message can be made");
        return KEY_BAD;
    }
    return KEY_GOOD;
}

/* The group's name, which OpenSSL spells in more than one way. */
static enum key_type
curve_type(EVP_PKEY *public_key)
{
    static const struct {
        const char *name;
        enum key_type type;
    } curves[] = {
        {"prime256v1", KEY_P256}, {"P-256", KEY_P256},
        {"secp384r1", KEY_P384},  {"P-384", KEY_P384},
        {"secp521r1", KEY_P521},  {"P-521", KEY_P521},
    };
    char name[64];

    if (EVP_PKEY_get_group_name(public_key, name, sizeof name, NULL) != 1)
        return 0;
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (text_equal(name, curves[i].name))
            return curves[i].type;
    return 0;
}

static enum key_type
mldsa_type(EVP_PKEY *public_key)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (((unsigned)kinds[i].type & KEY_MLDSA) != 0 &&
            EVP_PKEY_is_a(public_key, kinds[i].group))
            return kinds[i].type;
    return 0;
}

static enum key_type
public_type(EVP_PKEY *public_key)
{
    switch (EVP_PKEY_get_base_id(public_key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return KEY_RSA;
    case EVP_PKEY_EC:
        return curve_type(public_key);
    case EVP_PKEY_ED25519:
        return KEY_ED25519;
    case EVP_PKEY_ED448:
        return KEY_ED448;
    default: /* OpenSSL has no numbers for what is newer than 3.0 */
        return mldsa_type(public_key);
    }
}

enum key_result
key_from_public(EVP_PKEY *public_key, struct key *ret_key,
                char what[KEY_WHAT_MAX])
{
    struct key key = {.type = public_type(public_key)};
    enum key_result result;

    switch (key.type) {
    case KEY_RSA:
        result = check_rsa(public_key, what);
        break;
    case KEY_P256:
    case KEY_P384:
    case KEY_P521:
        result = check_ec(public_key, what);
        break;
    case KEY_ED25519:
    case KEY_ED448:
        result = check_edwards(public_key, key.type, what);
        break;
    case KEY_MLDSA44:
    case KEY_MLDSA65:
    case KEY_MLDSA87: /* any bytes of the right number are a key */
        result = KEY_GOOD;
        break;
    case KEY_SECRET:
    default:
        snprintf(
            what, KEY_WHAT_MAX,
            "not one of the supported keys: RSA, P-256, P-384, P-521, Ed25519, "
            "Ed448, ML-DSA");
        result = KEY_BAD;
    }
    if (result != KEY_GOOD)
        return result;
    key.public_key = public_key;
    *ret_key = key;
    return KEY_GOOD;
}

bool
key_is_built(const struct key *key)
{
    return key->type == KEY_SECRET ? key->secret != NULL
                                   : key->public_key != NULL;
}

static enum key_result
build_secret(struct key *key, char *what)
{
    struct key built = {0};
    enum key_result result = key_jwk_secret(key->jwk, &built, what);

    if (result == KEY_GOOD) {
        key->secret = built.secret;
        key->secret_length = built.secret_length;
    }
    return result;
}

static enum key_result
build_public(struct key *key, char *what)
{
    EVP_PKEY *public_key = key->jwk != NULL ? key_jwk_public(key->jwk, what)
                                            : key_der_public(key, what);
    struct key built = {0};
    enum key_result result;

    if (public_key == NULL)
        return KEY_BAD;
    result = key_from_public(public_key, &built, what);
    if (result == KEY_GOOD && built.type != key->type)
        result = key_say(KEY_BAD, what, "its numbers are of another \"crv\"");
    if (result == KEY_GOOD)
        key->public_key = public_key;
    else
        EVP_PKEY_free(public_key);
    return result;
}

enum key_result
key_build(struct key *key, char what[KEY_WHAT_MAX])
{
    if (key_is_built(key))
        return KEY_GOOD;
    if (key->jwk == NULL && key->der == NULL)
        return key_say(KEY_BAD, what, "nothing to build it from");
    return key->type == KEY_SECRET ? build_secret(key, what)
                                   : build_public(key, what);
}

void
key_done(struct key *key)
{
    secret_free(key->secret, key->secret_length);
    EVP_MAC_CTX_free(key->mac);
    EVP_MD_CTX_free(key->verifier);
    EVP_PKEY_free(key->public_key);
    free(key->own_kid);
    free(key->der);
    *key = (struct key){0};
}
