/* SPDX-License-Identifier: BSD-2-Clause */
#include "keyset.h"

#include "support.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Which files of tests/vectors/keys give a key that can be used. */
static const struct {
    const char *name;
    bool wanted;
} rows[] = {
    {"hs256.secret", true},
    {"hs256.jwk", true},
    {"rsa-a.pub.pem", true},
    {"rsa-a.pkcs1.pub.pem", true},
    {"rsa-a.pub.jwk", true},
    {"rsa4096.pub.pem", true},
    {"p256-a.pub.pem", true},
    {"p256-a.pub.jwk", true},
    {"p384-a.pub.pem", true},
    {"p384-a.pub.jwk", true},
    {"p521-a.pub.pem", true},
    {"p521-a.pub.jwk", true},
    {"ed25519-a.pub.pem", true},
    {"ed25519-a.pub.jwk", true},
    {"ed448-a.pub.pem", true},
    {"ed448-a.pub.jwk", true},
    {"jwks-main.json", true},
    {"jwks-rotate.json", true},
    {"jwks-unknown-kty.json", true},
    {"empty.secret", false},
    {"weak.secret", false},
    {"hs-31bytes.secret", false},
    {"rsa1024.pub.pem", false},
    {"rsa-e1.pub.pem", false},
    {"rsa-e3.pub.pem", false},
    {"k256.pub.pem", false},
    {"k256.pub.jwk", false},
    {"x25519.pub.pem", false},
    {"rsa-a.key.pem", false},
    {"p256-a.key.pem", false},
    {"ed25519-a.key.pem", false},
    {"jwks-private.json", false},
    {"jwks-mixed.json", false},
    {"jwks-empty.json", false},
    {"jwks-rsa1024.json", false},
    {"jwks-rsa-e1.json", false},
    {"jwks-rsa-e3.json", false},
    {"jwks-offcurve.json", false},
    {"jwks-p256-labelled-p384.json", false},
    {"jwks-ed-identity.json", false},
    {"jwks-oct-empty.json", false},
    {"jwks-oct-short.json", false},
    {"jwks-use-enc.json", false},
    {"jwks-keyops-encrypt.json", false},
    {"jwks-x25519.json", false},
    {"jwks-alg-hs256-on-rsa.json", false},
    {"jwks-numeric-kid.json", false},
    {"jwks-dup-keys-member.json", false},
};

static const struct keyset_policy by_default = {ENCODING_TEXT, 0, 0};

static size_t
count_good(const char *path, struct strings *problems)
{
    char *items[1] = {(char *)path};
    const struct strings paths = {items, 1};
    struct keyset keys = {0};
    size_t good = 0;
    enum reason reason = keyset_load(&paths, &by_default, 1900000000, &keys,
                                     problems, NULL);

    if (reason == REASON_OK)
        good = keyset_build_all(&keys, problems);
    else
        cr_expect_eq(reason, REASON_KEY_UNAVAILABLE, "%s", path);
    keyset_done(&keys);
    return good;
}

Test(keyset, takes_good_keys_and_no_bad_ones)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct strings problems = {0};
        char *path = key_copy(rows[i].name);

        cr_expect_eq(count_good(path, &problems) > 0, rows[i].wanted, "%s: %s",
                     rows[i].name,
                     problems.count > 0 ? problems.items[0] : "no problem");
        strings_done(&problems);
        free(path);
    }
}

Test(keyset, a_secret_that_others_may_read_is_no_secret)
{
    static const char *const names[] = {"hs256.secret", "hs256.jwk"};

    for (size_t i = 0; i < 2; i++) {
        struct strings problems = {0};
        char *path = key_copy(names[i]);

        chmod(path, 0640);
        cr_expect_eq(count_good(path, &problems), 0, "%s", names[i]);
        cr_expect(problems.count == 1 &&
                  strstr(problems.items[0], "may read") != NULL);
        strings_done(&problems);
        free(path);
    }
}

