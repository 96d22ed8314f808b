/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/secret_weak.h"

#include "base/base64.h"
#include "keys/secret_words.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *secret;
    const char *said; /* NULL: not weak */
} rows[] = {
    {"correct-horse-battery-staple-0123456789", "words"},
    {"mysupersecretkeythatis32byteslong", "words"},
    {"this is my super secret key for jwt tokens 2024", "words"},
    {"password password password password", "over and over"},
    {"The quick brown fox jumps over the lazy dog", "words"},
    {"It was the best of times, it was the worst of times", "words"},
    {"qwertyuiopasdfghjklzxcvbnm123456", "words"},
    {"0123456789abcdef0123456789abcdef", "over and over"},
    {"abcdefghijklmnopqrstuvwxyz123456", "sequence"},
    {"ThisIsASecretKeyForJwtTokenGeneration123456", "words"},
    {"sOmE_SuP3R_S3cR3t_KeY_FoR_JwT_ApP", "words"},
    {"P@ssw0rdP@ssw0rdP@ssw0rdP@ssw0rd!", "words"},
    {"secretsecretsecretsecretsecretsecret", "few"},
    {"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "sequence"},
    {"73656372657473656372657473656372657473656372657473656372657473ab",
     "words"},
    {"404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
     "printed"},
    {"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-"
     "1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
     "printed"},
    {"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
     "printed"},
    {"your_jwt_secret_key_here_change_it_in_production", "words"},
    {"my-32-character-ultra-secure-and-ultra-long-secret", "words"},
    {"Lorem ipsum dolor sit amet, consectetur adipiscing elit", "words"},
    {"aaaaaaaabbbbbbbbccccccccdddddddd", "few"},
    {"deadbeefdeadbeefdeadbeefdeadbeef", "few"},
    {"Four score and seven years ago our fathers brought forth on this "
     "continent",
     "words"},
    {"unlikely-mammal-gravel-topaz-fender-quilt-nozzle-anvil", NULL},
    {"bXlzdXBlcnNlY3JldGtleXRoYXRpczMyYnl0ZXNsb25n", "words"},
    {"please-change-me-to-a-long-random-string", "words"},
    {"a-string-secret-at-least-256-bits-long", "printed"},
    {"your-256-bit-secret-your-256-bit", "printed"},
    {"super-secret-jwt-token-with-at-least-32-characters-long", "printed"},
    {"SecretKey012345678901234567890123456789012345678901234567890123456789",
     "printed"},
    {"Yn2kjibddFAWtnPJ2AFlL8WXmohJMCvigQggaEypa5E=", "printed"},
    {"django-insecure-8f3c1e0b7a6d5942c4f7e2a1908b6d3f5e7c9a1b", "printed"},
    {"aB3dE5gH7aB3dE5gH7aB3dE5gH7aB3dE5gH7", "over and over"},
    {"8f3c1e0b7a6d5942c4f7e2a1908b6d3f5e7c9a1b0d2f4e6880c1a3b5d7f9e0b2", NULL},
    {"8f3c1e0b7a6d5942c4f7e2a1908b6d3f", NULL},
    {"hwYEVFdqhVyNSrscN3zJovcqSeygrDIym8CKRiqfcb0", NULL},
    {"5b0c2d6e-9f41-4c7a-8e25-7d1f03a9b6c4", NULL},
    {"zk4 Qrr8-Tw9mm<x:y!hP2vL8sWqB6nD3", NULL},
};

Test(secret_weak, what_can_be_guessed_is_said)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *why = secret_weakness((const unsigned char *)rows[i].secret,
                                          strlen(rows[i].secret));

        cr_expect_eq(why != NULL, rows[i].said != NULL, "%s: %s",
                     rows[i].secret, why != NULL ? why : "not weak");
        if (why != NULL && rows[i].said != NULL)
            cr_expect_not_null(strstr(why, rows[i].said), "%s: %s",
                               rows[i].secret, why);
    }
}

/* RFC 7515 appendix A.1: an application reads the "k" as bytes. */
Test(secret_weak, a_published_key_is_known_as_bytes_too)
{
    static const char text[] =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcg"
        "UuTwjAzZr1Z9CAow";
    unsigned char bytes[BASE64_DECODED_MAX(sizeof text)];
    const char *why;
    size_t length;

    cr_assert(base64url_decode(text, strlen(text), bytes, &length));
    why = secret_weakness(bytes, length);
    cr_expect(why != NULL && strstr(why, "printed") != NULL);
    bytes[0] ^= 1;
    cr_expect_null(secret_weakness(bytes, length));
}

