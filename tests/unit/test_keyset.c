/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset.h"

#include "support.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Files of tests/vectors/keys: a good key_file, a good secret_file, neither. */
static const struct {
    const char *name;
    char as; /* 'p', 's' or 0 */
} rows[] = {
    {"hs256.secret", 's'},
    {"hs256.jwk", 's'},
    {"rsa-a.pub.pem", 'p'},
    {"rsa-a.pkcs1.pub.pem", 'p'},
    {"rsa-a.pub.jwk", 'p'},
    {"rsa4096.pub.pem", 'p'},
    {"p256-a.pub.pem", 'p'},
    {"p256-a.pub.jwk", 'p'},
    {"p384-a.pub.pem", 'p'},
    {"p384-a.pub.jwk", 'p'},
    {"p521-a.pub.pem", 'p'},
    {"p521-a.pub.jwk", 'p'},
    {"ed25519-a.pub.pem", 'p'},
    {"ed25519-a.pub.jwk", 'p'},
    {"ed448-a.pub.pem", 'p'},
    {"ed448-a.pub.jwk", 'p'},
    {"jwks-main.json", 'p'},
    {"jwks-rotate.json", 'p'},
    {"jwks-unknown-kty.json", 'p'},
    {"empty.secret", 0},
    {"weak.secret", 0},
    {"hs-31bytes.secret", 0},
    {"rsa1024.pub.pem", 0},
    {"rsa-e1.pub.pem", 0},
    {"rsa-e3.pub.pem", 0},
    {"k256.pub.pem", 0},
    {"k256.pub.jwk", 0},
    {"x25519.pub.pem", 0},
    {"rsa-a.key.pem", 0},
    {"p256-a.key.pem", 0},
    {"ed25519-a.key.pem", 0},
    {"jwks-private.json", 0},
    {"jwks-mixed.json", 0},
    {"jwks-empty.json", 0},
    {"jwks-rsa1024.json", 0},
    {"jwks-rsa-e1.json", 0},
    {"jwks-rsa-e3.json", 0},
    {"jwks-offcurve.json", 0},
    {"jwks-p256-labelled-p384.json", 0},
    {"jwks-ed-identity.json", 0},
    {"jwks-oct-empty.json", 0},
    {"jwks-oct-short.json", 0},
    {"jwks-use-enc.json", 0},
    {"jwks-keyops-encrypt.json", 0},
    {"jwks-x25519.json", 0},
    {"jwks-alg-hs256-on-rsa.json", 0},
    {"jwks-numeric-kid.json", 0},
    {"jwks-dup-keys-member.json", 0},
};

static const struct keyset_policy public_keys = {.kind = KEYSET_PUBLIC};
static const struct keyset_policy secrets = {.kind = KEYSET_SECRETS};

static size_t
count_good(const char *path, const struct keyset_policy *policy,
           struct strings *problems)
{
    char *items[1] = {(char *)path};
    const struct strings paths = {items, 1};
    struct keyset keys = {0};
    size_t good = 0;
    enum reason reason =
        keyset_load(&paths, policy, 1900000000, &keys, problems, NULL);

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
        bool as_public = count_good(path, &public_keys, &problems) > 0;
        bool as_secret = count_good(path, &secrets, &problems) > 0;

        cr_expect_eq(as_public, rows[i].as == 'p', "%s as key_file: %s",
                     rows[i].name,
                     problems.count > 0 ? problems.items[0] : "no problem");
        cr_expect_eq(as_secret, rows[i].as == 's', "%s as secret_file: %s",
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
        cr_expect_eq(count_good(path, &secrets, &problems), 0, "%s", names[i]);
        cr_expect(problems.count == 1 &&
                  strstr(problems.items[0], "may read") != NULL);
        strings_done(&problems);
        free(path);
    }
}

/* The same 32 bytes, as each secret_encoding writes them, and as none does. */
Test(keyset, a_secret_is_read_as_secret_encoding_says)
{
    static const char bytes[] = "0123456789abcdef0123456789abcdef";
    static const struct {
        enum secret_encoding encoding;
        const char *text;
        bool wanted;
    } cases[] = {
        {SECRET_TEXT, "0123456789abcdef0123456789abcdef", true},
        {SECRET_TEXT, "0123456789abcdef0123456789abcdef\n", true},
        {SECRET_TEXT, "0123456789abcdef0123456789abcdef\n\n", false},
        {SECRET_HEX,
         "30313233343536373839616263646566303132333435363738396162636465\n66",
         true},
        {SECRET_HEX,
         "30313233343536373839616263646566303132333435363738396162636465g6",
         false},
        {SECRET_BASE64, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\nODlhYmNkZWY=\n",
         true},
        {SECRET_BASE64, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", true},
        {SECRET_BASE64, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZW", false},
        {SECRET_BASE64URL, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", true},
        {SECRET_BASE64URL,
         "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path =
            scratch_file("secret", cases[i].text, strlen(cases[i].text), 0600);
        char *items[1] = {path};
        const struct strings paths = {items, 1};
        const struct keyset_policy policy = {KEYSET_SECRETS, cases[i].encoding,
                                             0, 0};
        struct strings problems = {0};
        struct keyset keys = {0};
        enum reason reason =
            keyset_load(&paths, &policy, 0, &keys, &problems, NULL);
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
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *path = scratch_file("secret", texts[i], strlen(texts[i]), 0600);
        struct strings problems = {0};

        cr_expect_eq(count_good(path, &secrets, &problems), 0, "%s", texts[i]);
        strings_done(&problems);
        free(path);
    }
}

Test(keyset, kid_names_exactly_one_key)
{
    static const struct {
        const struct keyset_policy *policy;
        const char *file;
        const char *algorithm;
        const char *kid;
        size_t wanted;
    } cases[] = {
        {&public_keys, "jwks-dupkid.json", "RS256", "rsa-1", 0},
        {&public_keys, "jwks-two-nokid.json", "RS256", NULL, 0},
        {&public_keys, "jwks-main.json", "ES256", NULL, 1},
        {&public_keys, "jwks-main.json", "ES256", "no such kid", 0},
        {&public_keys, "jwks-main.json", "HS256", NULL, 0},
        {&public_keys, "rsa-a.pub.pem", "RS256", "any kid", 1},
        {&public_keys, "rsa-a.pub.pem", "PS512", NULL, 1},
        {&public_keys, "rsa-a.pub.pem", "ES256", NULL, 0},
        {&secrets, "hs256.secret", "HS256", "any kid", 1},
        {&secrets, "hs256.secret", "HS512", NULL, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = key_copy(cases[i].file);
        char *items[1] = {path};
        const struct strings paths = {items, 1};
        struct key *found[KEYSET_CANDIDATES_MAX];
        struct strings problems = {0};
        struct keyset keys = {0};

        cr_assert_eq(keyset_load(&paths, cases[i].policy, 1900000000, &keys,
                                 &problems, NULL),
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
