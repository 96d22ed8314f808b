/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/jws.h"

#include "base/base64.h"
#include "base/verdict.h"
#include "support.h"
#include "token/signature.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f"
#define ED25519                             \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," \
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""

/* HEADER in base64url, and the rest of a token as it stands. */
static char *
with_header(const char *header, const char *rest)
{
    char *text =
        malloc(BASE64URL_ENCODED_SIZE(strlen(header)) + strlen(rest) + 1);

    cr_assert_not_null(text);
    base64url_encode((const unsigned char *)header, strlen(header), text);
    return strcat(text, rest);
}

Test(jws, an_extension_is_refused_wherever_it_stands)
{
    static const struct {
        const char *more;
        enum reason wanted;
    } rows[] = {
        {"", REASON_OK},
        {",\"typ\":\"JWT\"", REASON_OK},
        {",\"cty\":\"text/plain\"", REASON_OK},
        {",\"cty\":\"JWTS\"", REASON_OK},
        {",\"cty\":\"\"", REASON_OK},
        {",\"cty\":\"JWT\"", REASON_UNSUPPORTED_HEADER},
        {",\"cty\":\"jwt\"", REASON_UNSUPPORTED_HEADER},
        {",\"cty\":\"application/jwt\"", REASON_UNSUPPORTED_HEADER},
        {",\"cty\":1", REASON_UNSUPPORTED_HEADER},
        {",\"cty\":null", REASON_UNSUPPORTED_HEADER},
        {",\"b64\":true", REASON_OK},
        {",\"b64\":false", REASON_UNSUPPORTED_HEADER},
        {",\"b64\":1", REASON_UNSUPPORTED_HEADER},
        {",\"crit\":[]", REASON_UNSUPPORTED_HEADER},
        {",\"crit\":null", REASON_UNSUPPORTED_HEADER},
        {",\"enc\":\"A128GCM\"", REASON_UNSUPPORTED_HEADER},
        {",\"zip\":\"DEF\"", REASON_UNSUPPORTED_HEADER},
        {",\"kid\":1", REASON_MALFORMED},
        {",\"kid\":null", REASON_MALFORMED},
        {",\"kid\":\"\"", REASON_OK},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verdict verdict = {0};
        char header[128];
        char *text;
        struct jws jws;

        snprintf(header, sizeof header, "{\"alg\":\"HS256\"%s}", rows[i].more);
        text = with_header(header, ".e30.AAAA");
        cr_expect_str_eq(
            reason_name(jws_parse(text, strlen(text), 4096, &jws, &verdict)),
            reason_name(rows[i].wanted), "%s: %s", rows[i].more,
            verdict.detail);
        jws_done(&jws);
        free(text);
    }
}

/* The verdict on a token with this header and signature. */
static enum reason
check(const char *file, enum keyset_kind kind, const char *header,
      const char *signature, struct verdict *verdict)
{
    char *path = scratch_file("key", file, strlen(file), 0600);
    const struct strings paths = {&path, 1};
    const struct keyset_policy policy = {.kind = kind, .allowed = ~0U};
    struct strings problems = {0};
    struct keyset keys = {0};
    struct jws jws = {0};
    char *text = with_header(header, signature);
    enum reason reason;

    *verdict = (struct verdict){0};
    reason = keyset_load(&paths, &policy, 1900000000, &keys, &problems, NULL);
    cr_assert_eq(reason, REASON_OK, "%s",
                 problems.count > 0 ? problems.items[0] : "");
    cr_assert_eq(jws_parse(text, strlen(text), 4096, &jws, verdict), REASON_OK,
                 "%s", verdict->detail);
    reason = signature_check(&jws, ~0U, &keys, &problems, verdict);
    jws_done(&jws);
    keyset_done(&keys);
    strings_done(&problems);
    free(text);
    free(path);
    return reason;
}

#define THIRTY_ONE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define THIRTY_TWO THIRTY_ONE "A"

/* A signature that is shorter than its algorithm makes them looks cut. */
Test(jws, a_short_signature_looks_cut_and_a_whole_one_does_not)
{
    static const struct {
        const char *signature;
        bool truncated;
    } rows[] = {
        {".e30." THIRTY_ONE, true},
        {".e30.AAAA", true},
        {".e30." THIRTY_TWO, false},
        {".e30." THIRTY_TWO "AAAA", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verdict verdict;

        cr_expect_eq(check(SECRET "\n", KEYSET_SECRETS, "{\"alg\":\"HS256\"}",
                           rows[i].signature, &verdict),
                     REASON_BAD_SIGNATURE, "%zu: %s", i, verdict.detail);
        cr_expect_eq(verdict.truncated, rows[i].truncated, "%zu", i);
    }
}

/* Without a key that fits, it depends on whether there is any key. */
Test(jws, a_key_that_is_missing_is_not_one_that_is_broken)
{
    static const struct {
        const char *file;
        const char *header;
        enum reason wanted;
        const char *said;
    } rows[] = {
        {"{\"keys\":[" ED25519 ",\"kid\":\"a\"}]}",
         "{\"alg\":\"EdDSA\",\"kid\":\"b\"}", REASON_UNKNOWN_KEY,
         "kid=\"b\", which names no usable key"},
        {"{\"keys\":[" ED25519 ",\"kid\":\"a\"}," ED25519 ",\"kid\":\"b\"}]}",
         "{\"alg\":\"EdDSA\",\"kid\":\"c\"}", REASON_UNKNOWN_KEY,
         "kid=\"c\", which names no usable key"},
        /* The only key has numbers that make none. */
        {"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
         "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
         "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
         "\"kid\":\"a\"}]}",
         "{\"alg\":\"ES256\",\"kid\":\"a\"}", REASON_KEY_UNAVAILABLE,
         "no key of key_file is usable"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verdict verdict;
        enum reason reason = check(rows[i].file, KEYSET_PUBLIC, rows[i].header,
                                   ".e30.AAAA", &verdict);

        cr_expect_str_eq(reason_name(reason), reason_name(rows[i].wanted),
                         "%zu: %s", i, verdict.detail);
        cr_expect_not_null(strstr(verdict.detail, rows[i].said), "%s",
                           verdict.detail);
    }
}
