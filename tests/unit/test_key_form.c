/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset.h"

#include "support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define PEM                                                          \
    "-----BEGIN PUBLIC KEY-----\n"                                   \
    "MCowBQYDK2VwAyEANvmxyDou9cAmXIXxiNwFz6W5LMJv3PD56XCoTNwAYgU=\n" \
    "-----END PUBLIC KEY-----\n"
#define UTF16 "\xff\xfe-\0-\0-\0-\0-\0B\0E\0G\0I\0N\0"

/* Files that hold no public key, and a part of what is said of each. */
static const struct {
    const char *text;
    size_t size; /* 0: that of the text */
    const char *says;
} rows[] = {
    {"", 0, "the file is empty"},
    {" \n\t\r\n", 0, "the file is blank"},
    {"\xef\xbb\xbf{\"keys\":[]}", 0, "a byte order mark"},
    {"\xef\xbb\xbf" PEM, 0, "a byte order mark"},
    {"[\"" PEM "\"]", 0, "a JSON array"},
    {"\"" PEM "\"", 0, "a JSON string"},
    {"<pre>\n" PEM "</pre>", 0, "HTML"},
    {UTF16, sizeof UTF16 - 1, "UTF-16"},
    {"\xfe\xff\0-\0-", 6, "UTF-16"},
    {"\0-----BEGIN PUBLIC KEY-----\n", 28, "NUL bytes"},
    {"\x1f\x8b\x08\x00", 4, "gunzip"},
    {"0\x82\x01\x22", 4, "DER"},
    {"[{\"kty\":\"RSA\"}]", 0, "a JSON array"},
    {"\"MCowBQYDK2VwAyEA\"", 0, "a JSON string"},
    {"<!DOCTYPE html><html>502</html>", 0, "HTML"},
    {"HTTP/1.1 200 OK\r\n\r\n{\"keys\":[]}", 0, "curl without -i"},
    {"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", 0, "an SSH key"},
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFZ2Lr0WkQ3u2sYl alice", 0,
     "an SSH key"},
    {"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=", 0, "an SSH key"},
    {"host ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFZ2Lr0W", 0, "known_hosts"},
    {"MCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n", 0,
     "without its first line"},
    {"\xe2\x80\x93"
     "BEGIN PUBLIC KEY\xe2\x80\x93\nM\nEND PUBLIC KEY",
     0, "five hyphens"},
    {"Modulus=C15B5B5B", 0, "a bare modulus"},
    {"Public-Key: (2048 bit)\nModulus:\n 00:c1", 0, "-text"},
    {"5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b5f2b\n", 0,
     "belongs into secret_file"},
    {"two words", 0, "not PEM, JWK, JWK Set or base64"},
};

/* Whatever the mode and the encoding: it becomes no secret. */
Test(key_form, what_holds_no_key_is_named_and_gives_none)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int round = 0; round <= 2 * SECRET_BASE64URL + 1; round++) {
            size_t size =
                rows[i].size != 0 ? rows[i].size : strlen(rows[i].text);
            char *path = scratch_file("keys", rows[i].text, size,
                                      round % 2 == 0 ? 0600 : 0644);
            const struct strings paths = {&path, 1};
            const struct keyset_policy policy = {
                .kind = KEYSET_PUBLIC,
                .encoding = (enum secret_encoding)(round / 2),
                .allowed = ~0U};
            struct strings problems = {0};
            struct keyset keys = {0};

            cr_expect_eq(
                keyset_load(&paths, &policy, 0, &keys, &problems, NULL),
                REASON_KEY_UNAVAILABLE, "%s", rows[i].text);
            cr_expect(problems.count == 1 &&
                          strstr(problems.items[0], rows[i].says) != NULL,
                      "%zu: %s", i,
                      problems.count > 0 ? problems.items[0] : "nothing");
            keyset_done(&keys);
            strings_done(&problems);
            free(path);
        }
}
