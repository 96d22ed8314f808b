/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *wanted; /* NULL: refused */
} rows[] = {
    {"", ""},          {"Zg", "f"},        {"Zm8", "fo"},
    {"Zm9v", "foo"},   {"Zm9vYg", "foob"}, {"Zg==", NULL},
    {"Zm8=", NULL},    {"Z", NULL},        {"Zm9vY", NULL},
    {"Zh", NULL},      {"Zm9", NULL},      {"-_-_", "\xfb\xff\xbf"},
    {"+/+/", NULL},    {"Zm 9v", NULL},    {"Zm9v\n", NULL},
    {"Zm9\xc3", NULL}, {"Zm9.", NULL},
};

Test(encoding, base64url_is_strict)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char into[32];
        size_t length = 0;
        bool good =
            base64url_decode(rows[i].text, strlen(rows[i].text), into, &length);

        cr_expect_eq(good, rows[i].wanted != NULL, "%s", rows[i].text);
        if (good && rows[i].wanted != NULL)
            cr_expect(length == strlen(rows[i].wanted) &&
                          memcmp(into, rows[i].wanted, length) == 0,
                      "%s", rows[i].text);
    }
}

Test(encoding, base64url_comes_back_and_has_one_spelling)
{
    unsigned char bytes[64];
    unsigned char back[BASE64_DECODED_MAX(88)];
    char text[BASE64URL_ENCODED_SIZE(64)];
    size_t length;

    for (size_t size = 0; size <= sizeof bytes; size++) {
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)(i * 37 + size * 11);
        length = base64url_encode(bytes, size, text);
        cr_assert(base64url_decode(text, length, back, &length));
        cr_assert(length == size && memcmp(back, bytes, size) == 0);
        if (size % 3 == 0)
            continue;
        /* The last character has spare bits: its neighbour must not pass. */
        text[strlen(text) - 1]++;
        cr_expect_not(base64url_decode(text, strlen(text), back, &length),
                      "%zu bytes", size);
    }
}

Test(encoding, other_forms_of_a_secret)
{
    unsigned char into[16];
    size_t length = 0;

    cr_expect(base64_decode("+/+/", 4, into, &length) && length == 3);
    cr_expect(base64_decode("Zg==", 4, into, &length) && length == 1);
    cr_expect_not(base64_decode("Zg", 2, into, &length));
    cr_expect_not(base64_decode("Z===", 4, into, &length));
    cr_expect_not(base64_decode("-_-_", 4, into, &length));
    cr_expect(hex_decode("00fFa0", 6, into, &length) && length == 3 &&
              memcmp(into, "\x00\xff\xa0", 3) == 0);
    cr_expect_not(hex_decode("00f", 3, into, &length));
    cr_expect_not(hex_decode("0g", 2, into, &length));
    /* As openssl and ssh-keygen print fingerprints. */
    cr_expect_not(hex_decode("00:ff:a0", 8, into, &length));
}

/* Each byte is a digit or is not, in either place. */
Test(encoding, hex_has_digits_of_three_kinds_and_nothing_else)
{
    for (int byte = 1; byte < 256; byte++) {
        const char *at = strchr("0123456789abcdef0123456789ABCDEF", byte);
        char text[3] = {(char)byte, '0', '\0'};
        unsigned char into[4];
        size_t length = 0;

        cr_expect_eq(hex_decode(text, 2, into, &length), at != NULL, "%d",
                     byte);
        text[1] = text[0];
        text[0] = '0';
        cr_expect_eq(hex_decode(text, 2, into, &length), at != NULL, "%d",
                     byte);
        if (at != NULL)
            cr_expect_eq(into[0], strtol(text, NULL, 16), "%d", byte);
    }
}
