/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/keys/private_key.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/cli.h"
#include "keys/algorithm.h"
#include "json/document.h"

#include <json-c/json.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>

/* The numbers of an RSA key in a JWK; a key may have only the first three. */
static const struct {
    const char *member;
    const char *parameter;
} rsa_numbers[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N},
    {"e", OSSL_PKEY_PARAM_RSA_E},
    {"d", OSSL_PKEY_PARAM_RSA_D},
    {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

#define RSA_NUMBER_COUNT (sizeof rsa_numbers / sizeof rsa_numbers[0])
#define RSA_REQUIRED     3

/* The largest number, of an RSA modulus, is what KEY_RSA_BITS_MAX gives. */
#define NUMBER_MAX (KEY_RSA_BITS_MAX / 8)

/* OpenSSL 3.5's name of the parameter, and what it is long. */
#define MLDSA_SEED        "seed"
#define MLDSA_SEED_BYTES  32
#define MLDSA_SEED_DIGITS 43

/* The algorithm that the parameters of an RSA-PSS key allow; NULL: any. */
static const struct algorithm *
pss_algorithm(EVP_PKEY *pair)
{
    const struct algorithm *row = NULL;
    EVP_MD *hash = NULL;
    char name[64];

    if (EVP_PKEY_get_utf8_string_param(pair, OSSL_PKEY_PARAM_RSA_DIGEST, name,
                                       sizeof name, NULL) == 1)
        hash = EVP_MD_fetch(NULL, name, NULL);
    if (hash == NULL)
        return NULL;
    for (size_t i = 0; (row = algorithm_at(i)) != NULL; i++)
        if (row->is_pss && EVP_MD_is_a(hash, row->digest))
            break;
    EVP_MD_free(hash);
    return row;
}

#define PUBLIC_KEY \
    "a public key, which cannot sign: give the private key that belongs to it"

/* Adopts the key pair, or frees it. */
static enum key_result
adopt(EVP_PKEY *pair, struct key *ret_key, char what[KEY_WHAT_MAX])
{
    enum key_result result = key_from_public(pair, ret_key, what);

    if (result != KEY_GOOD)
        EVP_PKEY_free(pair);
    else if (EVP_PKEY_is_a(pair, "RSA-PSS")) {
        ret_key->is_pss_only = true;
        ret_key->only = pss_algorithm(pair);
    }
    return result;
}

/* Without it OpenSSL would ask for a passphrase on the terminal. */
static int
refuse_passphrase(char *into, int size, int writing, void *data)
{
    (void)into;
    (void)size;
    (void)writing;
    (void)data;
    return -1;
}

static bool
is_public_pem(const char *text, size_t length)
{
    return memmem(text, length, "PUBLIC KEY-----", 15) != NULL ||
           memmem(text, length, "CERTIFICATE-----", 16) != NULL;
}

enum key_result
privatekey_from_pem(const char *text, size_t length, struct key *ret_key,
                    char what[KEY_WHAT_MAX])
{
    BIO *input = BIO_new_mem_buf(text, (int)length);
    EVP_PKEY *pair = NULL;

    if (input == NULL)
        return KEY_NO_MEMORY;
    pair = PEM_read_bio_PrivateKey(input, NULL, refuse_passphrase, NULL);
    BIO_free(input);
    if (pair == NULL)
        return key_say(KEY_BAD, what,
                       is_public_pem(text, length)
                           ? PUBLIC_KEY
                           : "no private key in PEM that can be read (an "
                             "encrypted one: openssl pkey)");
    return adopt(pair, ret_key, what);
}

/* A member's bytes as a number; NULL: absent or ill-formed. */
static BIGNUM *
read_number(struct json_object *jwk, const char *member)
{
    unsigned char bytes[BASE64_DECODED_MAX((NUMBER_MAX * 4 + 2) / 3)];
    const char *text = jsondoc_string(jwk, member);
    size_t length = text != NULL ? strlen(text) : 0;
    BIGNUM *number = NULL;

    if (length > 0 && length <= (NUMBER_MAX * 4 + 2) / 3 &&
        base64url_decode(text, length, bytes, &length))
        number = BN_bin2bn(bytes, (int)length, NULL);
    explicit_bzero(bytes, sizeof bytes);
    return number;
}

/* An OpenSSL key pair of the parameters; NULL: they make none. */
static EVP_PKEY *
make_pair_of(const char *type, OSSL_PARAM *parameters)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *pair = NULL;

    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &pair, EVP_PKEY_KEYPAIR, parameters) != 1)
        pair = NULL;
    EVP_PKEY_CTX_free(context);
    return pair;
}

