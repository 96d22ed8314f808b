/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/algorithm.h"

#include "keys/key.h"
#include "keys/keyset_loading.h"
#include "support.h"

#include <criterion/criterion.h>
#include <json-c/json.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Project Wycheproof: each case through algorithm_verify(). "acceptable" cases
 * (a PKCS #1 signature without its NULL) are refused, as OpenSSL does.
 */
static const struct {
    const char *file;
    const char *algorithm;
    size_t tests;
} files[] = {
    {"hmac_sha256_test", "HS256", 174},
    {"hmac_sha384_test", "HS384", 174},
    {"hmac_sha512_test", "HS512", 174},
    {"ecdsa_secp256r1_sha256_p1363_test", "ES256", 262},
    {"ecdsa_secp384r1_sha384_p1363_test", "ES384", 280},
    {"ecdsa_secp521r1_sha512_p1363_test", "ES512", 318},
    {"ed25519_test", "EdDSA", 151},
    {"ed448_test", "EdDSA", 87},
    {"ed25519_test", "Ed25519", 151},
    {"ed448_test", "Ed448", 87},
    {"rsa_signature_2048_sha256_test", "RS256", 259},
    {"rsa_signature_2048_sha384_test", "RS384", 258},
    {"rsa_signature_2048_sha512_test", "RS512", 259},
    {"rsa_signature_3072_sha256_test", "RS256", 259},
    {"rsa_signature_4096_sha256_test", "RS256", 258},
    {"rsa_pss_2048_sha256_mgf1_32_test", "PS256", 108},
    {"rsa_pss_3072_sha256_mgf1_32_test", "PS256", 108},
    {"rsa_pss_2048_sha384_mgf1_48_test", "PS384", 141},
    {"rsa_pss_4096_sha384_mgf1_48_test", "PS384", 141},
    {"rsa_pss_4096_sha512_mgf1_64_test", "PS512", 179},
    /* Another salt or MGF1 hash than PS256 has: none of them verifies. */
    {"rsa_pss_2048_sha256_mgf1_0_test", "PS256", 103},
    {"rsa_pss_2048_sha256_mgf1sha1_20_test", "PS256", 108},
};

/* Labels that are not of the JWS algorithm; SECURITY: section 5.1. */
static const struct {
    const char *file;
    int id; /* 0: all that are "valid" */
    bool wanted;
} exceptions[] = {
    {"rsa_pss_2048_sha256_mgf1_0_test", 69, true}, /* s_len changed to 32 */
    {"rsa_pss_2048_sha256_mgf1_0_test", 0, false},
    {"rsa_pss_2048_sha256_mgf1sha1_20_test", 0, false},
};

static bool
wanted_of(const char *file, int id, const char *result)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
        if (strcmp(file, exceptions[i].file) == 0 &&
            (exceptions[i].id == 0 || exceptions[i].id == id))
            return exceptions[i].wanted;
    return strcmp(result, "valid") == 0;
}

static unsigned char *
from_hex(const char *text, size_t *ret_length)
{
    unsigned char *bytes = malloc(strlen(text) / 2 + 1);

    *ret_length = strlen(text) / 2;
    for (size_t i = 0; i < *ret_length; i++)
        sscanf(text + 2 * i, "%2hhx", &bytes[i]);
    return bytes;
}

/* The key of a group, or of a HMAC case; false: our own checks refuse it. */
static bool
key_of(struct json_object *group, struct json_object *test, struct key *key)
{
    char what[KEY_WHAT_MAX];
    const char *pem = member(group, "publicKeyPem");
    unsigned char *secret;
    size_t length;
    bool good;

    if (*pem != '\0')
        return key_from_pem(pem, strlen(pem), 1900000000, key, what) ==
                   KEY_GOOD &&
               key_build(key, what) == KEY_GOOD;
    secret = from_hex(member(test, "key"), &length);
    good = key_from_secret(secret, length, key, what) == KEY_GOOD;
    free(secret);
    return good;
}

