/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "keys/algorithm.h"
#include "keys/key_der.h"

#include <criterion/criterion.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEYS "tests/vectors/keys/"

static const char *const good_files[] = {
    "rsa-a.pub.pem",  "rsa4096.pub.pem",   "p256-a.pub.pem",  "p384-a.pub.pem",
    "p521-a.pub.pem", "ed25519-a.pub.pem", "ed448-a.pub.pem",
};

#define GOOD_COUNT (sizeof good_files / sizeof good_files[0])

static EVP_PKEY *
openssl_reads(const char *name)
{
    char path[256];
    EVP_PKEY *key;
    FILE *file;

    snprintf(path, sizeof path, KEYS "%s", name);
    file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
    fclose(file);
    cr_assert_not_null(key, "%s", path);
    return key;
}

/* What ours makes of a DER structure in a PEM block of that label. */
static enum key_result
ours_reads(const char *label, const unsigned char *der, size_t size,
           struct key *ret_key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char what[KEY_WHAT_MAX];
    char *text;
    char *copy;
    long length;
    enum key_result result;

    cr_assert(PEM_write_bio(bio, label, "", der, (long)size) > 0);
    length = BIO_get_mem_data(bio, &text);
    copy = strndup(text, (size_t)length);
    result = key_from_pem(copy, (size_t)length, 0, ret_key, what);
    if (result == KEY_GOOD)
        result = key_build(ret_key, what);
    free(copy);
    BIO_free(bio);
    return result;
}

static void
expect_same(const char *name, const char *label, const unsigned char *der,
            int size, const EVP_PKEY *wanted)
{
    struct key key = {0};

    cr_assert(size > 0, "%s", name);
    cr_assert_eq(ours_reads(label, der, (size_t)size, &key), KEY_GOOD, "%s",
                 name);
    cr_expect_eq(EVP_PKEY_eq(key.public_key, wanted), 1, "%s", name);
    key_done(&key);
}

Test(key_pem, reads_the_keys_that_openssl_reads)
{
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        EVP_PKEY *wanted = openssl_reads(good_files[i]);
        unsigned char *der = NULL;
        int size = i2d_PUBKEY(wanted, &der);

        expect_same(good_files[i], "PUBLIC KEY", der, size, wanted);
        OPENSSL_free(der);
        EVP_PKEY_free(wanted);
    }
}

