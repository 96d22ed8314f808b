/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/secret_form.h"

#include "base/base64.h"
#include "base/secret.h"
#include "keys/public_material.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX "8f3c1e0b7a6d5942c4f7e2a1908b6d3f5e7c9a1b0d2f4e6880c1a3b5d7f9e0b2"
#define SPKI                                                           \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExVasB5LrunhhTby1eXqiDGc/3B15" \
    "nOIHPGDSYfKQZtX1PAXopGcX5ZAVjFWNfbxurWUJ02BGLQBTIZqMCEXQYw=="
#define ED_SSH \
    "AAAAC3NzaC1lZDI1NTE5AAAAICcqA50xeEOiSOc1BFdnjcxBlcxynFzs/7SU1lE63wSu"
#define POINT_HEX                                                    \
    "04c556ac0792ebba78614dbcb5797aa20c673fdc1d799ce2073c60d261f290" \
    "66d5f53c05e8a46717e590158c558d7dbc6ead6509d360462d0053219a8c0845d063"

#define ED_HEX                                                           \
    "302a300506032b6570032100272a039d317843a248e7350457678dcc4195cc729c" \
    "5cecffb494d6513adf04ae"
#define DIGITS_50_LESS_1 "2718281828459045235360287471352662497757247093699"
#define DIGITS_50        DIGITS_50_LESS_1 "9"

/* One file, and the secret in it or what the message says. */
struct row {
    const char *name;
    enum secret_encoding encoding;
    const char *file;
    size_t size;        /* 0: up to its NUL */
    const char *wanted; /* NULL: refused ... */
    const char *said;   /* ... with these words */
};

static const struct row forms[] = {
    {"a line", SECRET_TEXT, HEX "\n", 0, HEX, NULL},
    {"a line without its end", SECRET_TEXT, HEX, 0, HEX, NULL},
    {"single spaces", SECRET_TEXT, "zk 4Q rr 8-Tw", 0, "zk 4Q rr 8-Tw", NULL},
    {"quotes stay", SECRET_TEXT, "\"" HEX "\"\n", 0, "\"" HEX "\"", NULL},
    {"nothing", SECRET_TEXT, "", 0, NULL, "empty"},
    {"a newline alone", SECRET_TEXT, "\n", 0, NULL, "empty"},
    {"two newlines", SECRET_TEXT, HEX "\n\n", 0, NULL,
     "more than one newline at the end (printf %s) at offset 64"},
    {"CR", SECRET_TEXT, HEX "\r\n", 0, NULL,
     "(CR, 0x0d; tr -d '\\r') at offset 64"},
    {"CR alone", SECRET_TEXT, HEX "\r", 0, NULL, "CR"},
    {"a blank at the end", SECRET_TEXT, HEX " \n", 0, NULL,
     "a blank at the end, or two in a row, at offset 64"},
    {"a blank in front", SECRET_TEXT, " " HEX, 0, NULL, "at the beginning"},
    {"two blanks inside", SECRET_TEXT, "zk4Qrr  8Tw", 0, NULL,
     "two in a row, at offset 6"},
    {"a tab", SECRET_TEXT, "zk4Qrr\t8Tw", 0, NULL, "a tab at offset 6"},
    {"a second line", SECRET_TEXT, "zk4Qrr\n8Tw\n", 0, NULL,
     "another line begins at offset 7"},
    {"BOM", SECRET_TEXT, "\xef\xbb\xbf" HEX, 0, NULL, "(BOM) at offset 0"},
    {"a NUL", SECRET_TEXT, "zk4Qrr\0008Tw", 10, NULL,
     "a NUL byte (raw bytes: base64 -w0"},
    {"raw bytes", SECRET_TEXT, "zk4\x80Qrr8Tw", 0, NULL, "base64 -w0 FILE"},
    {"DEL", SECRET_TEXT,
     "zk4Qrr\x7f"
     "8Tw",
     0, NULL, "at offset 6"},
    {"the first and last byte of a text", SECRET_TEXT, "!abc~", 0, "!abc~",
     NULL},
    {"hex", SECRET_HEX, "7a6B34\n", 0, "zk4", NULL},
    {"hex in lines", SECRET_HEX, "7a6b\n34 51\n", 0, "zk4Q", NULL},
    {"hex with colons", SECRET_HEX, "7a:6b:34\n", 0, NULL,
     "another character at offset 2"},
    {"hex, odd", SECRET_HEX, "7a6b3\n", 0, NULL, "not hex, as secret_encoding"},
    {"not hex", SECRET_HEX, "7a6bxx\n", 0, NULL,
     "another character at offset 4"},
    {"hex with CR", SECRET_HEX, "7a6b34\r\n", 0, NULL, "CR"},
    {"hex, two newlines", SECRET_HEX, "7a6b34\n\n", 0, NULL, "newline"},
    {"base64", SECRET_BASE64, "ems0UQ==\n", 0, "zk4Q", NULL},
    {"base64, no padding", SECRET_BASE64, "ems0UQ\n", 0, "zk4Q", NULL},
    {"base64, three =", SECRET_BASE64, "ems0UQ===\n", 0, NULL, "not base64"},
    {"base64, cut off", SECRET_BASE64, "ems0U\n", 0, NULL, "not all there"},
    {"base64 in lines", SECRET_BASE64, "ems0\nUQ==\n", 0, "zk4Q", NULL},
    {"base64 + and /", SECRET_BASE64, "+/+/\n", 0, "\xfb\xff\xbf", NULL},
    {"base64url as base64", SECRET_BASE64, "-_-_\n", 0, NULL, "offset 0"},
    {"base64url", SECRET_BASE64URL, "-_-_\n", 0, "\xfb\xff\xbf", NULL},
    {"base64url, padding", SECRET_BASE64URL, "ems0UQ==\n", 0, "zk4Q", NULL},
    {"base64 as base64url", SECRET_BASE64URL, "+/+/\n", 0, NULL, "offset 0"},
};