/* The same of the parameters in `builder`. */
static EVP_PKEY *
make_pair(const char *type, OSSL_PARAM_BLD *builder)
{
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY *pair = parameters != NULL ? make_pair_of(type, parameters) : NULL;

    OSSL_PARAM_free(parameters);
    return pair;
}

static EVP_PKEY *
rsa_pair(struct json_object *jwk)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[RSA_NUMBER_COUNT] = {0};
    size_t wanted =
        jsondoc_string(jwk, "p") != NULL ? RSA_NUMBER_COUNT : RSA_REQUIRED;
    EVP_PKEY *pair = NULL;
    bool good = builder != NULL;

    for (size_t i = 0; good && i < wanted; i++) {
        numbers[i] = read_number(jwk, rsa_numbers[i].member);
        good = numbers[i] != NULL &&
               OSSL_PARAM_BLD_push_BN(builder, rsa_numbers[i].parameter,
                                      numbers[i]) == 1;
    }
    if (good)
        pair = make_pair("RSA", builder);
    for (size_t i = 0; i < RSA_NUMBER_COUNT; i++)
        BN_clear_free(numbers[i]);
    OSSL_PARAM_BLD_free(builder);
    return pair;
}

static EVP_PKEY *
ec_pair(struct json_object *jwk, const struct key_kind *kind)
{
    unsigned char point[1 + 2 * KEY_CURVE_BYTES_MAX] = {0x04};
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *x = read_number(jwk, "x");
    BIGNUM *y = read_number(jwk, "y");
    BIGNUM *d = read_number(jwk, "d");
    int size = (int)kind->size;
    EVP_PKEY *pair = NULL;

    if (builder != NULL && x != NULL && y != NULL && d != NULL &&
        BN_bn2binpad(x, point + 1, size) == size &&
        BN_bn2binpad(y, point + 1 + size, size) == size &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
                                        kind->group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY,
                                         point, 1 + 2 * kind->size) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1)
        pair = make_pair("EC", builder);
    BN_free(x);
    BN_free(y);
    BN_clear_free(d);
    OSSL_PARAM_BLD_free(builder);
    return pair;
}

static EVP_PKEY *
edwards_pair(struct json_object *jwk, const struct key_kind *kind)
{
    unsigned char raw[KEY_CURVE_BYTES_MAX];
    BIGNUM *d = read_number(jwk, "d");
    int size = (int)kind->size;
    EVP_PKEY *pair = NULL;

    if (d != NULL && BN_bn2binpad(d, raw, size) == size)
        pair = EVP_PKEY_new_raw_private_key_ex(NULL, kind->group, NULL, raw,
                                               kind->size);
    BN_clear_free(d);
    explicit_bzero(raw, sizeof raw);
    return pair;
}

/* The seed of the key, which RFC 9964 section 3 calls "priv". */
static EVP_PKEY *
mldsa_pair(struct json_object *jwk, const struct key_kind *kind)
{
    unsigned char seed[BASE64_DECODED_MAX(MLDSA_SEED_DIGITS)];
    const char *text = jsondoc_string(jwk, "priv");
    size_t length = strlen(text);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(MLDSA_SEED, seed, MLDSA_SEED_BYTES),
        OSSL_PARAM_construct_end()};
    EVP_PKEY *pair = NULL;

    if (length == MLDSA_SEED_DIGITS &&
        base64url_decode(text, length, seed, &length))
        pair = make_pair_of(kind->group, parameters);
    explicit_bzero(seed, sizeof seed);
    return pair;
}

/* "x" of the JWK, and whatever else it says in public, is that of its "d". */
static bool
is_of_its_public_part(struct json_object *jwk, const struct key *key)
{
    char *text = key_canonical(key);
    struct json_object *members =
        text != NULL ? json_tokener_parse(text) : NULL;
    bool same = members != NULL;

    if (members != NULL) {
        json_object_object_foreach(members, name, value)
        {
            same = same && text_equal(json_object_get_string(value),
                                      jsondoc_string(jwk, name));
        }
    }
    json_object_put(members);
    free(text);
    return same;
}

/* True if what it signs verifies with its public part. */
static bool
is_pair(EVP_PKEY *pair)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    bool good = context != NULL && EVP_PKEY_pairwise_check(context) == 1;

    EVP_PKEY_CTX_free(context);
    return good;
}

static const char *
private_member(const struct key_kind *kind)
{
    return text_equal(kind->kty, "AKP") ? "priv" : "d";
}

