/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key_print.h"

#include "base/trusted_file.h"
#include "keys/jwk.h"
#include "support.h"

#include <criterion/criterion.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"rsa-a",  "p256-a",    "p384-a",
                                    "p521-a", "ed25519-a", "ed448-a"};

#define COUNT (sizeof names / sizeof names[0])

/* A key of a file with its text, which the key of a JWK borrows from. */
struct loaded {
    struct file file;
    struct jsontext json;
    struct jwk jwk;
    struct key key;
};

static void
load(const char *name, const char *form, struct loaded *loaded)
{
    char what[KEY_WHAT_MAX] = "";
    char full[64];
    char *path;

    snprintf(full, sizeof full, "%s.pub.%s", name, form);
    path = key_copy(full);
    *loaded = (struct loaded){0};
    cr_assert(readfile(path, 65536, &loaded->file, what), "%s", what);
    if (strcmp(form, "pem") == 0) {
        cr_assert_eq(key_from_pem(loaded->file.data, loaded->file.size, 0,
                                  &loaded->key, what),
                     KEY_GOOD, "%s", what);
    } else {
        cr_assert_eq(jsontext_read(loaded->file.data, loaded->file.size,
                                   SIZE_MAX, &loaded->json, what),
                     REASON_OK);
        jwk_read(&loaded->json, jsontext_root(&loaded->json), &loaded->jwk);
        cr_assert_eq(key_from_jwk(&loaded->jwk, &loaded->key, what), KEY_GOOD,
                     "%s", what);
    }
    free(path);
}

static void
done(struct loaded *loaded)
{
    key_done(&loaded->key);
    jsontext_done(&loaded->json);
    file_done(&loaded->file);
}

/* Whether `other`, not built, is found to be `key`, built or not. */
static bool
is_found(struct key *key, bool is_built, const struct key *other)
{
    char what[KEY_WHAT_MAX];
    struct key_texts texts;
    bool is_same;

    if (is_built)
        cr_assert_eq(key_build(key, what), KEY_GOOD, "%s", what);
    cr_assert(!key_is_built(other));
    cr_assert(key_texts(key, &texts));
    is_same = key_has_texts(other, &texts);
    key_texts_done(&texts);
    return is_same;
}

Test(key_print, a_key_is_known_again_in_any_form_without_building_it)
{
    static const char *const forms[] = {"pem", "jwk"};

    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++)
            for (size_t f = 0; f < 8; f++) {
                struct loaded one;
                struct loaded other;

                load(names[i], forms[f % 2], &one);
                load(names[k], forms[f / 2 % 2], &other);
                cr_expect_eq(is_found(&one.key, f / 4 == 1, &other.key), i == k,
                             "%s.%s and %s.%s", names[i], forms[f % 2],
                             names[k], forms[f / 2 % 2]);
                done(&one);
                done(&other);
            }
}

/* The same point, of whose y only one bit is said; and its negative. */
Test(key_print, a_compressed_point_is_known_again)
{
    for (size_t i = 1; i < 4; i++) {
        struct loaded one;
        struct loaded other;
        char what[KEY_WHAT_MAX];
        size_t head;

        load(names[i], "jwk", &one);
        load(names[i], "pem", &other);
        cr_assert_eq(key_build(&other.key, what), KEY_GOOD);
        cr_assert_eq(EVP_PKEY_set_utf8_string_param(
                         other.key.public_key,
                         OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                         "compressed"),
                     1);
        free(other.key.der);
        other.key.der = NULL;
        other.key.der_length =
            (size_t)i2d_PUBKEY(other.key.public_key, &other.key.der);
        other.key.spki_length = other.key.der_length;
        EVP_PKEY_free(other.key.public_key);
        other.key.public_key = NULL;
        cr_expect(is_found(&one.key, true, &other.key), "%s", names[i]);
        head = other.key.der_length - 1 - key_kind(one.key.type)->size;
        cr_assert_eq(other.key.der[head] >> 1, 1);
        other.key.der[head] ^= 1;
        cr_expect(!is_found(&one.key, true, &other.key), "%s", names[i]);
        done(&one);
        done(&other);
    }
}