/* Judged whatever the encoding; `said` is what it is. */
static const struct row materials[] = {
    {"JWK", 0, "{\"kty\":\"EC\",\"crv\":\"P-256\"", 0, NULL, "JWK"},
    {"JSON", 0, "{ \"a\": \"zk4Qrr8Twzk4Qrr8Tw", 0, NULL, "JSON"},
    {"JSON string", 0, "\"{\\n \\\"a\\\": [\\n {\\\"b", 0, NULL, "JSON"},
    {"Python dictionary", 0, "{'n': '2Ng0BPymcE2QaxtJ4hfL", 0, NULL, "JSON"},
    {"list of objects", 0, "[{zk4Qrr8Twzk4Qrr8Twzk4Qr", 0, NULL, "JSON"},
    {"list of strings", 0, "[ \"zk4Qrr8Twzk4Qrr8Twzk4Qr", 0, NULL, "JSON"},
    {"setting", 0, "SECRET_KEY=" HEX "\n", 0, NULL, "a setting"},
    {"setting, spaces", 0, "jwt.secret = " HEX "\n", 0, NULL, "a setting"},
    {"setting, exported", 0, "export KEY=" HEX "\n", 0, NULL, "a setting"},
    {"modulus", 0, "Modulus=D8D83404FCA6704D906B1B49E217CB71", 0, NULL,
     "a setting"},
    {"YAML", 0, "kty: RSA and the others of it", 0, NULL, "a setting"},
    {"HTML", 0, "<!DOCTYPE html><html><head>", 0, NULL, "HTML"},
    {"XML", 0, "<?xml version", 0, NULL, "HTML or XML"},
    {"PEM", 0, "-----BEGIN PUBLIC KEY-----", 0, NULL, "PEM"},
    {"SSH2", 0, "---- BEGIN SSH2 PUBLIC KEY ----", 0, NULL, "SSH key"},
    {"fingerprint", 0, "SHA256:uNiVztksCsDhcc0u9e8BrLJXVGwDdYNqH7", 0, NULL,
     "a fingerprint"},
    {"pin", 0, "sha256/uNiVztksCsDhcc0u9e8BrLJXVGwDdYNqH7=", 0, NULL,
     "a fingerprint"},
    {"pairs", 0, "AB:CD:EF:01:23:45:67:89:0A:1B:2C:3D", 0, NULL,
     "a fingerprint"},
    {"data URL", 0, "data:,8f3c1e0b7a6d5942c4f7e2a1908b6d3f", 0, NULL, "a URL"},
    {"URL", 0, "https://idp.example/realms/main/certs", 0, NULL, "a URL"},
    {"path", 0, "/etc/security/pam_jwt.secret", 0, NULL, "a path"},
    {"URL without its scheme", 0, "idp.example/realms/main/certs", 0, NULL,
     "a URL"},
    {"member of JSON", 0, "\"n\":\"2Ng0BPymcE2QaxtJ4hfLcWai3dac\"", 0, NULL,
     "a setting"},
    {"modulus by its letter", 0, "n=2Ng0BPymcE2QaxtJ4hfLcWai3dac", 0, NULL,
     "a setting"},
    {"modulus in YAML", 0, "n: 2Ng0BPymcE2QaxtJ4hfLcWai3dac", 0, NULL,
     "a setting"},
    {"Java key store", 0, "/u3+7QAAAAIAAAABAAAAAgAB0SJ6kzJ7", 0, NULL, "Java"},
    {"HTTP", 0, "HTTP/1.1 200 OK", 0, NULL, "web server"},
    {"DER in base64", 0, SPKI "\n", 0, NULL, "read as base64 it is a DER key"},
    {"DER in base64, cut", 0, "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA", 0,
     NULL, "DER"},
    {"PKCS #1, cut", 0, "MIIBCgKCAQEA2Ng0BPymcE2QaxtJ4hfLcWai3dacXmVd", 0, NULL,
     "DER"},
    {"DER, its front cut", 0,
     "kwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExVasB5LrunhhTby1", 0, NULL, "DER"},
    {"DER in base64url", 0,
     "MCowBQYDK2VwAyEAJyoDnTF4Q6JI5zUEV2eNzEGVzHKcXOz_tJTWUTrfBK4", 0, NULL,
     "DER"},
    {"DER in a JSON string", 0,
     "\"MCowBQYDK2VwAyEAJyoDnTF4Q6JI5zUEV2eNzEGVzHKcXOz_tJTWUTrfBK4\"", 0, NULL,
     "DER"},
    {"DER in hex", 0, ED_HEX, 0, NULL, "read as hexadecimal it is a DER key"},
    {"DER as bytes of C", 0,
     "0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, "
     "0x27",
     0, NULL, "DER"},
    {"DER as numbers", 0, "48,42,48,5,6,3,43,101,112,3,33,0,39,42,3,157,49,120",
     0, NULL, "read as numbers it is a DER"},
    {"DER as escapes", 0,
     "b'0*0\\x05\\x06\\x03+ep\\x03!\\x00\\'*\\x03\\x9d1xC'", 0, NULL, "DER"},
    {"SSH line", 0, "ssh-ed25519 " ED_SSH, 0, NULL, "an SSH key"},
    {"SSH column", 0, ED_SSH, 0, NULL, "read as base64 it is an SSH key"},
    {"SSH column, cut", 0, "AAAAC3NzaC1lZDI1NTE5AAAAICcqA50xeEOiSOc1BFdn", 0,
     NULL, "SSH"},
    {"SSH column, its front cut", 0,
     "AAC3NzaC1lZDI1NTE5AAAAICcqA50xeEOiSOc1BFdn", 0, NULL, "SSH"},
    {"known host", 0, "idp.example " ED_SSH, 0, NULL, "an SSH key"},
    {"point in hex", 0, POINT_HEX, 0, NULL,
     "read as hexadecimal it is a point"},
    {"short point in hex", 0,
     "03c556ac0792ebba78614dbcb5797aa20c673fdc1d799ce2073c60d261f29066d5", 0,
     NULL, "a point"},
    {"hybrid point in hex", 0,
     "07c556ac0792ebba78614dbcb5797aa20c673fdc1d799ce2073c60d261f29066d5f53c05e"
     "8a46717e590158c558d7dbc6ead6509d360462d0053219a8c0845d063",
     0, NULL, "a point"},
    {"point of PKCS #11", 0, "0441" POINT_HEX, 0, NULL, "a point"},
    {"PKCS #1 of 1024 bits", 0,
     "MIGJAoGBAPRsKPFcMbBU6H13CJw0UGun3wQmSrQL8kg5prJUUvDqiSjPL1TUB0Tiy/YQr+VA"
     "5mn4Er2UD8/Pa0o23uZr/4R/+NtPkrMe3nLBkr6M93Z+rOyLpOMoC1u6UjMG3LV6JoYtmymQ"
     "n+JNkDm0HFgC4XJn5vAhKSuPlcHcEoCFaF0rAgMBAAE=",
     0, NULL, "DER"},
    {"SSH key of a type to come", 0,
     "00000006612d6240636400000020e28577cd54c5943e6c59a7c1bba93531f2ee468eb64b"
     "0dad496a15a7de682ae3",
     0, NULL, "SSH"},
    {"OpenPGP", 0,
     "mDMEX14QABYJKwYBBAHaRw8BAQdA4oV3zVTFlD5sWafBu6k1MfLuRo62Sw2tSWoVp95oKuM=",
     0, NULL, "OpenPGP"},
    {"a setting in quotes", 0, "\"SECRET_KEY=abc\"", 0, NULL, "a setting"},
    {"numbers between blanks", 0,
     "48 42 48 5 6 3 43 101 112 3 33 0 39 42 3 157", 0, NULL, "DER"},
    {"token", 0, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.GPdBCK6I8Bxr", 0,
     NULL, "a token"},
    {"UTF-16 in base64", 0, "LQAtAC0ALQAtAEIARQBHAEkATgAgAFAAVQBCAEwASQBDACAA",
     0, NULL, "UTF-16"},
    {"PEM in base64", 0, "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUlJQklqQU5C", 0,
     NULL, "PEM"},
    {"JWK in base64", 0, "eyJrdHkiOiJSU0EiLCJuIjoiMk5nMEJQeW1jRTJRYXh0SjRo", 0,
     NULL, "JWK"},
    {"JWK, percent", 0, "%7B%22kty%22%3A%22RSA%22%2C%22n%22%3A%222Ng0BP", 0,
     NULL, "JWK"},
    {"JWK in HTML", 0, "{&quot;kty&quot;:&quot;RSA&quot;,&quot;n&quot;:", 0,
     NULL, "JWK"},
    {"gzip in base64", 0,
     "H4sIAAAAAAAAA6tWyk6tVLJSCgp2VNJRykvMTVWyUjLyM0g3cAqozE12NQpMrFaqBQBVUg0dK"
     "wAAAA==",
     0, NULL, "compressed"},
    {"age", 0, "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
     0, NULL, "an age key"},
    {"minisign", 0, "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3",
     0, NULL, "minisign"},
    {"NULs in hex", 0,
     "0000000000000000000000000000000000000000000000000000000000000000", 0,
     NULL, "one byte, repeated"},
    {"NULs in base64", 0, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0,
     NULL, "one byte, repeated"},
    {"one byte in hex", 0,
     "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5", 0,
     NULL, "one byte, repeated"},
    {"end of a PEM file", 0, "kQIDAQAB-----END PUBLIC KEY-----", 0, NULL,
     "PEM"},
    {"end of a PEM file, its dashes lost", 0, "kQIDAQABzk4Q END PUBLIC KEY", 0,
     NULL, "PEM"},
    {"bytea of PostgreSQL", 0, "\\x" ED_HEX, 0, NULL, "DER"},
    {"bytea in a string", 0, "E'\\\\x" ED_HEX "'", 0, NULL, "DER"},
    {"hex behind a word", 0, "key" ED_HEX, 0, NULL, "DER"},
    {"hex behind a digit", 0, "0" ED_HEX, 0, NULL, "DER"},
    {"hex in front of a letter", 0, ED_HEX "L", 0, NULL, "DER"},
    {"hex in a function", 0, "decode('" ED_HEX "','hex')", 0, NULL, "DER"},
    {"hex between bars", 0, "30|2a|30|05|06|03|2b|65|70|03|21|00|27|2a|03|9d",
     0, NULL, "DER"},
    {"hex of an assembler", 0,
     "30h 2ah 30h 05h 06h 03h 2bh 65h 70h 03h 21h 00h 27h 2ah 03h 9dh", 0, NULL,
     "DER"},
    {"point behind x", 0, "x" POINT_HEX, 0, NULL, "a point"},
    {"point behind a word", 0, "key:" POINT_HEX, 0, NULL, "a point"},
    {"bytes of Java", 0,
     "(byte)0x30,(byte)0x2a,(byte)0x30,(byte)0x5,(byte)0x6,(byte)0x3,"
     "(byte)0x2b,(byte)0x65,(byte)0x70,(byte)0x3,(byte)0x21,(byte)0x0,"
     "(byte)0x27,(byte)0x2a,(byte)0x3,(byte)0x9d",
     0, NULL, "DER"},
    {"PKCS #1 as bytes of Java", 0,
     "48, -126, 1, 10, 2, -126, 1, 1, 0, -40, -40, 52, 4, -4, -90, 112, 77", 0,
     NULL, "read as numbers it is a DER"},
    {"PKCS #1 of 1024 bits as numbers", 0,
     "<<48,129,137,2,129,129,0,244,108,40,241,92,49,176,84,232,125>>", 0, NULL,
     "DER"},
    {"numbers with fractions", 0,
     "48.0, 42.0, 48.0, 5.0, 6.0, 3.0, 43.0, 101.0, 112.0, 3.0, 33.0, 0.0, "
     "39.0, 42.0, 3.0, 157.0",
     0, NULL, "DER"},
    {"numbers between dots", 0, "48.42.48.5.6.3.43.101.112.3.33.0.39.42.3.157",
     0, NULL, "DER"},
    {"numbers between hyphens", 0,
     "48-42-48-5-6-3-43-101-112-3-33-0-39-42-3-157", 0, NULL, "DER"},
    {"octal numbers", 0,
     "060 052 060 005 006 003 053 145 160 003 041 000 047 052 003 235", 0, NULL,
     "DER"},
    {"a long number", 0, "PublicKey(" DIGITS_50 DIGITS_50 DIGITS_50 ", 65537)",
     0, NULL, "a number"},
    {"modulus, its blanks lost", 0, "Modulus:00:d8:d8:34:04:fc:a6:70:4d:90", 0,
     NULL, "a dump of bytes"},
    {"URL in a word", 0, "jku:https://idp.example/realms/main/certs", 0, NULL,
     "a URL"},
    {"URL of any scheme", 0, "//idp.example/realms/main/certs", 0, NULL,
     "a URL"},
    {"URL with a port", 0, "idp.example:8443/realms/main/certs", 0, NULL,
     "a URL"},
    {"DNSKEY", 0, "example.com. 3600 IN DNSKEY 257 3 13 zk4Qrr8Twzk4Qrr8Tw", 0,
     NULL, "DNS"},
    {"data of DNSKEY", 0, "257 3 13 zk4Qrr8Twzk4Qrr8Twzk4Qrr8Twzk4Qrr8Tw==", 0,
     NULL, "DNS"},
    {"data of TLSA", 0, "3 1 1 " HEX, 0, NULL, "DNS"},
    {"SSHFP", 0, "host IN SSHFP 4 2 " HEX, 0, NULL, "DNS"},
    /* Secrets that look a little like one of these. */
    {"149 digits", 0, DIGITS_50 DIGITS_50 DIGITS_50_LESS_1, 0, "", NULL},
    {"a colon and slashes", 0, "4zk://Qrr8Tw9aa8f3c1e0b7a6d59x!", 0, "", NULL},
    {"two numbers in front", 0, "4 2 8f3c1e0b7a6d5942c4f7e2a1908b6", 0, "",
     NULL},
    {"a modulus without its highest bit", 0,
     "48,129,137,2,129,129,0,116,108,40,241,92,49,176,84,232,125", 0, "", NULL},
    {"a passphrase", 0, "zk4 Qrr8 Tw9 + mm< x:y", 0, "", NULL},
    {"a letter and =", 0, "n=2Ng0BPymcE2Q!xtJ4hfLcWai3dac", 0, "", NULL},
    {"a slash", 0, "/ab/2Ng0BPymcE2QxtJ4hfLcWai3dac", 0, "", NULL},
    {"a dot and a slash", 0, "2Ng0BPymcE2Q.tJ4hfLcWai3dac/x", 0, "", NULL},
    {"a colon", 0, "zk4Qrr8Tw9:aa8f3c1e0b7a6d59", 0, "", NULL},
    {"padding alone", 0, "ems0UWVtczBRZW1zMFFlbXMwUQ==", 0, "", NULL},
    {"a point off its curve", 0,
     "04c556ac0792ebba78614dbcb5797aa20c673fdc1d799ce2073c60d261f29066d5f53c05e"
     "8a46717e590158c558d7dbc6ead6509d360462d0053219a8c0845d064",
     0, "", NULL},
    {"begins like UTF-16", 0,
     "fffe1e0b7a6d5942c4f7e2a1908b6d3f5e7c9a1b0d2f4e6880c1a3b5d7f9e0b2", 0, "",
     NULL},
    {"begins like DER", 0,
     "301e1e0b7a6d5942c4f7e2a1908b6d3f5e7c9a1b0d2f4e6880c1a3b5d7f9e0b2", 0, "",
     NULL},
    {"a number of DER, and no more of it", 0,
     "302e022077891f17581100e46d35115bf8d12a2738df6a0333a426fbf8230ff27177c87f"
     "a36163c6e88d1e53ce541e8d",
     0, "", NULL},
    {"short point of P-224", 0,
     "02e749d120f52152b048517e65bfd7cc1b743ca8b67e6dc0f504349639", 0, "", NULL},
    {"begins like JSON in base64", 0,
     "eyIeC3ptWULE9+KhkIttP158mhsNL05ogMGjtdf54LI=", 0, "", NULL},
};