/* The same 32 bytes, as each key_encoding writes them, and as none does. */
Test(keyset, a_secret_is_read_as_key_encoding_says)
{
    static const char bytes[] = "0123456789abcdef0123456789abcdef";
    static const struct {
        enum key_encoding encoding;
        const char *text;
        bool wanted;
    } cases[] = {
        {ENCODING_TEXT, "0123456789abcdef0123456789abcdef", true},
        {ENCODING_TEXT, "0123456789abcdef0123456789abcdef\n", true},
        {ENCODING_TEXT, "0123456789abcdef0123456789abcdef\n\n", false},
        {ENCODING_HEX,
         "30313233343536373839616263646566303132333435363738396162636465\n66",
         true},
        {ENCODING_HEX,
         "30313233343536373839616263646566303132333435363738396162636465g6",
         false},
        {ENCODING_BASE64, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\nODlhYmNkZWY=\n",
         true},
        {ENCODING_BASE64, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", false},
        {ENCODING_BASE64URL, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
         true},
        {ENCODING_BASE64URL,
         "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path =
            scratch_file("secret", cases[i].text, strlen(cases[i].text), 0600);
        char *items[1] = {path};
        const struct strings paths = {items, 1};
        const struct keyset_policy policy = {cases[i].encoding, 0, 0};
        struct strings problems = {0};
        struct keyset keys = {0};
        enum reason reason = keyset_load(&paths, &policy, 0, &keys, &problems, NULL);
        bool same = reason == REASON_OK &&
                    keys.files[0].keys[0].secret_length == 32 &&
                    memcmp(keys.files[0].keys[0].secret, bytes, 32) == 0;

        cr_expect_eq(same, cases[i].wanted, "row %zu", i);
        keyset_done(&keys);
        strings_done(&problems);
        free(path);
    }
}

/* Everybody has a public key: none may be taken for a secret. */
Test(keyset, a_public_key_is_no_secret)
{
    static const char *const texts[] = {
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFZ2Lr0WkQ3u2sYl0b3Zb2rFh2o9",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHA=",
        "{ not JSON, but it begins so, and is longer than 32 bytes",
        "  -----BEGIN PUBLIC KEY----- of which the rest was lost, alas",
        "0\x2a"
        "01234567890123456789012345678901234567890x",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        /* The last is a DER SEQUENCE of exactly the file's length. */
        char *path = scratch_file("secret", texts[i],
                                  i == 4 ? 44 : strlen(texts[i]), 0600);
        struct strings problems = {0};

        cr_expect_eq(count_good(path, &problems), 0, "%s", texts[i]);
        strings_done(&problems);
        free(path);
    }
}

Test(keyset, kid_names_exactly_one_key)
{
    static const struct {
        const char *file;
        const char *algorithm;
        const char *kid;
        size_t wanted;
    } cases[] = {
        {"jwks-dupkid.json", "RS256", "rsa-1", 0},
        {"jwks-two-nokid.json", "RS256", NULL, 0},
        {"jwks-main.json", "ES256", NULL, 1},
        {"jwks-main.json", "ES256", "no such kid", 0},
        {"jwks-main.json", "HS256", NULL, 0},
        {"rsa-a.pub.pem", "RS256", "any kid", 1},
        {"rsa-a.pub.pem", "PS512", NULL, 1},
        {"rsa-a.pub.pem", "ES256", NULL, 0},
        {"hs256.secret", "HS256", "any kid", 1},
        {"hs256.secret", "HS512", NULL, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = key_copy(cases[i].file);
        char *items[1] = {path};
        const struct strings paths = {items, 1};
        struct key *found[KEYSET_CANDIDATES_MAX];
        struct strings problems = {0};
        struct keyset keys = {0};

        cr_assert_eq(keyset_load(&paths, &by_default, 1900000000, &keys, &problems,
                                 NULL),
                     REASON_OK, "%s", cases[i].file);
        cr_expect_eq(
            keyset_candidates(&keys, algorithm_find(cases[i].algorithm),
                              cases[i].kid, found, &problems),
            cases[i].wanted, "%s %s %s", cases[i].file, cases[i].algorithm,
            cases[i].kid != NULL ? cases[i].kid : "-");
        keyset_done(&keys);
        strings_done(&problems);
        free(path);
    }
}

static bool
is_taken(int type, const unsigned char *raw, size_t length)
{
    EVP_PKEY *public_key = EVP_PKEY_new_raw_public_key(type, NULL, raw, length);
    struct key key = {0};
    char what[KEY_WHAT_MAX];
    bool taken;

    cr_assert_not_null(public_key);
    taken = key_from_public(public_key, &key, what) == KEY_GOOD;
    EVP_PKEY_free(public_key);
    return taken;
}

Test(keyset, no_edwards_point_of_small_order)
{
    /* y as the sign of a reckoning apart: 0, 1, 2 and p-1, p, p+1, p+2. */
    for (int offset = -2; offset <= 2; offset++) {
        unsigned char low25519[32] = {0}, high25519[32];
        unsigned char low448[57] = {0}, high448[57];
        int carry = 0;

        memset(high25519, 0xff, sizeof high25519);
        high25519[0] = (unsigned char)(0xed + offset);
        high25519[31] = 0x7f;
        memset(high448, 0xff, sizeof high448);
        high448[28] = 0xfe;
        high448[56] = 0;
        carry = 0xff + offset;
        for (int i = 0; i < 29 && carry > 0xff; i++) {
            high448[i] = (unsigned char)carry;
            carry = (i + 1 == 28 ? 0xfe : 0xff) + 1;
            high448[i + 1] = (unsigned char)carry;
        }
        if (offset <= 0)
            high448[0] = (unsigned char)(0xff + offset);
        low25519[0] = low448[0] = (unsigned char)(offset + 2);
        for (int sign = 0; sign < 2; sign++) {
            low25519[31] = (unsigned char)(sign << 7);
            high25519[31] = (unsigned char)(0x7f | sign << 7);
            low448[56] = high448[56] = (unsigned char)(sign << 7);
            if (offset + 2 <= 1) {
                cr_expect_not(is_taken(EVP_PKEY_ED25519, low25519, 32));
                cr_expect_not(is_taken(EVP_PKEY_ED448, low448, 57));
            }
            if (offset >= -1 && offset <= 1) {
                cr_expect_not(is_taken(EVP_PKEY_ED25519, high25519, 32), "p%+d",
                              offset);
                cr_expect_not(is_taken(EVP_PKEY_ED448, high448, 57), "p%+d",
                              offset);
            }
            if (offset == 2) {
                cr_expect(is_taken(EVP_PKEY_ED25519, low25519, 32) ||
                          low25519[0] == 4);
            }
        }
    }
}