Test(key_pem, reads_pkcs1_and_compressed_points)
{
    EVP_PKEY *rsa = openssl_reads("rsa-a.pub.pem");
    EVP_PKEY *curve = openssl_reads("p256-a.pub.pem");
    unsigned char *der = NULL;
    int size = i2d_PublicKey(rsa, &der);

    expect_same("PKCS #1", "RSA PUBLIC KEY", der, size, rsa);
    OPENSSL_free(der);
    der = NULL;
    cr_assert_eq(
        EVP_PKEY_set_utf8_string_param(
            curve, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"),
        1);
    size = i2d_PUBKEY(curve, &der);
    cr_assert_lt(size, 65, "the point was not compressed");
    expect_same("compressed", "PUBLIC KEY", der, size, curve);
    OPENSSL_free(der);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(curve);
}

/*
 * Each bit of each structure turned over, and each length cut: what ours takes,
 * OpenSSL takes for the same key. So ours is never the laxer of the two.
 */
Test(key_pem, takes_nothing_that_openssl_does_not, .timeout = 120)
{
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        EVP_PKEY *whole = openssl_reads(good_files[i]);
        unsigned char *der = NULL;
        int size = i2d_PUBKEY(whole, &der);
        int taken = 0;

        cr_assert(size > 0);
        /* Behind the first 200 bytes of an RSA key there is only modulus. */
        for (int bit = 0; bit < 8 * (size < 200 ? size : 200); bit++) {
            const unsigned char *at = der;
            struct key key = {0};
            EVP_PKEY *theirs;

            der[bit / 8] ^= (unsigned char)(1 << bit % 8);
            if (ours_reads("PUBLIC KEY", der, (size_t)size, &key) == KEY_GOOD) {
                theirs = d2i_PUBKEY(NULL, &at, size);
                cr_expect(theirs != NULL &&
                              EVP_PKEY_eq(key.public_key, theirs) == 1,
                          "%s, bit %d", good_files[i], bit);
                EVP_PKEY_free(theirs);
                taken++;
            }
            key_done(&key);
            der[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        cr_expect(taken > 0 || strncmp(good_files[i], "p", 1) == 0,
                  "%s: nothing was compared", good_files[i]);
        for (int length = 1; length < size; length++) {
            struct key key = {0};

            cr_expect_neq(ours_reads("PUBLIC KEY", der, (size_t)length, &key),
                          KEY_GOOD, "%s cut to %d", good_files[i], length);
            key_done(&key);
        }
        OPENSSL_free(der);
        EVP_PKEY_free(whole);
    }
}

/* Good keys first, so that what is wrong with the others is what they say. */
static const struct {
    const char *name;
    const char *label;
    enum key_result wanted;
    const char *hex;
} structures[] = {
    {"an Edwards key", "PUBLIC KEY", KEY_GOOD,
     "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3"
     "daa62325af021a68f707511a"},
    {"an EC key", "PUBLIC KEY", KEY_GOOD,
     "3059301306072a8648ce3d020106082a8648ce3d03010703420004c80421e195"
     "382c9fa4f08e531069c2651ceeaad4cbf163e1a1f5ff2090e686c06d5ad5582b"
     "c5ec0e0670170f89f20cc5814380fa5f71e8bc652c95b3180b40d1"},
    {"an RSA key", "RSA PUBLIC KEY", KEY_GOOD,
     "3082010a0282010100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b010203010001"},
    {"an RSA key without a parameter", "PUBLIC KEY", KEY_GOOD,
     "30820120300b06092a864886f70d0101010382010f003082010a0282010100c1"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b0102"
     "03010001"},
    {"an RSA key with NULL", "PUBLIC KEY", KEY_GOOD,
     "30820122300d06092a864886f70d01010105000382010f003082010a02820101"
     "00c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "010203010001"},
    {"an EC key with the OID of rsaEncryption as its curve", "PUBLIC KEY",
     KEY_BAD,
     "305a301406072a8648ce3d020106092a864886f70d01010103420004c80421e1"
     "95382c9fa4f08e531069c2651ceeaad4cbf163e1a1f5ff2090e686c06d5ad558"
     "2bc5ec0e0670170f89f20cc5814380fa5f71e8bc652c95b3180b40d1"},
    {"an EC key with the OID of Ed25519 as its curve", "PUBLIC KEY", KEY_BAD,
     "3033300e06072a8648ce3d020106032b6570032100d75a980182b10ab7d54bfe"
     "d3c964073a0ee172f3daa62325af021a68f707511a"},
    {"an EC key without a curve", "PUBLIC KEY", KEY_BAD,
     "304f300906072a8648ce3d020103420004c80421e195382c9fa4f08e531069c2"
     "651ceeaad4cbf163e1a1f5ff2090e686c06d5ad5582bc5ec0e0670170f89f20c"
     "c5814380fa5f71e8bc652c95b3180b40d1"},
    {"an EC key with NULL as its curve", "PUBLIC KEY", KEY_BAD,
     "3051300b06072a8648ce3d0201050003420004c80421e195382c9fa4f08e5310"
     "69c2651ceeaad4cbf163e1a1f5ff2090e686c06d5ad5582bc5ec0e0670170f89"
     "f20cc5814380fa5f71e8bc652c95b3180b40d1"},
    {"an EC key on a curve that is none of ours", "PUBLIC KEY", KEY_BAD,
     "3056301006072a8648ce3d020106052b8104000a03420004c80421e195382c9f"
     "a4f08e531069c2651ceeaad4cbf163e1a1f5ff2090e686c06d5ad5582bc5ec0e"
     "0670170f89f20cc5814380fa5f71e8bc652c95b3180b40d1"},
    {"a curve where an algorithm belongs", "PUBLIC KEY", KEY_BAD,
     "3050300a06082a8648ce3d03010703420004c80421e195382c9fa4f08e531069"
     "c2651ceeaad4cbf163e1a1f5ff2090e686c06d5ad5582bc5ec0e0670170f89f2"
     "0cc5814380fa5f71e8bc652c95b3180b40d1"},
    {"an Edwards key with parameters", "PUBLIC KEY", KEY_BAD,
     "302c300706032b65700500032100d75a980182b10ab7d54bfed3c964073a0ee1"
     "72f3daa62325af021a68f707511a"},
    {"an Edwards key of 31 bytes", "PUBLIC KEY", KEY_BAD,
     "3029300506032b6570032000d75a980182b10ab7d54bfed3c964073a0ee172f3"
     "daa62325af021a68f70751"},
    {"an Edwards key of 33 bytes", "PUBLIC KEY", KEY_BAD,
     "302b300506032b6570032200d75a980182b10ab7d54bfed3c964073a0ee172f3"
     "daa62325af021a68f707511a00"},
    {"bits of the last byte that do not count", "PUBLIC KEY", KEY_BAD,
     "302a300506032b6570032101d75a980182b10ab7d54bfed3c964073a0ee172f3"
     "daa62325af021a68f707511a"},
    {"something behind the key", "PUBLIC KEY", KEY_BAD,
     "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3"
     "daa62325af021a68f707511a00"},
    {"something behind the bits", "PUBLIC KEY", KEY_BAD,
     "302c300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3"
     "daa62325af021a68f707511a0500"},
    {"an indefinite length", "PUBLIC KEY", KEY_BAD,
     "3080300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3"
     "daa62325af021a68f707511a0000"},
    {"an empty sequence", "PUBLIC KEY", KEY_BAD, "3000"},
    {"a key of no bytes", "PUBLIC KEY", KEY_BAD, "300a300506032b6570030100"},
    {"a BIT STRING of no bytes", "PUBLIC KEY", KEY_BAD,
     "3009300506032b65700300"},
    {"an RSA key with a curve as its parameter", "PUBLIC KEY", KEY_BAD,
     "3082012a301506092a864886f70d01010106082a8648ce3d0301070382010f00"
     "3082010a0282010100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b010203010001"},
    {"an RSA key with a negative modulus", "RSA PUBLIC KEY", KEY_BAD,
     "3082010902820100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b010203010001"},
    {"an RSA key with a negative exponent", "RSA PUBLIC KEY", KEY_BAD,
     "3082010a0282010100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b010203810001"},
    {"an RSA key without an exponent", "RSA PUBLIC KEY", KEY_BAD,
     "308201050282010100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b01"},
    {"an RSA key with an empty modulus", "RSA PUBLIC KEY", KEY_BAD,
     "300702000203010001"},
    {"an RSA key with a third number", "RSA PUBLIC KEY", KEY_BAD,
     "3082010d0282010100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b010203010001020100"},
    {"an RSA key in a SET", "RSA PUBLIC KEY", KEY_BAD,
     "3182010a0282010100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b010203010001"},
    {"something behind an RSA key", "RSA PUBLIC KEY", KEY_BAD,
     "3082010a0282010100c15b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
     "5b5b5b5b5b5b5b5b01020301000100"},
};

/* Nothing behind the bytes is read: the sanitizers see it, in memory so large.
 */
Test(key_pem, reads_no_byte_behind_a_bit_string_of_none)
{
    static const unsigned char empty[] = {0x30, 9,    0x30, 5,    6, 3,
                                          0x2b, 0x65, 0x70, 0x03, 0};
    unsigned char *der = malloc(sizeof empty);
    char what[KEY_WHAT_MAX];
    struct key key = {0};

    cr_assert_not_null(der);
    memcpy(der, empty, sizeof empty);
    cr_expect_eq(key_from_der(KEY_DER_SPKI, der, sizeof empty, 0, &key, what),
                 KEY_BAD);
    free(der);
}

Test(key_pem, refuses_what_is_not_the_der_of_a_key)
{
    for (size_t i = 0; i < sizeof structures / sizeof structures[0]; i++) {
        long size = 0;
        unsigned char *der = OPENSSL_hexstr2buf(structures[i].hex, &size);
        struct key key = {0};

        cr_assert_not_null(der, "%s", structures[i].name);
        cr_expect_eq(ours_reads(structures[i].label, der, (size_t)size, &key),
                     structures[i].wanted, "%s", structures[i].name);
        key_done(&key);
        OPENSSL_free(der);
    }
}

/* A key pair whose public point is written in this form. */
static EVP_PKEY *
pair_with_form(const char *form)
{
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

    cr_assert_not_null(pair);
    cr_assert_eq(EVP_PKEY_set_utf8_string_param(
                     pair, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form),
                 1);
    return pair;
}

/* RFC 5480 section 2.2: uncompressed and compressed, and no third form. */
Test(key_pem, refuses_a_hybrid_point)
{
    static const struct {
        const char *form;
        enum key_result wanted;
    } forms[] = {{"uncompressed", KEY_GOOD},
                 {"compressed", KEY_GOOD},
                 {"hybrid", KEY_BAD}};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        EVP_PKEY *pair = pair_with_form(forms[i].form);
        unsigned char *der = NULL;
        int size = i2d_PUBKEY(pair, &der);
        struct key key = {0};

        cr_assert(size > 0);
        cr_expect_eq(ours_reads("PUBLIC KEY", der, (size_t)size, &key),
                     forms[i].wanted, "%s", forms[i].form);
        key_done(&key);
        OPENSSL_free(der);
        EVP_PKEY_free(pair);
    }
}

/* The DER of a public key of id-RSASSA-PSS with these parameters. */
static int
pss_der(EVP_PKEY *pair, RSA_PSS_PARAMS *parameters, unsigned char **ret_der)
{
    X509_PUBKEY *public_key = NULL;
    ASN1_STRING *string = NULL;
    unsigned char *numbers = NULL;
    int size;

    cr_assert_eq(X509_PUBKEY_set(&public_key, pair), 1);
    if (parameters != NULL)
        string =
            ASN1_item_pack(parameters, ASN1_ITEM_rptr(RSA_PSS_PARAMS), NULL);
    size = i2d_PublicKey(pair, &numbers);
    cr_assert(size > 0);
    X509_PUBKEY_set0_param(public_key, OBJ_nid2obj(NID_rsassaPss),
                           string != NULL ? V_ASN1_SEQUENCE : V_ASN1_UNDEF,
                           string, numbers, size);
    size = i2d_X509_PUBKEY(public_key, ret_der);
    X509_PUBKEY_free(public_key);
    return size;
}

static X509_ALGOR *
identifier(int nid)
{
    X509_ALGOR *made = X509_ALGOR_new();

    X509_ALGOR_set0(made, OBJ_nid2obj(nid), V_ASN1_NULL, NULL);
    return made;
}

/* MGF1 with this hash, or what `function` is. */
static X509_ALGOR *
mask(int function, int hash)
{
    X509_ALGOR *made = X509_ALGOR_new();
    X509_ALGOR *inner = identifier(hash);

    X509_ALGOR_set0(made, OBJ_nid2obj(function), V_ASN1_SEQUENCE,
                    ASN1_item_pack(inner, ASN1_ITEM_rptr(X509_ALGOR), NULL));
    X509_ALGOR_free(inner);
    return made;
}

static ASN1_INTEGER *
integer(long value)
{
    ASN1_INTEGER *made = value != 0 ? ASN1_INTEGER_new() : NULL;

    if (made != NULL)
        ASN1_INTEGER_set(made, value);
    return made;
}

/* RFC 4055 section 3.1; 0 leaves a parameter out. */
static const struct {
    const char *name;
    int hash;
    int function;
    int mask_hash;
    long salt;
    long trailer;
    const char *only; /* NULL: it is refused */
    const char *says;
} pss[] = {
    {"SHA-256", NID_sha256, NID_mgf1, NID_sha256, 32, 0, "PS256", NULL},
    {"SHA-384", NID_sha384, NID_mgf1, NID_sha384, 48, 0, "PS384", NULL},
    {"SHA-512", NID_sha512, NID_mgf1, NID_sha512, 64, 0, "PS512", NULL},
    {"a shorter salt at least", NID_sha256, NID_mgf1, NID_sha256, 20, 0,
     "PS256", NULL},
    {"the salt's default", NID_sha256, NID_mgf1, NID_sha256, 0, 0, "PS256",
     NULL},
    {"the trailer written out", NID_sha256, NID_mgf1, NID_sha256, 32, 1,
     "PS256", NULL},
    {"a longer salt", NID_sha256, NID_mgf1, NID_sha256, 33, 0, NULL,
     "a salt of at least 33 bytes"},
    {"a negative salt", NID_sha256, NID_mgf1, NID_sha256, -1, 0, NULL,
     "a salt of at least -1 bytes"},
    {"all defaults", 0, 0, 0, 0, 0, NULL, "SHA1"},
    {"another hash", NID_sha224, NID_mgf1, NID_sha224, 28, 0, NULL,
     "the hash SHA224"},
    {"MGF1 with another hash", NID_sha256, NID_mgf1, NID_sha1, 32, 0, NULL,
     "MGF1 has another hash"},
    {"MGF1 by default", NID_sha256, 0, 0, 32, 0, NULL, "MGF1 has another hash"},
    {"another function than MGF1", NID_sha256, NID_sha256, NID_sha256, 32, 0,
     NULL, "MGF1 has another hash"},
    {"another trailer", NID_sha256, NID_mgf1, NID_sha256, 32, 2, NULL,
     "a trailer of its own"},
};

static void
judge_pss(size_t row, EVP_PKEY *pair)
{
    RSA_PSS_PARAMS *parameters = RSA_PSS_PARAMS_new();
    unsigned char *der = NULL;
    struct key key = {0};
    enum key_result result;
    char what[KEY_WHAT_MAX] = "";
    int size;

    if (pss[row].hash != 0)
        parameters->hashAlgorithm = identifier(pss[row].hash);
    if (pss[row].function != 0)
        parameters->maskGenAlgorithm =
            mask(pss[row].function, pss[row].mask_hash);
    parameters->saltLength = integer(pss[row].salt);
    parameters->trailerField = integer(pss[row].trailer);
    size = pss_der(pair, parameters, &der);
    result =
        key_from_der(KEY_DER_SPKI, der, (size_t)size, time(NULL), &key, what);
    cr_expect_eq(result, pss[row].only != NULL ? KEY_GOOD : KEY_BAD, "%s: %s",
                 pss[row].name, what);
    if (pss[row].only != NULL)
        cr_expect(key.is_pss_only && key.type == KEY_RSA && key.only != NULL &&
                      strcmp(key.only->name, pss[row].only) == 0,
                  "%s: %s", pss[row].name,
                  key.only != NULL ? key.only->name : "any");
    else
        cr_expect(strstr(what, pss[row].says) != NULL, "%s: %s", pss[row].name,
                  what);
    key_done(&key);
    OPENSSL_free(der);
    RSA_PSS_PARAMS_free(parameters);
}

Test(key_pem, an_rsa_key_for_pss_is_restricted_as_its_parameters_say)
{
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    unsigned char *der = NULL;
    struct key key = {0};
    int size;

    cr_assert_not_null(pair);
    for (size_t i = 0; i < sizeof pss / sizeof pss[0]; i++)
        judge_pss(i, pair);
    size = pss_der(pair, NULL, &der);
    cr_expect_eq(ours_reads("PUBLIC KEY", der, (size_t)size, &key), KEY_GOOD);
    cr_expect(key.is_pss_only && key.only == NULL);
    key_done(&key);
    OPENSSL_free(der);
    EVP_PKEY_free(pair);
}

/*
 * What ours makes of a certificate with this keyUsage, NULL for none, and of so
 * many bytes behind it.
 */
static enum key_result
certified(EVP_PKEY *pair, const char *usage, size_t more)
{
    X509 *certificate = X509_new();
    unsigned char *der = NULL;
    unsigned char *longer;
    struct key key = {0};
    enum key_result result;
    int size;

    cr_assert_not_null(certificate);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -(time(NULL) + 86400));
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_version(certificate, X509_VERSION_3);
    cr_assert_eq(X509_set_pubkey(certificate, pair), 1);
    if (usage != NULL) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, usage);

        cr_assert_not_null(extension);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    cr_assert(X509_sign(certificate, pair, EVP_sha256()) > 0);
    size = i2d_X509(certificate, &der);
    cr_assert(size > 0);
    longer = calloc(1, (size_t)size + more);
    cr_assert_not_null(longer);
    memcpy(longer, der, (size_t)size);
    result = ours_reads("CERTIFICATE", longer, (size_t)size + more, &key);
    free(longer);
    key_done(&key);
    OPENSSL_free(der);
    X509_free(certificate);
    return result;
}

