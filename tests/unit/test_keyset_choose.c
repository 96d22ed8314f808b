/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/algorithm.h"
#include "keys/keyset.h"

#include "support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ED(x) "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" x "\""
#define A     ED("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
#define B     ED("NvmxyDou9cAmXIXxiNwFz6W5LMJv3PD56XCoTNwAYgU")
#define BAD   ED("AAAA")
#define EC                                           \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""      \
    "yAQh4ZU4LJ-k8I5TEGnCZRzuqtTL8WPhofX_IJDmhsA\"," \
    "\"y\":\"bVrVWCvF7A4GcBcPifIMxYFDgPpfcei8ZSyVsxgLQNE\""
#define KID ",\"kid\":\"k\""

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

    cr_assert_eq(keyset_load(&list, &policy, 1900000000, &keys, problems, NULL),
                 REASON_OK);
    return keys;
}

Test(keyset_choose, kid_and_algorithm_name_exactly_one_key)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        int length =
            snprintf(text, sizeof text, "{\"keys\":[%s]}", rows[i].entries);
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
    cr_expect_eq(keyset_candidates(&keys, algorithm_find("ES256"), "any", found,
                                   &problems),
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
        char *path =
            scratch_file("keys", cases[i].text, strlen(cases[i].text), 0644);
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

static size_t
count_built(const struct keyset *keys)
{
    size_t built = 0;

    for (size_t f = 0; f < keys->count; f++)
        for (size_t k = 0; k < keys->files[f].count; k++)
            built += key_is_built(&keys->files[f].keys[k]);
    return built;
}

/* Of many PEM files none is built while loading, and four for a token. */
Test(keyset_choose, pem_files_are_built_when_they_are_tried)
{
    struct key *found[KEYSET_CANDIDATES_MAX];
    struct strings problems = {0};
    struct keyset keys;
    char *paths[20];

    for (size_t i = 0; i < 20; i++)
        paths[i] =
            key_copy(i % 2 == 0 ? "ed25519-b.pub.pem" : "p256-a.pub.pem");
    keys = load(paths, 20, &problems);
    cr_expect_eq(count_built(&keys), 0);
    cr_expect(keyset_fits(&keys, algorithm_find("ES256")));
    cr_expect(!keyset_fits(&keys, algorithm_find("RS256")));
    cr_expect_eq(count_built(&keys), 0);
    cr_expect_eq(keyset_candidates(&keys, algorithm_find("ES256"), NULL, found,
                                   &problems),
                 4);
    cr_expect_eq(count_built(&keys), 4);
    keyset_done(&keys);
    strings_done(&problems);
    for (size_t i = 0; i < 20; i++)
        free(paths[i]);
}

/* Ten that turn out bad when they are built, and a good one behind them. */
Test(keyset_choose, bad_keys_are_not_built_without_end)
{
    struct key *found[KEYSET_CANDIDATES_MAX];
    struct strings problems = {0};
    struct keyset keys;
    char *paths[11];
    static const char bad[] = "{" BAD "}";

    for (size_t i = 0; i < 10; i++)
        paths[i] = scratch_file("bad", bad, strlen(bad), 0644);
    paths[10] = key_copy("ed25519-b.pub.pem");
    keys = load(paths, 11, &problems);
    cr_assert_eq(problems.count, 0);
    cr_expect_eq(keyset_candidates(&keys, algorithm_find("EdDSA"), NULL, found,
                                   &problems),
                 0);
    cr_expect_eq(count_built(&keys), 0);
    cr_assert_eq(problems.count, 11);
    cr_expect_not_null(strstr(problems.items[10], "is never tried"));
    keyset_done(&keys);
    strings_done(&problems);
    for (size_t i = 0; i < 11; i++)
        free(paths[i]);
}

/* A secret is read when it is tried, and its length is known before. */
Test(keyset_choose, secrets_of_a_set_are_built_when_they_are_tried)
{
    static const char text[] =
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":"
        "\"aHdZRVZGZHFoVnlOU3JzY04zekpvdmNxU2V5Z3JESXltOENLUmlxZmNiMA\"},"
        "{\"kty\":\"oct\",\"kid\":\"b\",\"k\":"
        "\"bHdZRVZGZHFoVnlOU3JzY04zekpvdmNxU2V5Z3JESXltOENLUmlxZmNiMA\"}]}";
    char *path = scratch_file("keys", text, strlen(text), 0600);
    const struct strings list = {&path, 1};
    const struct keyset_policy policy = {.kind = KEYSET_SECRETS};
    struct key *found[KEYSET_CANDIDATES_MAX];
    struct keyset keys = {0};

    cr_assert_eq(keyset_load(&list, &policy, 0, &keys, NULL, NULL), REASON_OK);
    cr_expect_eq(count_built(&keys), 0);
    cr_expect_eq(keys.files[0].keys[0].secret_length, 43);
    cr_assert_eq(
        keyset_candidates(&keys, algorithm_find("HS256"), "b", found, NULL), 1);
    cr_expect_eq(count_built(&keys), 1);
    cr_expect_eq(found[0]->secret_length, 43);
    cr_expect_eq(memcmp(found[0]->secret,
                        "lwYEVFdqhVyNSrscN3zJovcqSeygrDIym8C"
                        "KRiqfcb0",
                        43),
                 0);
    keyset_done(&keys);
    free(path);
}

/* A set of `count` times this entry. */
static char *
many(const char *entry, size_t count)
{
    size_t length = strlen(entry) + 1;
    char *text = malloc(16 + count * length);
    char *path;

    strcpy(text, "{\"keys\":[");
    for (size_t i = 0; i < count; i++)
        snprintf(text + 9 + i * length, length + 1, "%s,", entry);
    strcpy(text + 9 + count * length - 1, "]}");
    path = scratch_file("many", text, strlen(text), 0644);
    free(text);
    return path;
}

/* The files of a section together: files, keys, names and values. */
Test(keyset_choose, what_a_host_reads_for_a_token_has_an_end)
{
    static const struct {
        const char *entry;
        size_t count;
        size_t files;
        size_t wanted;
        size_t problems;
        const char *says;
    } cases[] = {
        {"{" A KID "}", 10000, 1, 10000, 0, ""},
        {"{" A KID "}", 10001, 1, 0, 1, "10001 keys; the files"},
        {"{" A KID "}", 4000, 3, 8000, 1, "4000 keys; the files"},
        {"{" A ",\"1\":1,\"2\":2,\"3\":3}", 8400, 1, 8400, 0, ""},
        {"{" A ",\"1\":1,\"2\":2,\"3\":3}", 8500, 1, 0, 1,
         "110100 names and values"},
        {"{" A ",\"kid\":7}", 500, 1, 0, KEYSET_SAID_MAX + 1,
         "480 more of its keys are bad"},
        {"{" A "}", 1, 64, 64, 0, ""},
        {"{" A "}", 1, 66, 64, 2, "may have 64 files"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct keyset_policy policy = {.kind = KEYSET_PUBLIC};
        char *paths[66];
        const struct strings list = {paths, cases[i].files};
        struct strings problems = {0};
        struct keyset keys = {0};
        const char *said = "";
        size_t good = 0;
        enum reason reason;

        for (size_t f = 0; f < cases[i].files; f++)
            paths[f] = many(cases[i].entry, cases[i].count);
        reason = keyset_load(&list, &policy, 0, &keys, &problems, NULL);
        for (size_t f = 0; f < keys.count; f++)
            good += keyfile_good(&keys.files[f]);
        if (problems.count > 0)
            said = problems.items[problems.count - 1];
        cr_expect_eq(reason,
                     cases[i].wanted > 0 ? REASON_OK : REASON_KEY_UNAVAILABLE);
        cr_expect_eq(good, cases[i].wanted, "%zu: %zu", i, good);
        cr_expect_eq(problems.count, cases[i].problems, "%zu: %zu", i,
                     problems.count);
        cr_expect_not_null(strstr(said, cases[i].says), "%zu: %s", i, said);
        keyset_done(&keys);
        strings_done(&problems);
        for (size_t f = 0; f < cases[i].files; f++)
            free(paths[f]);
    }
}