Test(secret_weak, bytes_are_judged_without_being_text)
{
    unsigned char bytes[64];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(200 + 3 * i);
    cr_expect_not_null(secret_weakness(bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i % 7 * 41);
    cr_expect_not_null(secret_weakness(bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * i * 7 + i * 13);
    cr_expect_null(secret_weakness(bytes, sizeof bytes));
}

/* The same numbers in each run. */
static unsigned
next(unsigned long long *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(*state >> 40);
}

Test(secret_weak, no_random_secret_is_weak)
{
    static const struct {
        const char *digits;
        size_t length;
    } kinds[] = {
        {"0123456789abcdef", 32},
        {"0123456789ABCDEF", 64},
        {"abcdefghijklmnopqrstuvwxyz", 32},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
         32},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
         43},
    };
    unsigned long long state = 20260101;
    char text[65] = "";

    for (int turn = 0; turn < 1000; turn++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            for (size_t i = 0; i < kinds[k].length; i++)
                text[i] =
                    kinds[k].digits[next(&state) % strlen(kinds[k].digits)];
            cr_expect_null(
                secret_weakness((const unsigned char *)text, kinds[k].length),
                "%.*s", (int)kinds[k].length, text);
        }
}

static const struct {
    const char *text;
    enum secret_encoding encoding;
    const char *said; /* NULL: as it should be */
} looks[] = {
    {"8f3c1e0b7a6d5942c4f7e2a1908b6d3f5e7c9a1b0d2f4e6880c1a3b5d7f9e0b2",
     SECRET_TEXT, NULL},
    {"8f3c1e0b7a6d5942c4f7e2a1908b6d3f5e7c9a1b0d2f4e6880c1a3b5d7f9e0",
     SECRET_TEXT, "fewer than 32 bytes"},
    {"8f3c1e0b7a6d5942c4f7e2a1908b6d3f", SECRET_TEXT, "hexadecimal"},
    {"8f3c1e0b7a6d5942c4f7e2a1908b6d3f", SECRET_HEX, NULL},
    {"hwYEVFdqhVyNSrscN3zJovcqSeygrDIym8CKRiqfcb0=", SECRET_TEXT, "base64"},
    {"hwYEVFdqhVyNSrscN3zJovcqSeygrDIym8CKRiqfcb0=", SECRET_BASE64, NULL},
    {"hwYEVFdqhVyNSrscN3zJ/vcqSeygrDIym8CKRiqfcb0A", SECRET_TEXT, "base64"},
    {"hwYEVFdqhVyNSrscN3zJovcqSeygrDIym8CKRiqfcb0", SECRET_TEXT, NULL},
    {"zk4-Qrr8-Tw9m", SECRET_TEXT, NULL},
    {"\"zk4Qrr8Tw9m\"", SECRET_TEXT, "quotes"},
    {"'zk4Qrr8Tw9m'", SECRET_TEXT, "quotes"},
    {"'zk4Qrr8Tw9m", SECRET_TEXT, NULL},
    {"\"", SECRET_TEXT, NULL},
    {"ems0UXJyOFR3OW0K", SECRET_BASE64, "newline"},
    {"ems0UXJyOFR3OW0", SECRET_BASE64, NULL},
};

Test(secret_weak, what_misleads_is_said)
{
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        const char *why = secret_misleads(looks[i].text, strlen(looks[i].text),
                                          looks[i].encoding);

        cr_expect_eq(why != NULL, looks[i].said != NULL, "%s: %s",
                     looks[i].text, why != NULL ? why : "nothing");
        if (why != NULL && looks[i].said != NULL)
            cr_expect_not_null(strstr(why, looks[i].said), "%s: %s",
                               looks[i].text, why);
    }
}

/* A binary search or a reader would expect it. */
Test(secret_weak, words_are_sorted_and_small)
{
    for (size_t i = 0; secret_words[i] != NULL; i++) {
        cr_expect(i == 0 || strcmp(secret_words[i - 1], secret_words[i]) < 0,
                  "%s", secret_words[i]);
        for (const char *at = secret_words[i]; *at != '\0'; at++)
            cr_expect(*at < 'A' || *at > 'Z', "%s", secret_words[i]);
    }
}
