/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "keys/algorithm.h"
#include "keys/jwk.h"
#include "keys/public_material.h"
#include "keys/secret_form.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A JSON Web Key (RFC 7517; RFC 7518 section 6; RFC 8037 section 2; RFC 9964
 * section 3):
 * 1. It MUST have a "kty". "kty" and "crv" MUST name a type that signs; others
 *    are not for us. An "AKP" MUST have an "alg", which says its type.
 * 2. It MUST NOT hold a private member: it is a file of public keys.
 * 3. "use", "key_ops" and "alg", where present, MUST allow verifying.
 * 4. "kid", where present, MUST be a string of at most KEY_KID_MAX bytes.
 * 5. The numbers MUST be strict base64url of the right length.
 * A member that is null is absent.
 */

/* Bytes of the longest number: an RSA modulus, and one byte to see beyond. */
#define NUMBER_MAX (KEY_RSA_BITS_MAX / 8 + 1)

static const struct key_kind *
find_kind(const struct jwk *jwk)
{
    return key_kind_named(jwk_string(jwk, JWK_KTY), jwk_string(jwk, JWK_CRV),
                          jwk_string(jwk, JWK_ALG));
}

static bool
lists_verify(const struct jsontext *text, const struct jsonnode *operations)
{
    for (struct jsonnode *at = jsonnode_first(text, operations); at != NULL;
         at = jsonnode_next(text, operations, at))
        if (text_equal(jsonnode_string(text, at), "verify"))
            return true;
    return false;
}

/* RFC 7517 section 4.2, and the JWT-SVID of SPIFFE section 5. */
static bool
is_use(const char *text)
{
    /* Most others are "enc". */
    return text[0] != 'e' &&
           (text_equal(text, "sig") || text_equal(text, "jwt-svid"));
}

static enum key_result
read_algorithm(const struct jwk *jwk, struct key *key, char *what)
{
    const struct algorithm *only;
    const char *text = jwk_string(jwk, JWK_ALG);

    if (jwk_value(jwk, JWK_ALG) == NULL)
        return KEY_GOOD;
    if (text == NULL)
        return key_say(KEY_BAD, what, "\"alg\" is not a string");
    only = algorithm_find(text);
    if (only == NULL)
        return key_say(KEY_FOREIGN, what, "\"alg\" is not a known signature");
    if ((only->key_types & (unsigned)key->type) == 0)
        return key_say(KEY_BAD, what, "\"alg\" is not one of its \"kty\"");
    key->only = only;
    return KEY_GOOD;
}

static enum key_result
read_purpose(const struct jwk *jwk, struct key *key, char *what)
{
    const struct jsonnode *operations = jwk_value(jwk, JWK_KEY_OPS);

    if (jwk_value(jwk, JWK_USE) != NULL) {
        const char *use = jwk_string(jwk, JWK_USE);

        if (use == NULL)
            return key_say(KEY_BAD, what, "\"use\" is not a string");
        if (!is_use(use))
            return key_say(KEY_FOREIGN, what, "\"use\" is not \"sig\"");
    }
    if (operations != NULL) {
        if (operations->kind != JSONNODE_ARRAY)
            return key_say(KEY_BAD, what, "\"key_ops\" is not an array");
        if (!lists_verify(jwk->text, operations))
            return key_say(KEY_FOREIGN, what, "\"key_ops\" has no \"verify\"");
    }
    return read_algorithm(jwk, key, what);
}

static enum key_result
read_kid(const struct jwk *jwk, struct key *key, char *what)
{
    const struct jsonnode *value = jwk_value(jwk, JWK_KID);
    const char *text = jwk_string(jwk, JWK_KID);

    if (value == NULL)
        return KEY_GOOD;
    /* Without its escapes, now that the string was asked for. */
    if (text == NULL || value->length > KEY_KID_MAX)
        return key_say(KEY_BAD, what,
                       "\"kid\" is not a string of at most 256 bytes");
    key->kid = text;
    return KEY_GOOD;
}

