/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "keys/algorithm.h"
#include "keys/public_material.h"
#include "keys/secret_form.h"
#include "json/document.h"

#include <openssl/evp.h>
#include <stdint.h>
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

const struct key_kind *
key_jwk_kind(struct json_object *jwk)
{
    const char *kty = jsondoc_string(jwk, "kty");

    return key_kind_named(
        kty, jsondoc_string(jwk, text_equal(kty, "AKP") ? "alg" : "crv"));
}

/* A member that is null is absent. */
static bool
find(struct json_object *jwk, const char *name, struct json_object **ret_value)
{
    return jsondoc_find(jwk, name, ret_value) && *ret_value != NULL;
}

bool
key_jwk_is_secret(struct json_object *jwk)
{
    return text_equal(jsondoc_string(jwk, "kty"), "oct");
}

/*
 * RFC 7518 section 6.2.2 and 6.3.2, RFC 9964 section 3; "k" of a public key
 * would be a mistake too.
 */
bool
key_jwk_is_private(struct json_object *jwk)
{
    static const char *const names[] = {"d",  "p",   "q",    "dp", "dq",
                                        "qi", "oth", "priv", "k",  NULL};
    static const char *const of_a_secret[] = {"d",  "p",   "q",    "dp", "dq",
                                              "qi", "oth", "priv", NULL};

    return jsondoc_has_any(jwk, key_jwk_is_secret(jwk) ? of_a_secret : names);
}

static bool
lists_verify(struct json_object *operations)
{
    const char *text;

    for (size_t i = 0; i < jsondoc_array_size(operations); i++)
        if (jsondoc_is_string(jsondoc_array_item(operations, i), &text) &&
            text_equal(text, "verify"))
            return true;
    return false;
}

/* RFC 7517 section 4.2, and the JWT-SVID of SPIFFE section 5. */
static bool
is_use(const char *text)
{
    return text_equal(text, "sig") || text_equal(text, "jwt-svid");
}