/* Reads the row's file as it says. */
static enum reason
read_row(const struct row *row, enum secret_encoding encoding,
         unsigned char **ret_secret, size_t *ret_length,
         char what[KEY_WHAT_MAX])
{
    what[0] = '\0';
    return secret_form_read(row->file,
                            row->size != 0 ? row->size : strlen(row->file),
                            encoding, ret_secret, ret_length, what);
}

Test(secret_form, one_line_or_bytes_by_the_encoding)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct row *row = &forms[i];
        char what[KEY_WHAT_MAX];
        unsigned char *secret = NULL;
        size_t length = 0;
        bool good =
            read_row(row, row->encoding, &secret, &length, what) == REASON_OK;

        cr_expect_eq(good, row->wanted != NULL, "%s: %s", row->name, what);
        if (good && row->wanted != NULL)
            cr_expect(length == strlen(row->wanted) &&
                          memcmp(secret, row->wanted, length) == 0,
                      "%s", row->name);
        if (!good && row->said != NULL)
            cr_expect_not_null(strstr(what, row->said), "%s: %s", row->name,
                               what);
        secret_free(secret, length);
    }
}

Test(secret_form, what_everybody_may_read_is_refused_in_every_encoding)
{
    for (size_t i = 0; i < sizeof materials / sizeof materials[0]; i++)
        for (int e = SECRET_TEXT; e <= SECRET_BASE64URL; e++) {
            const struct row *row = &materials[i];
            char what[KEY_WHAT_MAX];
            unsigned char *secret = NULL;
            size_t length = 0;
            bool good = read_row(row, (enum secret_encoding)e, &secret, &length,
                                 what) == REASON_OK;

            if (row->wanted == NULL)
                cr_expect(!good && strstr(what, row->said) != NULL &&
                              strncmp(what, "not a secret: ", 14) == 0,
                          "%s as %s: %s", row->name,
                          secret_form_encoding_name((enum secret_encoding)e),
                          what);
            else
                cr_expect_null(strstr(what, "not a secret"), "%s: %s",
                               row->name, what);
            secret_free(secret, good ? length : 0);
        }
}