/* Decodes a member of at most `max` bytes; false: absent, ill-formed, long. */
static bool
read_number(const struct jwk *jwk, enum jwk_member member, size_t max,
            unsigned char *into, size_t *ret_length)
{
    const char *text = jwk_string(jwk, member);
    size_t length = text != NULL ? strlen(text) : 0;

    /* Decoding writes at most 3 bytes for every 4 characters. */
    return length > 0 && length <= (max * 4 + 2) / 3 &&
           base64url_decode(text, length, into, ret_length);
}

/* The bytes of a public key are no better a secret inside a JWK. */
static enum key_result
judge_secret(const unsigned char *bytes, size_t length, struct key *ret_key,
             char *what)
{
    enum reason reason;

    if (length > SECRET_FORM_MAX)
        return key_say(KEY_BAD, what, "\"k\" is too long for a secret");
    reason = public_material_judge(bytes, length, what);
    if (reason == REASON_NO_MEMORY)
        return KEY_NO_MEMORY;
    if (reason != REASON_OK)
        return KEY_BAD;
    return key_from_secret(bytes, length, ret_key, what);
}

enum key_result
key_jwk_secret(const struct jwk *jwk, struct key *ret_key,
               char what[KEY_WHAT_MAX])
{
    const char *text = jwk_string(jwk, JWK_K);
    size_t length = text != NULL ? strlen(text) : 0;
    size_t size = BASE64_DECODED_MAX(length);
    unsigned char *bytes = malloc(size);
    enum key_result result;

    if (bytes == NULL)
        return KEY_NO_MEMORY;
    if (text == NULL || !base64url_decode(text, length, bytes, &length))
        result = key_say(KEY_BAD, what, "\"k\" is not base64url text");
    else
        result = judge_secret(bytes, length, ret_key, what);
    secret_free(bytes, size);
    return result;
}

/* How long a secret is decides which algorithms it fits; the rest can wait. */
static enum key_result
measure_secret(const struct jwk *jwk, struct key *key, char *what)
{
    const char *text = jwk_string(jwk, JWK_K);
    size_t length = text != NULL ? strlen(text) : 0;
    size_t decoded = length / 4 * 3 + (length % 4 > 0 ? length % 4 - 1 : 0);
    struct key secret = {0};
    enum key_result result;

    if (length % 4 != 1 && decoded >= KEY_SECRET_MIN &&
        decoded <= SECRET_FORM_MAX) {
        key->secret_length = decoded;
        return KEY_GOOD;
    }
    result = key_jwk_secret(jwk, &secret, what);
    key->secret = secret.secret;
    key->secret_length = secret.secret_length;
    return result;
}

static bool
is_akp_without_alg(const struct jwk *jwk)
{
    return text_equal(jwk_string(jwk, JWK_KTY), "AKP") &&
           jwk_value(jwk, JWK_ALG) == NULL;
}

/* Reads the type of the key, and the uses that it allows. */
static enum key_result
read_type(const struct jwk *jwk, struct key *key, char *what)
{
    const struct key_kind *kind = find_kind(jwk);

    if (jwk->is_private)
        return key_say(KEY_PRIVATE, what,
                       "a private key where public keys belong");
    if (kind != NULL) {
        key->type = kind->type;
        return read_purpose(jwk, key, what);
    }
    if (is_akp_without_alg(jwk)) {
        key->type = KEY_MLDSA; /* it could be any of them */
        return key_say(KEY_BAD, what,
                       "\"kty\" is AKP and there is no \"alg\" (RFC 9964 "
                       "section 3)");
    }
    if (jwk_string(jwk, JWK_KTY) != NULL)
        return key_say(KEY_FOREIGN, what,
                       "its \"kty\" or \"crv\" is not known");
    return key_say(KEY_BAD, what, "an entry without \"kty\"");
}

enum key_result
key_from_jwk(const struct jwk *jwk, struct key *ret_key,
             char what[KEY_WHAT_MAX])
{
    enum key_result result;
    enum key_result of_kid;

    *ret_key = (struct key){.jwk = jwk};
    result = read_type(jwk, ret_key, what);
    if (result == KEY_GOOD || result == KEY_BAD) {
        of_kid = read_kid(jwk, ret_key, what);
        if (of_kid != KEY_GOOD)
            result = of_kid;
        if (result == KEY_GOOD && ret_key->type == KEY_SECRET)
            result = measure_secret(jwk, ret_key, what);
    }
    ret_key->is_bad = result == KEY_BAD;
    if (result != KEY_GOOD && result != KEY_BAD)
        key_done(ret_key);
    return result;
}