static enum key_result
read_algorithm(struct json_object *jwk, struct key *key, char *what)
{
    const struct algorithm *only;
    struct json_object *value;
    const char *text;

    if (!find(jwk, "alg", &value))
        return KEY_GOOD;
    if (!jsondoc_is_string(value, &text))
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
read_purpose(struct json_object *jwk, struct key *key, char *what)
{
    struct json_object *value;
    const char *text;

    if (find(jwk, "use", &value)) {
        if (!jsondoc_is_string(value, &text))
            return key_say(KEY_BAD, what, "\"use\" is not a string");
        if (!is_use(text))
            return key_say(KEY_FOREIGN, what, "\"use\" is not \"sig\"");
    }
    if (find(jwk, "key_ops", &value)) {
        if (!jsondoc_is_array(value))
            return key_say(KEY_BAD, what, "\"key_ops\" is not an array");
        if (!lists_verify(value))
            return key_say(KEY_FOREIGN, what, "\"key_ops\" has no \"verify\"");
    }
    return read_algorithm(jwk, key, what);
}

static enum key_result
read_kid(struct json_object *jwk, struct key *key, char *what)
{
    struct json_object *value;
    const char *text;

    if (!find(jwk, "kid", &value))
        return KEY_GOOD;
    if (!jsondoc_is_string(value, &text) || strlen(text) > KEY_KID_MAX)
        return key_say(KEY_BAD, what,
                       "\"kid\" is not a string of at most 256 bytes");
    key->kid = strdup(text);
    return key->kid != NULL ? KEY_GOOD : KEY_NO_MEMORY;
}

/* Decodes a member of at most `max` bytes; false: absent, ill-formed, long. */
static bool
read_number(struct json_object *jwk, const char *name, size_t max,
            unsigned char *into, size_t *ret_length)
{
    const char *text = jsondoc_string(jwk, name);
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

static enum key_result
read_secret(struct json_object *jwk, struct key *key, char *what)
{
    const char *text = jsondoc_string(jwk, "k");
    size_t length = text != NULL ? strlen(text) : 0;
    size_t size = BASE64_DECODED_MAX(length);
    unsigned char *bytes = malloc(size);
    struct key secret = {0};
    enum key_result result;

    if (bytes == NULL)
        return KEY_NO_MEMORY;
    if (text == NULL || !base64url_decode(text, length, bytes, &length))
        result = key_say(KEY_BAD, what, "\"k\" is not base64url text");
    else
        result = judge_secret(bytes, length, &secret, what);
    secret_free(bytes, size);
    /* json-c frees without wiping; nobody reads "k" again. */
    if (text != NULL)
        explicit_bzero((char *)(uintptr_t)text, strlen(text));
    key->secret = secret.secret;
    key->secret_length = secret.secret_length;
    return result;
}

static bool
is_akp_without_alg(struct json_object *jwk)
{
    static const char *const alg[] = {"alg", NULL};

    return text_equal(jsondoc_string(jwk, "kty"), "AKP") &&
           !jsondoc_has_any(jwk, alg);
}

enum key_result
key_from_jwk(struct json_object *jwk, struct key *ret_key,
             char what[KEY_WHAT_MAX])
{
    const struct key_kind *kind = key_jwk_kind(jwk);
    struct key key = {.unbuilt = jwk};
    enum key_result result;
    enum key_result of_kid;

    if (key_jwk_is_private(jwk))
        return key_say(KEY_PRIVATE, what,
                       "a private key where public keys belong");
    if (kind != NULL) {
        key.type = kind->type;
        result = read_purpose(jwk, &key, what);
    } else if (is_akp_without_alg(jwk)) {
        key.type = KEY_MLDSA; /* it could be any of them */
        result = key_say(KEY_BAD, what,
                         "\"kty\" is AKP and there is no \"alg\" (RFC 9964 "
                         "section 3)");
    } else if (jsondoc_string(jwk, "kty") != NULL) {
        return key_say(KEY_FOREIGN, what,
                       "its \"kty\" or \"crv\" is not known");
    } else {
        result = key_say(KEY_BAD, what, "an entry without \"kty\"");
    }
    if (result == KEY_FOREIGN)
        return result;
    of_kid = read_kid(jwk, &key, what);
    if (of_kid != KEY_GOOD)
        result = of_kid;
    if (result == KEY_GOOD && key.type == KEY_SECRET)
        result = read_secret(jwk, &key, what);
    key.is_bad = result == KEY_BAD;
    if (result == KEY_GOOD || result == KEY_BAD)
        *ret_key = key;
    else
        key_done(&key);
    return result;
}

static EVP_PKEY *
build_rsa(struct json_object *jwk)
{
    unsigned char modulus[NUMBER_MAX + 3];
    unsigned char exponent[8 + 3];
    struct key_number n = {modulus, 0};
    struct key_number e = {exponent, 0};

    return read_number(jwk, "n", NUMBER_MAX, modulus, &n.length) &&
                   read_number(jwk, "e", 8, exponent, &e.length)
               ? key_make_rsa(n, e)
               : NULL;
}

/* The uncompressed point of SEC 1: 04, x, y, each at its full length. */
static EVP_PKEY *
build_ec(struct json_object *jwk, const struct key_kind *kind)
{
    unsigned char point[1 + 2 * KEY_CURVE_BYTES_MAX + 3] = {0x04};
    size_t x = 0;
    size_t y = 0;

    return read_number(jwk, "x", kind->size, point + 1, &x) &&
                   x == kind->size &&
                   read_number(jwk, "y", kind->size, point + 1 + x, &y) &&
                   y == kind->size
               ? key_make_curve(kind, (struct key_number){point, 1 + x + y})
               : NULL;
}

/* Keys of Edwards curves and of ML-DSA are one text. */
static EVP_PKEY *
build_raw(struct json_object *jwk, const struct key_kind *kind)
{
    unsigned char raw[KEY_RAW_MAX + 3];
    const char *name = text_equal(kind->kty, "AKP") ? "pub" : "x";
    size_t length;

    return read_number(jwk, name, kind->size, raw, &length)
               ? key_make_curve(kind, (struct key_number){raw, length})
               : NULL;
}

bool
key_is_built(const struct key *key)
{
    return key->type == KEY_SECRET || key->public_key != NULL;
}

/* Says which of the members are missing. */
static enum key_result
say_missing(struct json_object *jwk, const char *const *names, size_t first,
            char *what)
{
    static const char *const certificates[] = {"x5c", "x5u", NULL};
    const char *second = first == 0 ? names[1] : NULL;

    if (second != NULL && jsondoc_string(jwk, second) != NULL)
        second = NULL;
    snprintf(what, KEY_WHAT_MAX, "it has no \"%s\"%s%s%s%s", names[first],
             second != NULL ? " and no \"" : "", second != NULL ? second : "",
             second != NULL ? "\"" : "",
             jsondoc_has_any(jwk, certificates)
                 ? "; x5c and x5u are not read (write its certificate as PEM)"
                 : "");
    return KEY_BAD;
}

/* Says why the members make no key. */
static enum key_result
say_no_key(struct json_object *jwk, const struct key_kind *kind, char *what)
{
    const char *const *names = key_kind_members(kind);

    for (size_t i = 0; names[i] != NULL; i++) {
        const char *text = jsondoc_string(jwk, names[i]);

        if (text == NULL)
            return say_missing(jwk, names, i, what);
        if (strpbrk(text, "+/=") == NULL)
            continue;
        snprintf(what, KEY_WHAT_MAX,
                 "\"%s\" has +, / or =: it must be base64url without padding "
                 "(RFC 7515 section 2)",
                 names[i]);
        return KEY_BAD;
    }
    return key_say_unmade(kind, what, "its numbers make no key of its \"kty\"");
}

enum key_result
key_build(struct key *key, char what[KEY_WHAT_MAX])
{
    const struct key_kind *kind;
    EVP_PKEY *public_key;
    struct key built = {0};
    enum key_result result;

    if (key_is_built(key))
        return KEY_GOOD;
    kind = key_jwk_kind(key->unbuilt);
    if (kind == NULL)
        return key_say(KEY_BAD, what, "its \"kty\" is not known");
    if (kind->type == KEY_RSA)
        public_key = build_rsa(key->unbuilt);
    else if (text_equal(kind->kty, "EC"))
        public_key = build_ec(key->unbuilt, kind);
    else
        public_key = build_raw(key->unbuilt, kind);
    if (public_key == NULL)
        return say_no_key(key->unbuilt, kind, what);
    result = key_from_public(public_key, &built, what);
    if (result == KEY_GOOD && built.type != key->type)
        result = key_say(KEY_BAD, what, "its numbers are of another \"crv\"");
    if (result == KEY_GOOD)
        key->public_key = public_key;
    else
        EVP_PKEY_free(public_key);
    return result;
}