/* 1: as wanted, 0: not, -1: the case has a key that is refused at load. */
static int
run_case(size_t file, struct json_object *group, struct json_object *test)
{
    const struct algorithm *algorithm = algorithm_find(files[file].algorithm);
    const char *signature_text = member(test, "sig");
    struct key key = {0};
    size_t length;
    size_t signature_length;
    unsigned char *message = from_hex(member(test, "msg"), &length);
    unsigned char *signature;
    bool wanted = wanted_of(files[file].file, atoi(member(test, "tcId")),
                            member(test, "result"));
    int outcome = -1;

    if (*signature_text == '\0')
        signature_text = member(test, "tag");
    signature = from_hex(signature_text, &signature_length);
    /* Truncated tags are valid HMACs, and never a JWS. */
    if (key_of(group, test, &key) && algorithm_fits(algorithm, &key)) {
        if (key.type == KEY_SECRET &&
            strtoul(member(group, "tagSize"), NULL, 10) / 8 <
                algorithm->hash_size)
            wanted = false;
        outcome = (algorithm_verify(algorithm, &key, (char *)message, length,
                                    signature, signature_length) ==
                   ALGORITHM_RIGHT) == wanted;
    }
    key_done(&key);
    free(message);
    free(signature);
    return outcome;
}

Test(algorithm, agrees_with_wycheproof)
{
    size_t run = 0;
    size_t refused_keys = 0;

    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char name[96];
        struct json_object *suite;
        struct json_object *groups;
        struct json_object *tests;
        size_t count = 0;

        snprintf(name, sizeof name, "wycheproof/%s.json", files[f].file);
        suite = shared_vectors(name);
        if (suite == NULL)
            cr_skip_test("Test was skipped: ../shared/vectors is not there");
        cr_assert(json_object_object_get_ex(suite, "testGroups", &groups));
        for (size_t g = 0; g < json_object_array_length(groups); g++) {
            struct json_object *group = json_object_array_get_idx(groups, g);

            cr_assert(json_object_object_get_ex(group, "tests", &tests));
            for (size_t t = 0; t < json_object_array_length(tests); t++) {
                struct json_object *test = json_object_array_get_idx(tests, t);
                int outcome = run_case(f, group, test);

                count++;
                run += outcome >= 0;
                refused_keys += outcome < 0;
                cr_expect_neq(outcome, 0, "%s tcId %s", files[f].file,
                              member(test, "tcId"));
            }
        }
        cr_expect_eq(count, files[f].tests, "%s has %zu", files[f].file, count);
        json_object_put(suite);
    }
    /* HMAC keys shorter than the hash are refused before any MAC. */
    cr_expect_gt(run, 3400, "%zu run", run);
    cr_expect_lt(refused_keys, 250, "%zu keys refused", refused_keys);
}

Test(algorithm, the_table_has_the_names_of_the_rfcs_and_no_other)
{
    static const char *const others[] = {
        "none",    "hs256",     "HS256 ",    "",    "ES256K",
        "ed25519", "ED448",     "Ed25519ph", "RS1", "eddsa",
        "ML-DSA",  "ML-DSA-66", "ml-dsa-65"};
    size_t count = 0;

    while (algorithm_at(count) != NULL)
        count++;
    cr_expect_eq(count, 18);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        cr_expect_null(algorithm_find(others[i]), "%s", others[i]);
    cr_expect_null(algorithm_find(NULL));
}

/* RFC 9864: EdDSA is the older name of both, and the key says of which. */
static const struct {
    const char *allowed; /* NULL: the defaults */
    const char *only;    /* the JWK's "alg" */
    const char *token;   /* the token's */
    bool ed25519;        /* wanted with a key of this curve */
    bool ed448;
} names[] = {
    {NULL, NULL, "EdDSA", true, true},
    {NULL, NULL, "Ed25519", true, false},
    {NULL, NULL, "Ed448", false, true},
    {"EdDSA", NULL, "EdDSA", true, true},
    {"EdDSA", NULL, "Ed25519", false, false},
    {"EdDSA", NULL, "Ed448", false, false},
    {"Ed25519", NULL, "EdDSA", true, false},
    {"Ed25519", NULL, "Ed25519", true, false},
    {"Ed25519", NULL, "Ed448", false, false},
    {"Ed448", NULL, "EdDSA", false, true},
    {"Ed448", NULL, "Ed25519", false, false},
    {"Ed448", NULL, "Ed448", false, true},
    {"ES256", NULL, "EdDSA", false, false},
    {"ES256", NULL, "Ed25519", false, false},
    {"ML-DSA-44", NULL, "Ed25519", false, false},
    {NULL, "EdDSA", "EdDSA", true, true},
    {NULL, "EdDSA", "Ed25519", true, false},
    {NULL, "EdDSA", "Ed448", false, true},
    {NULL, "Ed25519", "EdDSA", true, false},
    {NULL, "Ed25519", "Ed25519", true, false},
    {NULL, "Ed25519", "Ed448", false, false},
    {NULL, "Ed448", "EdDSA", false, true},
    {NULL, "Ed448", "Ed25519", false, false},
    {NULL, "Ed448", "Ed448", false, true},
    {"Ed25519", "EdDSA", "EdDSA", true, false},
    {"Ed448", "EdDSA", "EdDSA", false, true},
    {"EdDSA", "Ed448", "EdDSA", false, true},
    {NULL, NULL, "ML-DSA-44", false, false},
    {NULL, NULL, "ES256", false, false},
};