enum key_result
privatekey_from_jwk(struct json_object *jwk, struct key *ret_key,
                    char what[KEY_WHAT_MAX])
{
    const char *kid = jsondoc_string(jwk, "kid");
    const char *name = jsondoc_string(jwk, "alg");
    const struct key_kind *kind = key_kind_named(
        jsondoc_string(jwk, "kty"), jsondoc_string(jwk, "crv"), name);
    EVP_PKEY *pair;
    struct key key = {0};
    enum key_result result;

    if (kind == NULL)
        return key_say(KEY_BAD, what, "its \"kty\" or \"crv\" is not known");
    if (jsondoc_string(jwk, private_member(kind)) == NULL)
        return key_say(KEY_BAD, what, PUBLIC_KEY);
    if (kind->type == KEY_RSA)
        pair = rsa_pair(jwk);
    else if (text_equal(kind->kty, "AKP"))
        pair = mldsa_pair(jwk, kind);
    else
        pair = text_equal(kind->kty, "EC") ? ec_pair(jwk, kind)
                                           : edwards_pair(jwk, kind);
    if (pair == NULL)
        return key_say_unmade(kind, what,
                              "its numbers make no key of its \"kty\"");
    result = adopt(pair, &key, what);
    if (result != KEY_GOOD)
        return result;
    if (!is_of_its_public_part(jwk, &key) || !is_pair(pair))
        result = key_say(KEY_BAD, what, "its private and public parts differ");
    if (result == KEY_GOOD && name != NULL) {
        key.only = algorithm_find(name);
        if (key.only == NULL || !algorithm_fits(key.only, &key))
            result =
                key_say(KEY_BAD, what, "its \"alg\" is not one of its type");
    }
    if (result == KEY_GOOD && kid != NULL) {
        key.own_kid = strdup(kid);
        key.kid = key.own_kid;
        if (key.kid == NULL)
            result = KEY_NO_MEMORY;
    }
    if (result == KEY_GOOD)
        *ret_key = key;
    else
        key_done(&key);
    return result;
}

static bool
add_number(struct json_object *jwk, const char *member, EVP_PKEY *pair,
           const char *parameter, size_t size)
{
    unsigned char bytes[NUMBER_MAX];
    char text[BASE64URL_ENCODED_SIZE(NUMBER_MAX)];
    BIGNUM *number = NULL;
    bool done = false;

    if (EVP_PKEY_get_bn_param(pair, parameter, &number) != 1)
        return false;
    if (size == 0)
        size = (size_t)BN_num_bytes(number);
    if (size <= sizeof bytes && BN_bn2binpad(number, bytes, (int)size) >= 0) {
        base64url_encode(bytes, size, text);
        cli_add_string(jwk, member, text);
        done = true;
    }
    BN_clear_free(number);
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return done;
}

static bool
add_raw(struct json_object *jwk, EVP_PKEY *pair)
{
    unsigned char bytes[KEY_CURVE_BYTES_MAX];
    char text[BASE64URL_ENCODED_SIZE(KEY_CURVE_BYTES_MAX)];
    size_t size = sizeof bytes;

    if (EVP_PKEY_get_raw_private_key(pair, bytes, &size) != 1)
        return false;
    base64url_encode(bytes, size, text);
    cli_add_string(jwk, "d", text);
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return true;
}

static bool
add_seed(struct json_object *jwk, EVP_PKEY *pair)
{
    unsigned char seed[MLDSA_SEED_BYTES];
    char text[BASE64URL_ENCODED_SIZE(MLDSA_SEED_BYTES)];
    size_t size = 0;

    if (EVP_PKEY_get_octet_string_param(pair, MLDSA_SEED, seed, sizeof seed,
                                        &size) != 1 ||
        size != sizeof seed)
        return false;
    base64url_encode(seed, size, text);
    cli_add_string(jwk, "priv", text);
    explicit_bzero(seed, sizeof seed);
    explicit_bzero(text, sizeof text);
    return true;
}

struct json_object *
privatekey_to_jwk(const struct key *key)
{
    const struct key_kind *kind = key_kind(key->type);
    char *text = key_canonical(key);
    struct json_object *jwk = text != NULL ? json_tokener_parse(text) : NULL;
    bool good = jwk != NULL;

    free(text);
    if (kind->type == KEY_RSA)
        for (size_t i = 2; good && i < RSA_NUMBER_COUNT; i++)
            good = add_number(jwk, rsa_numbers[i].member, key->public_key,
                              rsa_numbers[i].parameter, 0);
    else if (good && text_equal(kind->kty, "EC"))
        good = add_number(jwk, "d", key->public_key, OSSL_PKEY_PARAM_PRIV_KEY,
                          kind->size);
    else if (good && text_equal(kind->kty, "AKP"))
        good = add_seed(jwk, key->public_key);
    else if (good)
        good = add_raw(jwk, key->public_key);
    if (good)
        return jwk;
    json_object_put(jwk);
    return NULL;
}