/* A message shows nothing of the file: its words are of the source alone. */
Test(secret_form, a_message_shows_nothing_of_the_secret)
{
    char text[] = "q7!Zq7!Zq7!Zq7!Zq7!Zq7!Zq7!Zq7!Zq7!Z??";
    char what[KEY_WHAT_MAX];
    unsigned char *secret = NULL;
    size_t length;

    for (int e = SECRET_TEXT; e <= SECRET_BASE64URL; e++)
        for (const char *byte = "\r\n\t \x01\x80"; *byte != '\0'; byte++) {
            text[36] = *byte;
            text[37] = *byte;
            cr_assert_neq(secret_form_read(text, 38, (enum secret_encoding)e,
                                           &secret, &length, what),
                          REASON_OK);
            cr_expect_null(strstr(what, "q7"), "%s", what);
            cr_expect_null(strchr(what, '!'), "%s", what);
        }
}

Test(secret_form, a_file_may_be_as_long_as_it_says)
{
    char *text = malloc(SECRET_FORM_MAX + 1);
    char what[KEY_WHAT_MAX];
    unsigned char *secret = NULL;
    size_t length;

    for (size_t i = 0; i <= SECRET_FORM_MAX; i++)
        text[i] = (char)('!' + i * i % 61 % 31 + i % 7);
    cr_assert_eq(secret_form_read(text, SECRET_FORM_MAX, SECRET_TEXT, &secret,
                                  &length, what),
                 REASON_OK, "%s", what);
    secret_free(secret, length);
    cr_expect_eq(secret_form_read(text, SECRET_FORM_MAX + 1, SECRET_TEXT,
                                  &secret, &length, what),
                 REASON_KEY_UNAVAILABLE);
    cr_expect_not_null(strstr(what, "at most 8192"), "%s", what);
    free(text);
}

