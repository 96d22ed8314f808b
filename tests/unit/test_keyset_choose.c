/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset.h"
#include "keys/algorithm.h"

#include "support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ED(x) "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" x "\""
#define A     ED("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
#define B     ED("NvmxyDou9cAmXIXxiNwFz6W5LMJv3PD56XCoTNwAYgU")
#define BAD   ED("AAAA")
#define EC                                       \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""   \
    "yAQh4ZU4LJ-k8I5TEGnCZRzuqtTL8WPhofX_IJDmhsA\"," \
    "\"y\":\"bVrVWCvF7A4GcBcPifIMxYFDgPpfcei8ZSyVsxgLQNE\""
#define KID   ",\"kid\":\"k\""

/* How many keys a token may be tried with, by "alg" and "kid". */
static const struct {
    const char *name;
    const char *entries;
    const char *algorithm;
    const char *kid;
    size_t wanted;
} rows[] = {
    {"named", "{" A KID "},{" B "}", "EdDSA", "k", 1},
    {"not named", "{" A "},{" B KID "}", "EdDSA", "other", 0},
    {"without kid in a set", "{" A "}", "EdDSA", "k", 0},
    {"the only one that fits", "{" A KID "},{" EC KID "}", "EdDSA", NULL, 1},
    {"not the only one", "{" A KID "},{" B KID "}", "EdDSA", NULL, 0},
    {"twice by name", "{" A KID "},{" B KID "}", "EdDSA", "k", 0},
    {"of another type", "{" A KID "},{" EC KID "}", "EdDSA", "k", 1},
    {"and that type", "{" A KID "},{" EC KID "}", "ES256", "k", 1},
    {"of another type and bad", "{" EC KID "},{" BAD KID "}", "ES256", "k", 1},
    {"for encryption", "{" A KID "},{" B KID ",\"use\":\"enc\"}", "EdDSA", "k",
     1},
    {"for encryption by key_ops", "{" A KID "},{" B KID ",\"key_ops\":[]}",
     "EdDSA", "k", 1},
    {"for encryption by alg", "{" A KID "},{" B KID ",\"alg\":\"ECDH-ES\"}",
     "EdDSA", "k", 1},
    {"equal", "{" A KID "},{" A KID ",\"use\":\"sig\"}", "EdDSA", "k", 1},
    {"equal three times", "{" A KID "},{" A KID "},{" A KID "}", "EdDSA", "k",
     1},
    {"equal and another", "{" A KID "},{" A KID "},{" B KID "}", "EdDSA", "k",
     0},
    {"equal without kid", "{" A "},{" A KID "}", "EdDSA", NULL, 1},
    {"bad by its numbers", "{" A KID "},{" BAD KID "}", "EdDSA", "k", 0},
    {"bad by its numbers, first", "{" BAD KID "},{" A KID "}", "EdDSA", "k", 0},
    {"bad by its use", "{" A KID "},{" B KID ",\"use\":1}", "EdDSA", "k", 0},
    {"equal and bad", "{" A KID "},{" A KID ",\"use\":1}", "EdDSA", "k", 0},
    {"bad and alone", "{" A KID ",\"use\":1},{" EC "}", "EdDSA", "k", 0},
    {"bad by its alg", "{" A KID "},{" B KID ",\"alg\":\"ES256\"}", "EdDSA",
     "k", 0},
    {"bad by its kid", "{" A KID "},{" B ",\"kid\":1}", "EdDSA", "k", 1},
    {"bad by its kid, no kid asked", "{" A KID "},{" B ",\"kid\":1}", "EdDSA",
     NULL, 0},
    {"without a type", "{" A KID "},{\"kid\":\"k\"}", "EdDSA", "k", 0},
    {"of no known type", "{" A KID "},{\"kty\":\"x\"" KID "}", "EdDSA", "k", 1},
    {"null is absent", "{" A ",\"kid\":null}", "EdDSA", NULL, 1},
};

static struct keyset
load(char *const *paths, size_t count, struct strings *problems)
{
    const struct strings list = {(char **)paths, count};
    const struct keyset_policy policy = {.kind = KEYSET_PUBLIC};
    struct keyset keys = {0};

    cr_assert_eq(
        keyset_load(&list, &policy, 1900000000, &keys, problems, NULL),
        REASON_OK);
    return keys;
}

Test(keyset_choose, kid_and_algorithm_name_exactly_one_key)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        int length = snprintf(text, sizeof text, "{\"keys\":[%s]}",
                              rows[i].entries);
        char *path = scratch_file("keys", text, (size_t)length, 0644);
        struct key *found[KEYSET_CANDIDATES_MAX];
        struct strings problems = {0};
        struct keyset keys = load(&path, 1, &problems);
        size_t count =
            keyset_candidates(&keys, algorithm_find(rows[i].algorithm),
                              rows[i].kid, found, &problems);

        cr_expect_eq(count, rows[i].wanted, "%s: %zu", rows[i].name, count);
        keyset_done(&keys);
        strings_done(&problems);
        free(path);
    }
}

/* Files with one key each: five fit, the fifth is said and not tried. */
Test(keyset_choose, a_fifth_key_is_not_tried_and_said)
{
    struct key *found[KEYSET_CANDIDATES_MAX];
    struct strings problems = {0};
    struct strings lines = {0};
    struct keyset keys;
    char *paths[6];

    for (size_t i = 0; i < 6; i++)
        paths[i] = key_copy(i == 2 ? "ed25519-b.pub.pem" : "p256-a.pub.pem");
    keys = load(paths, 6, &problems);
    cr_expect_eq(keyset_candidates(&keys, algorithm_find("ES256"), "any",
                                   found, &problems),
                 4);
    cr_assert_eq(problems.count, 1);
    cr_expect_not_null(strstr(problems.items[0], paths[5]));
    cr_expect_not_null(strstr(problems.items[0], "is never tried"));
    keyset_say_untried(&keys, 0, &lines);
    cr_expect_eq(lines.count, 1);
    strings_done(&lines);
    /* With its algorithm not allowed it is nothing to speak of. */
    keyset_say_untried(&keys, algorithm_bit(algorithm_find("EdDSA")), &lines);
    cr_expect_eq(lines.count, 0);
    keyset_done(&keys);
    strings_done(&problems);
    strings_done(&lines);
    for (size_t i = 0; i < 6; i++)
        free(paths[i]);
}

/* A forged token must not make a host build a whole set. */
Test(keyset_choose, at_most_one_key_is_built_to_say_why)
{
    static const struct {
        const char *text;
        bool spent;
    } cases[] = {
        {"{\"keys\":[{" A "}]}", false},
        {"{\"keys\":[{" BAD "}]}", true},
        {"{\"keys\":[{" A "},{" EC "}]}", false},
        {"{\"keys\":[{" BAD "},{" BAD "}]}", false},
        {"{\"keys\":[{" BAD "},{" A ",\"use\":1}]}", true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = scratch_file("keys", cases[i].text,
                                  strlen(cases[i].text), 0644);
        struct strings problems = {0};
        struct keyset keys = load(&path, 1, &problems);
        size_t built = 0;

        cr_expect_eq(keyset_is_spent(&keys, &problems), cases[i].spent, "%zu",
                     i);
        for (size_t k = 0; k < keys.files[0].count; k++)
            built += key_is_built(&keys.files[0].keys[k]);
        cr_expect_leq(built, 1, "%zu", i);
        keyset_done(&keys);
        strings_done(&problems);
        free(path);
    }
}