/* As keyset_load() and signature_check() ask, one behind the other. */
static bool
is_taken(size_t row, enum key_type type)
{
    const struct algorithm *only =
        names[row].only != NULL ? algorithm_find(names[row].only) : NULL;
    const struct algorithm *allowed =
        names[row].allowed != NULL ? algorithm_find(names[row].allowed) : NULL;
    const struct algorithm *token = algorithm_find(names[row].token);
    const struct key key = {.type = type, .only = only};
    unsigned bits = allowed != NULL ? algorithm_bit(allowed) : 0;

    return (only == NULL || (only->key_types & (unsigned)type) != 0) &&
           keyset_allows(bits, &key) && algorithm_is_allowed(token, bits) &&
           algorithm_fits(token, &key);
}

Test(algorithm, two_names_of_one_algorithm_are_the_same)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cr_expect_eq(is_taken(i, KEY_ED25519), names[i].ed25519,
                     "row %zu, Ed25519", i);
        cr_expect_eq(is_taken(i, KEY_ED448), names[i].ed448, "row %zu, Ed448",
                     i);
    }
}

Test(algorithm, a_key_for_pss_alone_takes_nothing_else)
{
    static const struct {
        const char *name;
        const char *only;
        bool wanted;
    } cases[] = {
        {"PS256", NULL, true},    {"PS384", NULL, true},
        {"PS512", NULL, true},    {"RS256", NULL, false},
        {"RS512", NULL, false},   {"PS256", "PS384", false},
        {"PS384", "PS384", true}, {"RS384", "PS384", false},
        {"ES256", NULL, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct key key = {.type = KEY_RSA,
                                .is_pss_only = true,
                                .only = cases[i].only != NULL
                                            ? algorithm_find(cases[i].only)
                                            : NULL};

        cr_expect_eq(algorithm_fits(algorithm_find(cases[i].name), &key),
                     cases[i].wanted, "%s of %s", cases[i].name,
                     cases[i].only != NULL ? cases[i].only : "any");
    }
}

/*
 * What a key keeps of one verification must not reach another: of the same
 * algorithm or not, after a good one or a bad one.
 */
Test(algorithm, a_secret_is_good_again)
{
    static const char message[] = "header.payload";
    static const char *const turns[] = {"HS256", "HS256", "HS512", "HS384",
                                        "HS384", "HS256", "HS512"};
    unsigned char secret[64];
    char what[KEY_WHAT_MAX];
    struct key key = {0};

    for (size_t i = 0; i < sizeof secret; i++)
        secret[i] = (unsigned char)(i * 37);
    cr_assert_eq(key_from_secret(secret, sizeof secret, &key, what), KEY_GOOD);
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        const struct algorithm *algorithm = algorithm_find(turns[i]);
        unsigned char mac[EVP_MAX_MD_SIZE];
        unsigned int size = 0;

        /* OpenSSL's own, not ours. */
        HMAC(EVP_get_digestbyname(algorithm->digest), secret, sizeof secret,
             (const unsigned char *)message, sizeof message - 1, mac, &size);
        for (int times = 0; times < 2; times++) {
            cr_expect_eq(algorithm_verify(algorithm, &key, message,
                                          sizeof message - 1, mac, size),
                         ALGORITHM_RIGHT, "%s, turn %zu", turns[i], i);
            cr_expect_eq(algorithm_verify(algorithm, &key, message,
                                          sizeof message - 2, mac, size),
                         ALGORITHM_WRONG, "%s, turn %zu", turns[i], i);
            mac[size - 1] ^= 1;
            cr_expect_eq(algorithm_verify(algorithm, &key, message,
                                          sizeof message - 1, mac, size),
                         ALGORITHM_WRONG, "%s, turn %zu", turns[i], i);
            mac[size - 1] ^= 1;
        }
    }
    key_done(&key);
}