Test(key_pem, a_certificate_must_be_for_signatures)
{
    static const struct {
        const char *usage;
        enum key_result wanted;
    } cases[] = {
        {NULL, KEY_GOOD},
        {"critical,digitalSignature", KEY_GOOD},
        {"digitalSignature,keyEncipherment", KEY_GOOD},
        {"keyEncipherment,dataEncipherment", KEY_BAD},
        {"critical,keyCertSign,cRLSign", KEY_BAD},
        {"nonRepudiation", KEY_BAD},
        {"keyAgreement", KEY_BAD},
    };
    EVP_PKEY *pair = pair_with_form("uncompressed");
    EVP_PKEY *hybrid = pair_with_form("hybrid");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(certified(pair, cases[i].usage, 0), cases[i].wanted, "%s",
                     cases[i].usage != NULL ? cases[i].usage : "none");
    for (size_t more = 1; more <= 64; more *= 8)
        cr_expect_eq(certified(pair, NULL, more), KEY_BAD,
                     "%zu bytes behind it", more);
    /* A key inside a certificate is no laxer than one outside. */
    cr_expect_eq(certified(hybrid, NULL, 0), KEY_BAD);
    EVP_PKEY_free(pair);
    EVP_PKEY_free(hybrid);
}

#define BARE "MCowBQYDK2VwAyEANvmxyDou9cAmXIXxiNwFz6W5LMJv3PD56XCoTNwAYgU"