/* xorshift64*: the same bytes in each run. */
static void
fill(unsigned char *bytes, size_t length, unsigned long long *state)
{
    for (size_t i = 0; i < length; i++) {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        bytes[i] = (unsigned char)(*state * 0x2545f4914f6cdd1dULL >> 56);
    }
}

/* Base64 with its two last digits, from base64url. */
static void
to_base64(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
}

static void
encode(const unsigned char *bytes, size_t length, enum secret_encoding as,
       char *into)
{
    if (as == SECRET_BASE64 || as == SECRET_BASE64URL) {
        base64url_encode(bytes, length, into);
        if (as == SECRET_BASE64)
            to_base64(into);
        return;
    }
    for (size_t i = 0; i < length; i++)
        snprintf(into + 2 * i, 3, "%02x", bytes[i]);
}

Test(secret_form, no_random_secret_is_refused)
{
    static const size_t sizes[] = {32, 36, 48, 64};
    unsigned long long state = 88172645463325252ULL;
    char what[KEY_WHAT_MAX] = "";

    for (int turn = 0; turn < 20000; turn++)
        for (int e = SECRET_TEXT; e <= SECRET_BASE64URL; e++) {
            size_t size = sizes[turn % 4];
            unsigned char bytes[64];
            char text[160];
            unsigned char *secret = NULL;
            size_t length = 0;

            fill(bytes, size, &state);
            encode(bytes, size, (enum secret_encoding)e, text);
            cr_assert_eq(secret_form_read(text, strlen(text),
                                          (enum secret_encoding)e, &secret,
                                          &length, what),
                         REASON_OK, "turn %d: %s: %s", turn, text, what);
            cr_assert(e == SECRET_TEXT ||
                      (length == size && memcmp(secret, bytes, size) == 0));
            free(secret);
        }
}

