/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/issuer.h"

#include "base/base64.h"
#include "config/config.h"
#include "support.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG 140

/* A file of bytes in hexadecimal; its path. */
static char *
hex_file(const unsigned char *bytes, size_t length)
{
    static int count = 0;
    char text[2 * LONG + 1];
    char name[16];

    snprintf(name, sizeof name, "secret%d", count++);
    for (size_t i = 0; i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return scratch_file(name, text, 2 * length, 0600);
}

/* Two sections of different issuers, and the files of each. */
static struct config
two_sections(const char *setting, const char *one, const char *other)
{
    char text[2048];
    struct config config;
    char *path;

    snprintf(text, sizeof text,
             "allow_users = *\nsecret_encoding = hex\n"
             "[issuer one]\nservices = a\nissuer = i\n%s = %s\n"
             "[issuer other]\nservices = b\nissuer = j\n%s = %s\n",
             setting, one, setting, other);
    path = scratch_file("conf", text, strlen(text), 0600);
    cr_assert(config_read(path, 0, NULL, &config), "%s", text);
    free(path);
    return config;
}

/* The verdict on the first key of the first section, and on all of them. */
static void
expect_shared(const char *setting, const char *one, const char *other,
              bool wanted, const char *name)
{
    struct config config = two_sections(setting, one, other);
    const struct policy *policy = &config.policy;
    struct verdict verdict = {0};
    struct verdict of_all = {0};
    struct keyset keys = {0};
    enum reason reason = wanted ? REASON_BAD_CONFIG : REASON_OK;

    cr_assert_eq(
        issuer_load_keys(&policy->issuers[0], 1900000000, &keys, NULL, NULL),
        REASON_OK, "%s", name);
    cr_expect_str_eq(reason_name(issuer_check_key(policy, &policy->issuers[0],
                                                  &keys.files[0].keys[0],
                                                  1900000000, &verdict)),
                     reason_name(reason), "%s: %s", name, verdict.detail);
    cr_expect_str_eq(
        reason_name(issuers_check_keys(policy, 1900000000, &of_all)),
        reason_name(reason), "%s: %s", name, of_all.detail);
    cr_expect_str_eq(verdict.detail, of_all.detail, "%s", name);
    keyset_done(&keys);
    config_done(&config);
}

Test(issuer_keys, a_secret_is_what_hmac_makes_of_it)
{
    unsigned char bytes[LONG];
    unsigned char sha256[32];
    unsigned char sha384[48];
    char *files[7];

    for (size_t i = 0; i < LONG; i++)
        bytes[i] = (unsigned char)(i * 7 + 1);
    cr_assert(EVP_Q_digest(NULL, "SHA256", NULL, bytes, LONG, sha256, NULL));
    cr_assert(EVP_Q_digest(NULL, "SHA384", NULL, bytes, LONG, sha384, NULL));
    files[0] = hex_file(bytes, LONG);
    files[1] = hex_file(sha256, sizeof sha256);
    files[2] = hex_file(sha384, sizeof sha384);
    files[3] = hex_file(bytes, 64);
    files[4] = hex_file(bytes, 65);
    bytes[64] = bytes[65] = 0;
    files[5] = hex_file(bytes, 66);
    bytes[62] = bytes[63] = 0;
    files[6] = hex_file(bytes, 62);

    expect_shared("secret_file", files[0], files[0], true, "the same");
    expect_shared("secret_file", files[0], files[1], true, "its SHA-256");
    expect_shared("secret_file", files[2], files[0], true, "its SHA-384");
    expect_shared("secret_file", files[1], files[2], false, "two hashes");
    expect_shared("secret_file", files[3], files[4], false, "one byte more");
    /* 66 bytes are hashed by SHA-256, and padded for SHA-384. */
    expect_shared("secret_file", files[3], files[5], true,
                  "padding of a block");
    expect_shared("secret_file", files[3], files[6], false, "cut");
    for (size_t i = 0; i < 7; i++)
        free(files[i]);
}

Test(issuer_keys, a_public_key_is_its_thumbprint)
{
    char *rsa = key_copy("rsa-a.pub.pem");
    char *pkcs1 = key_copy("rsa-a.pkcs1.pub.pem");
    char *certificate = key_copy("rsa-a.crt.pem");
    char *jwk = key_copy("rsa-a.pub.jwk");
    char *set = key_copy("jwks-main.json");
    char *ec = key_copy("p256-a.pub.pem");
    char *ec_jwk = key_copy("p256-a.pub.jwk");
    char *other = key_copy("p256-b.pub.pem");

    expect_shared("key_file", rsa, jwk, true, "PEM and JWK");
    expect_shared("key_file", jwk, pkcs1, true, "JWK and PKCS #1");
    expect_shared("key_file", certificate, rsa, true, "a certificate");
    expect_shared("key_file", rsa, set, true, "one of a set");
    expect_shared("key_file", ec, ec_jwk, true, "a curve");
    expect_shared("key_file", ec, other, false, "two of a curve");
    expect_shared("key_file", rsa, ec, false, "two types");
    expect_shared("key_file", ec, "/nonexistent", false, "none");
    free(rsa);
    free(pkcs1);
    free(certificate);
    free(jwk);
    free(set);
    free(ec);
    free(ec_jwk);
    free(other);
}

/* A number with zeros in front is the same number. */
Test(issuer_keys, another_spelling_is_the_same_key)
{
    static const char plain[] = "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}";
    static const char padded[] =
        "{\"kty\":\"RSA\",\"e\":\"AAEAAQ\",\"n\":\"%s\"}";
    unsigned char modulus[258] = {0, 0};
    char number[400];
    char text[1024];
    char *one;
    char *other;

    for (size_t i = 2; i < sizeof modulus; i++)
        modulus[i] = (unsigned char)(0xc1 + i * 2);
    modulus[257] |= 1;
    base64url_encode(modulus + 2, 256, number);
    one = scratch_file(
        "one", text, (size_t)snprintf(text, sizeof text, plain, number), 0600);
    base64url_encode(modulus, 258, number);
    other =
        scratch_file("other", text,
                     (size_t)snprintf(text, sizeof text, padded, number), 0600);
    expect_shared("key_file", one, other, true, "zeros in front");
    expect_shared("key_file", other, one, true, "zeros in front");
    free(one);
    free(other);
}

/*
 * A key in common is found in each place: in any of the other sections, or in
 * all of them, of which the first is named; and as any of their keys.
 */
Test(issuer_keys, a_shared_key_is_found_in_any_place)
{
    char *shared = key_copy("p256-a.pub.pem");
    char *own[] = {key_copy("p256-b.pub.pem"), key_copy("p384-a.pub.pem"),
                   key_copy("ed25519-a.pub.pem")};

    for (size_t section = 0; section < 4; section++)
        for (size_t place = 0; place < 3; place++) {
            char text[4096] = "allow_users = *\n[issuer own]\nissuer = own\n"
                              "services = own\nkey_file = ";
            struct config config;
            struct verdict verdict = {0};
            struct verdict of_all = {0};
            struct keyset keys = {0};
            char wanted[64];
            char *path;

            sprintf(text + strlen(text), "%s\n", shared);
            for (size_t i = 0; i < 3; i++) {
                sprintf(text + strlen(text),
                        "[issuer s%zu]\nissuer = i%zu\nservices = s%zu\n"
                        "key_file =",
                        i, i, i);
                for (size_t k = 0; k < 3; k++)
                    sprintf(text + strlen(text), " %s",
                            section < 3 && i != section ? "/nonexistent"
                            : k == place                ? shared
                                                        : own[k]);
                strcat(text, "\n");
            }
            path = scratch_file("conf", text, strlen(text), 0600);
            cr_assert(config_read(path, 0, NULL, &config), "%s", text);
            snprintf(wanted, sizeof wanted,
                     "[issuer own] and [issuer s%zu] have a key",
                     section < 3 ? section : 0);
            cr_assert_eq(issuer_load_keys(&config.policy.issuers[0], 1900000000,
                                          &keys, NULL, NULL),
                         REASON_OK);
            cr_expect_eq(
                issuer_check_key(&config.policy, &config.policy.issuers[0],
                                 &keys.files[0].keys[0], 1900000000, &verdict),
                REASON_BAD_CONFIG, "%zu %zu", section, place);
            cr_expect_not_null(strstr(verdict.detail, wanted), "%s",
                               verdict.detail);
            keyset_done(&keys);
            cr_expect_eq(
                issuers_check_keys(&config.policy, 1900000000, &of_all),
                REASON_BAD_CONFIG);
            if (section < 3)
                cr_expect_str_eq(of_all.detail, verdict.detail);
            config_done(&config);
            free(path);
        }
    free(shared);
    for (size_t i = 0; i < 3; i++)
        free(own[i]);
}

/* Only a file of the other section that is read can be found to be bad. */
Test(issuer_keys, one_issuer_costs_nothing)
{
    struct config config;
    struct verdict verdict = {0};
    char *ec = key_copy("p256-a.pub.pem");
    struct keyset keys = {0};

    config = two_sections("key_file", ec, ec);
    config.policy.issuer_count = 1;
    cr_assert_eq(
        issuer_load_keys(&config.policy.issuers[0], 0, &keys, NULL, NULL),
        REASON_OK);
    cr_expect_eq(issuer_check_key(&config.policy, &config.policy.issuers[0],
                                  &keys.files[0].keys[0], 0, &verdict),
                 REASON_OK);
    cr_expect_eq(verdict.count, 0);
    config.policy.issuer_count = 2;
    keyset_done(&keys);
    config_done(&config);
    free(ec);
}