/* What an issuer's console shows, and what only looks like it. */
Test(key_pem, reads_base64_without_the_lines_of_pem)
{
    static const struct {
        const char *text;
        enum key_result wanted;
    } cases[] = {
        {BARE "=", KEY_GOOD},
        {BARE, KEY_GOOD},
        {"\n  MCowBQYDK2VwAyEANvmxyDou9cAmXIXxiNw\r\n"
         "Fz6W5LMJv3PD56XCoTNwAYgU=\n",
         KEY_GOOD},
        {BARE "==", KEY_FOREIGN},
        {BARE "=x", KEY_FOREIGN},
        {"\"" BARE "=\"", KEY_FOREIGN},
        {"key: " BARE "=", KEY_FOREIGN},
        {"MCowBQYDK2VwAyEANvmxyDou9cAmXIXxiNwFz6W5LMJv3PD56XCoTNwAYgUA",
         KEY_FOREIGN}, /* one byte more */
        {"MCowBQYDK2VwAyEANvmxyDou9cAmXIXxiNwFz6W5LMJv3PD56XCoTNwAYg",
         KEY_FOREIGN}, /* one byte less */
        {"MCowBQYDK2VuAyEANvmxyDou9cAmXIXxiNwFz6W5LMJv3PD56XCoTNwAYgU=",
         KEY_BAD}, /* X25519 */
        {"", KEY_FOREIGN},
        {"=", KEY_FOREIGN},
        {"A", KEY_FOREIGN},
        {"5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b",
         KEY_FOREIGN},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key key = {0};
        char what[KEY_WHAT_MAX];

        cr_expect_eq(
            key_from_bare(cases[i].text, strlen(cases[i].text), 0, &key, what),
            cases[i].wanted, "%zu: %s", i, cases[i].text);
        key_done(&key);
    }
}