/* A secret that comes in a JWK is judged by its bytes. */
Test(secret_form, bytes_of_a_key_are_not_a_secret)
{
    unsigned char bytes[SECRET_FORM_MAX];
    char what[KEY_WHAT_MAX];
    size_t length;

    cr_assert(base64_decode(SPKI, strlen(SPKI), bytes, &length));
    cr_expect_eq(public_material_judge(bytes, length, what),
                 REASON_KEY_UNAVAILABLE);
    cr_expect_str_eq(what, "not a secret: it is a DER key or certificate");
    cr_assert(hex_decode(POINT_HEX, strlen(POINT_HEX), bytes, &length));
    cr_expect_eq(public_material_judge(bytes, length, what),
                 REASON_KEY_UNAVAILABLE);
    cr_expect_eq(public_material_judge(bytes, length - 1, what), REASON_OK);
}

Test(secret_form, padding_is_not_a_secret)
{
    static const struct {
        size_t random;
        size_t zeros;
        enum key_result wanted;
    } rows[] = {
        {0, 32, KEY_BAD},  {0, 64, KEY_BAD},   {0, 200, KEY_BAD},
        {24, 8, KEY_BAD},  {25, 7, KEY_GOOD},  {57, 7, KEY_GOOD},
        {56, 8, KEY_BAD},  {31, 1, KEY_GOOD},  {31, 0, KEY_BAD},
        {100, 8, KEY_BAD}, {100, 7, KEY_GOOD},
    };
    unsigned long long state = 1;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char bytes[256] = {0};
        char what[KEY_WHAT_MAX] = "";
        struct key key = {0};

        fill(bytes, rows[i].random, &state);
        if (rows[i].random > 0)
            bytes[rows[i].random - 1] |= 1;
        cr_expect_eq(
            key_from_secret(bytes, rows[i].random + rows[i].zeros, &key, what),
            rows[i].wanted, "row %zu: %s", i, what);
        key_done(&key);
    }
}
