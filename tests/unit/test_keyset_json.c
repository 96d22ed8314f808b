/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset.h"

#include "support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ED                                         \
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" \
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define OCT                    \
    "\"kty\":\"oct\",\"k\":\"" \
    "aHdZRVZGZHFoVnlOU3JzY04zekpvdmNxU2V5Z3JESXltOENLUmlxZmNiMA\""
#define SET(entries) "{\"keys\":[" entries "]}"
#define KEY(more)    "{" ED more "}"

/* What a key_file (p) or a secret_file (s) with this text gives: its keys. */
static const struct {
    const char *name;
    char as;
    const char *text;
    size_t wanted;
    const char *says; /* a part of what is said, NULL for nothing */
} rows[] = {
    {"a set inside an entry", 'p',
     SET(KEY("") ",{\"keys\":[" KEY(",\"d\":\"AA\"") "]}"), 0,
     "a private key or a shared secret inside of, or beside, the keys"},
    {"a private key beside the set", 'p',
     "{\"keys\":[" KEY("") "],\"private\":" KEY(",\"d\":\"AA\"") "}", 0,
     "inside of, or beside, the keys"},
    {"a secret beside the set", 'p',
     "{\"keys\":[" KEY("") "],\"secret\":{" OCT "}}", 0,
     "inside of, or beside, the keys"},
    {"a secret inside a JWK", 'p', KEY(",\"more\":[{" OCT "}]"), 0,
     "inside of, or beside, the keys"},
    {"an object inside a JWK", 'p', KEY(",\"more\":[{\"a\":{}}]"), 1, NULL},
    {"a public key beside the set", 'p',
     "{\"keys\":[" KEY("") "],\"old\":" KEY("") "}", 1, NULL},
    {"a secret inside of another", 's', "{" OCT ",\"more\":{" OCT "}}", 0,
     "inside of, or beside, the keys"},
    {"one key", 'p', SET(KEY("")), 1, NULL},
    {"a JWK", 'p', KEY(""), 1, NULL},
    {"blanks first", 'p', " \n\t{" ED "}", 1, NULL},
    {"a type for later", 'p', SET(KEY("") ",{\"kty\":\"XYZ\",\"pub\":\"AA\"}"),
     1, NULL},
    {"an algorithm for later", 'p',
     SET(KEY("") ",{\"kty\":\"AKP\",\"alg\":\"SLH-DSA-SHA2-128s\"}"), 1, NULL},
    {"ML-DSA without alg", 'p',
     SET(KEY("") ",{\"kty\":\"AKP\",\"pub\":\"AA\"}"), 1,
     "key 2: \"kty\" is AKP and there is no \"alg\""},
    {"ML-DSA whose alg is null", 'p',
     SET(KEY("") ",{\"kty\":\"AKP\",\"alg\":null,\"pub\":\"AA\"}"), 1,
     "key 2: \"kty\" is AKP and there is no \"alg\""},
    {"ML-DSA without pub", 'p',
     SET(KEY("") ",{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"x\":\"AA\"}"), 1,
     "key 2: it has no \"pub\""},
    {"alg of the other curve", 'p', SET(KEY(",\"alg\":\"Ed448\"")), 0,
     "\"alg\" is not one of its \"kty\""},
    {"alg of the curve", 'p', SET(KEY(",\"alg\":\"Ed25519\"")), 1, NULL},
    {"alg of both curves", 'p', SET(KEY(",\"alg\":\"EdDSA\"")), 1, NULL},
    {"x5c alone", 'p', SET("{\"kty\":\"RSA\",\"x5c\":[\"MII\"]}"), 0,
     "key 1: it has no \"n\" and no \"e\"; x5c and x5u are not read"},
    {"x5c and n", 'p', SET("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"x5c\":[]}"), 0,
     "it has no \"e\"; x5c and x5u are not read"},
    {"an EC key without y", 'p',
     SET("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\"}"), 0,
     "it has no \"y\""},
    {"an EC key with nothing", 'p', SET("{\"kty\":\"EC\",\"crv\":\"P-256\"}"),
     0, "it has no \"x\" and no \"y\""},
    {"padding", 'p', SET("{\"kty\":\"RSA\",\"n\":\"AQ==\",\"e\":\"AQAB\"}"), 0,
     "\"n\" has +, / or ="},
    {"base64", 'p',
     SET("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"1/qY+K\"}"), 0,
     "\"x\" has +, / or ="},
    {"an entry that is nothing", 'p', SET(KEY("") ",7,null,\"x\",[]"), 1,
     "key 2: an entry without \"kty\""},
    {"numbers as in the file", 'p',
     SET("{\"kty\":\"y\"},{\"kty\":\"x\"}," KEY("") "," KEY(",\"kid\":7")), 1,
     "key 4: \"kid\" is not a string"},
    {"PEM in a member", 'p',
     "{" ED ",\"x5c\":[\"-----BEGIN CERTIFICATE-----\"]}", 1, NULL},
    {"PEM on a line of a member", 'p',
     "{\n\"kty\":\"RSA\",\n\"n\":\"\n-----BEGIN PUBLIC KEY-----\n\"}", 0,
     "begins as JSON but is not"},

    {"a secret", 'p', "{" OCT "}", 0, "which key_file does not take"},
    {"secrets", 'p', SET("{" OCT "}"), 0, "which key_file does not take"},
    {"a secret for signing alone", 'p', SET("{" OCT ",\"key_ops\":[\"sign\"]}"),
     0, "which key_file does not take"},
    {"mixed", 'p', SET(KEY("") ",{" OCT "}"), 0, "in one set"},
    {"mixed, the secret first", 'p', SET("{" OCT "}," KEY("")), 0,
     "in one set"},
    {"mixed, the secret for encryption", 'p',
     SET(KEY("") ",{" OCT ",\"use\":\"enc\"}"), 0, "in one set"},
    {"mixed, the secret of another alg", 'p',
     SET(KEY("") ",{" OCT ",\"alg\":\"A128KW\"}"), 0, "in one set"},
    {"mixed, the secret with a bad kid", 'p',
     SET(KEY("") ",{" OCT ",\"kid\":[]}"), 0, "in one set"},
    {"mixed, the secret too short", 'p',
     SET(KEY("") ",{\"kty\":\"oct\",\"k\":\"AA\"}"), 0, "in one set"},
    {"mixed, the secret without k", 'p', SET(KEY("") ",{\"kty\":\"oct\"}"), 0,
     "in one set"},
    {"k on a key of another type", 'p', SET(KEY("") "," KEY(",\"k\":\"AAAA\"")),
     0, "key 2: a private key"},
    {"k on a type that is not known", 'p',
     SET(KEY("") ",{\"kty\":\"OCT\",\"k\":\"AAAA\"}"), 0, "a private key"},
    {"k without a type", 'p', SET(KEY("") ",{\"k\":\"AAAA\"}"), 0,
     "a private key"},
    {"private", 'p', KEY(",\"d\":\"AA\""), 0, "a private key"},
    {"private, for encryption", 'p',
     SET(KEY("") "," KEY(",\"use\":\"enc\",\"d\":\"AA\"")), 0,
     "key 2: a private key"},
    {"private, of a type for later", 'p',
     SET(KEY("") ",{\"kty\":\"AKP\",\"priv\":\"AA\"}"), 0, "a private key"},
    {"private, no string", 'p', SET(KEY("") "," KEY(",\"d\":7")), 0,
     "a private key"},
    {"a prime", 'p', SET(KEY("") ",{\"kty\":\"RSA\",\"qi\":\"AA\"}"), 0,
     "a private key"},
    {"private, null", 'p', SET(KEY(",\"d\":null,\"k\":null")), 1, NULL},
    {"a key and a set", 'p', "{" ED ",\"keys\":[" KEY("") "]}", 0,
     "a JWK and a JWK Set in one"},
    {"a secret and a set", 'p', "{" OCT ",\"keys\":[" KEY("") "]}", 0,
     "a JWK and a JWK Set in one"},
    {"a private member beside a set", 'p',
     "{\"d\":\"x\",\"keys\":[" KEY("") "]}", 0, "a JWK and a JWK Set in one"},
    {"a null set", 'p', "{" ED ",\"keys\":null}", 1, NULL},

    {"secret", 's', "{" OCT "}", 1, NULL},
    {"secrets", 's', SET("{" OCT "}"), 1, NULL},
    {"a public key", 's', KEY(""), 0, "which secret_file does not take"},
    {"public keys", 's', SET(KEY("")), 0, "which secret_file does not take"},
    {"mixed", 's', SET("{" OCT "}," KEY("")), 0, "in one set"},
    {"mixed with a type for later", 's', SET("{" OCT "},{\"kty\":\"AKP\"}"), 0,
     "in one set"},
    {"mixed with nothing", 's', SET("{" OCT "},{}"), 0, "in one set"},
    {"mixed with a public key for encryption", 's',
     SET("{" OCT "}," KEY(",\"use\":\"enc\"")), 0, "in one set"},
    {"a secret with d", 's', SET("{" OCT ",\"d\":\"AA\"}"), 0, "a private key"},
    {"a secret too short", 's', SET("{\"kty\":\"oct\",\"k\":\"AAEC\"}"), 0,
     "the secret has 3 bytes"},

    {"use of SPIFFE", 'p', KEY(",\"use\":\"jwt-svid\""), 1, NULL},
    {"use null", 'p',
     KEY(",\"use\":null,\"alg\":null,\"kid\":null,"
         "\"key_ops\":null"),
     1, NULL},
    {"use for encryption", 'p', KEY(",\"use\":\"enc\""), 0, NULL},
    {"use no string", 'p', KEY(",\"use\":1"), 0, "\"use\" is not a string"},
    {"key_ops no array", 'p', KEY(",\"key_ops\":\"verify\""), 0,
     "\"key_ops\" is not an array"},
    {"alg no string", 'p', KEY(",\"alg\":[]"), 0, "\"alg\" is not a string"},

    {"no key", 'p', "{\"a\":1}", 0, "neither a JWK"},
    {"a certificate alone", 'p', "{\"x5c\":[\"MII\"]}", 0, "x5c is not read"},
    {"a map of certificates", 'p',
     "{\"a\":\"-----BEGIN CERTIFICATE-----\\nMII\"}", 0,
     "a map of certificates"},
    {"an object around a key", 'p',
     "{\"key\":\"-----BEGIN PUBLIC KEY-----\\nMII\"}", 0,
     "an object around a key"},
    {"an object around a JWK", 'p', "{\"key\":" KEY("") "}", 0,
     "an object around a key"},
    {"an error", 'p', "{\"error\":\"not_found\"}", 0, "error message"},
    {"a description", 'p', "{\"jwks_uri\":\"https://i/keys\"}", 0,
     "an issuer's description"},
    {"keys no array", 'p', "{\"keys\":{}}", 0, "is not an array"},
};