static EVP_PKEY *
build_rsa(const struct jwk *jwk)
{
    unsigned char modulus[NUMBER_MAX + 3];
    unsigned char exponent[8 + 3];
    struct key_number n = {modulus, 0};
    struct key_number e = {exponent, 0};

    return read_number(jwk, JWK_N, NUMBER_MAX, modulus, &n.length) &&
                   read_number(jwk, JWK_E, 8, exponent, &e.length)
               ? key_make_rsa(n, e)
               : NULL;
}

/* The uncompressed point of SEC 1: 04, x, y, each at its full length. */
static EVP_PKEY *
build_ec(const struct jwk *jwk, const struct key_kind *kind)
{
    unsigned char point[1 + 2 * KEY_CURVE_BYTES_MAX + 3] = {0x04};
    size_t x = 0;
    size_t y = 0;

    return read_number(jwk, JWK_X, kind->size, point + 1, &x) &&
                   x == kind->size &&
                   read_number(jwk, JWK_Y, kind->size, point + 1 + x, &y) &&
                   y == kind->size
               ? key_make_curve(kind, (struct key_number){point, 1 + x + y})
               : NULL;
}

/* Keys of Edwards curves and of ML-DSA are one text. */
static EVP_PKEY *
build_raw(const struct jwk *jwk, const struct key_kind *kind)
{
    unsigned char raw[KEY_RAW_MAX + 3];
    size_t length;

    return read_number(jwk, jwk_numbers(kind)[0], kind->size, raw, &length)
               ? key_make_curve(kind, (struct key_number){raw, length})
               : NULL;
}

/* Says which of the members are missing. */
static enum key_result
say_missing(const struct jwk *jwk, const enum jwk_member *members, size_t at,
            char *what)
{
    bool is_more = at == 0 && members[1] != JWK_MEMBERS &&
                   jwk_string(jwk, members[1]) == NULL;

    snprintf(what, KEY_WHAT_MAX, "it has no \"%s\"%s%s%s%s",
             jwk_name(members[at]), is_more ? " and no \"" : "",
             is_more ? jwk_name(members[1]) : "", is_more ? "\"" : "",
             jwk_value(jwk, JWK_X5C) != NULL
                 ? "; x5c and x5u are not read (write its certificate as PEM)"
                 : "");
    return KEY_BAD;
}

/* Says why the members make no key. */
static enum key_result
say_no_key(const struct jwk *jwk, const struct key_kind *kind, char *what)
{
    const enum jwk_member *members = jwk_numbers(kind);

    for (size_t i = 0; members[i] != JWK_MEMBERS; i++) {
        const char *text = jwk_string(jwk, members[i]);

        if (text == NULL)
            return say_missing(jwk, members, i, what);
        if (strpbrk(text, "+/=") == NULL)
            continue;
        snprintf(what, KEY_WHAT_MAX,
                 "\"%s\" has +, / or =: it must be base64url without padding "
                 "(RFC 7515 section 2)",
                 jwk_name(members[i]));
        return KEY_BAD;
    }
    return key_say_unmade(kind, what, "its numbers make no key of its \"kty\"");
}

EVP_PKEY *
key_jwk_public(const struct jwk *jwk, char what[KEY_WHAT_MAX])
{
    const struct key_kind *kind = find_kind(jwk);
    EVP_PKEY *public_key;

    if (kind == NULL) {
        key_say(KEY_BAD, what, "its \"kty\" is not known");
        return NULL;
    }
    if (kind->type == KEY_RSA)
        public_key = build_rsa(jwk);
    else if (text_equal(kind->kty, "EC"))
        public_key = build_ec(jwk, kind);
    else
        public_key = build_raw(jwk, kind);
    if (public_key == NULL)
        say_no_key(jwk, kind, what);
    return public_key;
}
