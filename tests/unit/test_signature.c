/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/signature.h"

#include "base/base64.h"
#include "support.h"
#include "token/jws.h"

#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_ALGORITHMS (~0U)
#define SIZE_MAX_BYTES (64 * 1024)

/*
 * Whether the JWS verifies with the JWK or JWK Set; on yes its payload, as
 * base64url, is compared with `payload` where that is not NULL.
 */
static bool
verifies(struct json_object *jwk, const char *text, const char *payload)
{
    const char *key = json_object_to_json_string(jwk);
    char *path = scratch_file("key.json", key, strlen(key), 0600);
    const struct strings paths = {&path, 1};
    const struct keyset_policy policy = {
        .kind = strstr(key, "\"oct\"") != NULL ? KEYSET_SECRETS : KEYSET_PUBLIC,
        .allowed = ALL_ALGORITHMS};
    struct strings problems = {0};
    struct verdict verdict = {0};
    struct keyset keys = {0};
    struct jws jws = {0};
    char *encoded = malloc(BASE64URL_ENCODED_SIZE(strlen(text)));
    enum reason reason =
        keyset_load(&paths, &policy, 1900000000, &keys, &problems, NULL);

    if (reason == REASON_OK)
        reason = jws_parse(text, strlen(text), SIZE_MAX_BYTES, &jws, &verdict);
    if (reason == REASON_OK)
        reason =
            signature_check(&jws, ALL_ALGORITHMS, &keys, &problems, &verdict);
    if (reason == REASON_OK && payload != NULL) {
        base64url_encode((const unsigned char *)jws.payload, jws.payload_length,
                         encoded);
        cr_expect_str_eq(encoded, payload);
    }
    jws_done(&jws);
    keyset_done(&keys);
    strings_done(&problems);
    free(encoded);
    free(path);
    return reason == REASON_OK;
}

Test(signature, agrees_with_the_examples_of_the_rfcs)
{
    struct json_object *file =
        json_object_from_file("tests/vectors/rfc_vectors.json");
    struct json_object *vectors;
    struct json_object *first_key;
    struct json_object *key;
    size_t good = 0;

    cr_assert_not_null(file);
    cr_assert(json_object_object_get_ex(file, "vectors", &vectors));
    cr_assert_eq(json_object_array_length(vectors), 22);
    cr_assert(json_object_object_get_ex(json_object_array_get_idx(vectors, 0),
                                        "key", &first_key));
    for (size_t i = 0; i < json_object_array_length(vectors); i++) {
        struct json_object *vector = json_object_array_get_idx(vectors, i);
        /* JSON serialization, detached and encrypted forms are no tokens. */
        bool wanted = strcmp(member(vector, "expect_jws"), "valid") == 0;

        cr_assert(json_object_object_get_ex(vector, "key", &key));
        if (!json_object_is_type(key, json_type_object))
            key = first_key;
        cr_expect_eq(verifies(key, member(vector, "token"),
                              wanted ? member(vector, "payload_b64u") : NULL),
                     wanted, "%s", member(vector, "id"));
        good += wanted;
    }
    cr_expect_eq(good, 10, "%zu", good);
    json_object_put(file);
}

/* Labels that a strict verifier of tokens disagrees with, and why. */
static const struct {
    const char *file;
    int id;
    bool wanted;
    const char *why;
} exceptions[] = {
    {"json_web_signature_test", 357, false, "the secret is 32 NULs"},
    {"json_web_signature_test", 358, false, "the secret is 32 NULs"},
    {"json_web_signature_test", 359, false, "the secret is 32 NULs"},
    {"json_web_signature_test", 376, false, "the secret is 32 NULs"},
    {"json_web_signature_test", 377, false, "the secret is 32 NULs"},
    {"json_web_signature_test", 372, false, "it has a ? in it"},
    {"json_web_signature_test", 373, false, "it has a ? in it"},
    {"json_web_signature_test", 347, false, "JWK alg ES521 does not exist"},
    {"json_web_signature_test", 351, false, "JWK alg ES521 does not exist"},
    {"json_web_signature_test", 346, false, "JWK alg PS256, token PS384"},
    {"json_web_signature_test", 350, false, "JWK alg PS256, token PS384"},
    {"json_web_signature_test", 259, false, "an empty payload is no token"},
    {"json_web_signature_test", 264, false, "an empty payload is no token"},
    {"json_web_signature_test", 268, false, "an empty payload is no token"},
    {"json_web_signature_test", 272, false, "an empty payload is no token"},
    {"json_web_signature_test", 320, false, "an empty payload is no token"},
    {"json_web_signature_test", 325, false, "an empty payload is no token"},
    {"json_web_key_test", 7, true, "a ROCA fingerprint is not looked for"},
    {"json_web_crypto_test", 46, true, "a ROCA fingerprint is not looked for"},
};

static bool
wanted_of(const char *file, int id, const char *result)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
        if (exceptions[i].id == id && strcmp(exceptions[i].file, file) == 0)
            return exceptions[i].wanted;
    return strcmp(result, "valid") == 0;
}

/* Runs a file's signed cases; encrypted ones must be refused as well. */
static size_t
run_file(const char *file, size_t *encrypted)
{
    char name[96];
    struct json_object *suite;
    struct json_object *groups;
    struct json_object *tests;
    struct json_object *key;
    size_t count = 0;

    snprintf(name, sizeof name, "wycheproof/%s.json", file);
    suite = shared_vectors(name);
    if (suite == NULL)
        cr_skip_test("Test was skipped: ../shared/vectors is not there");
    cr_assert(json_object_object_get_ex(suite, "testGroups", &groups));
    for (size_t g = 0; g < json_object_array_length(groups); g++) {
        struct json_object *group = json_object_array_get_idx(groups, g);

        if (!json_object_object_get_ex(group, "public", &key))
            cr_assert(json_object_object_get_ex(group, "private", &key));
        cr_assert(json_object_object_get_ex(group, "tests", &tests));
        for (size_t t = 0; t < json_object_array_length(tests); t++) {
            struct json_object *test = json_object_array_get_idx(tests, t);
            int id = atoi(member(test, "tcId"));

            if (json_object_object_get_ex(test, "jwe", NULL)) {
                cr_expect_not(verifies(key, member(test, "jwe"), NULL),
                              "%s tcId %d", file, id);
                (*encrypted)++;
                continue;
            }
            count++;
            cr_expect_eq(verifies(key, member(test, "jws"), NULL),
                         wanted_of(file, id, member(test, "result")),
                         "%s tcId %d: %s", file, id, member(test, "comment"));
        }
    }
    json_object_put(suite);
    return count;
}

Test(signature, agrees_with_the_json_web_files_of_wycheproof)
{
    size_t encrypted = 0;

    cr_expect_eq(run_file("json_web_signature_test", &encrypted), 401);
    cr_expect_eq(run_file("json_web_key_test", &encrypted), 26);
    cr_expect_eq(run_file("json_web_crypto_test", &encrypted), 49);
    cr_expect_eq(run_file("json_web_encryption_test", &encrypted), 0);
    cr_expect_eq(encrypted, 34 + 139, "%zu", encrypted);
}