Test(keyset_json, judges_every_member_before_any_is_left_out)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path =
            scratch_file("keys", rows[i].text, strlen(rows[i].text), 0600);
        const struct strings paths = {&path, 1};
        const struct keyset_policy policy = {
            .kind = rows[i].as == 's' ? KEYSET_SECRETS : KEYSET_PUBLIC};
        struct strings problems = {0};
        struct keyset keys = {0};
        const char *said;
        size_t good = 0;

        if (keyset_load(&paths, &policy, 1900000000, &keys, &problems, NULL) ==
            REASON_OK)
            good = keyset_build_all(&keys, &problems);
        said = problems.count > 0 ? problems.items[0] : "";
        cr_expect_eq(good, rows[i].wanted, "%s (%c): %zu, %s", rows[i].name,
                     rows[i].as, good, said);
        cr_expect(rows[i].says == NULL ? problems.count == 0
                                       : strstr(said, rows[i].says) != NULL,
                  "%s (%c): %s", rows[i].name, rows[i].as, said);
        keyset_done(&keys);
        strings_done(&problems);
        free(path);
    }
}

Test(keyset_json, public_keys_may_be_read_by_all_and_secrets_by_nobody)
{
    static const struct {
        enum keyset_kind kind;
        const char *text;
        bool wanted;
    } cases[] = {{KEYSET_PUBLIC, SET(KEY("")), true},
                 {KEYSET_SECRETS, SET("{" OCT "}"), false}};

    for (size_t i = 0; i < 2; i++) {
        char *path =
            scratch_file("keys", cases[i].text, strlen(cases[i].text), 0644);
        const struct strings paths = {&path, 1};
        const struct keyset_policy policy = {.kind = cases[i].kind};
        struct keyset keys = {0};

        cr_expect_eq(keyset_load(&paths, &policy, 0, &keys, NULL, NULL) ==
                         REASON_OK,
                     cases[i].wanted, "%zu", i);
        keyset_done(&keys);
        free(path);
    }
}
