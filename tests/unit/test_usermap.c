/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/usermap.h"

#include "base/text.h"
#include "support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *map;
    const char *identity;
    const char *user; /* NULL: none asked for */
    enum reason wanted;
    const char *given; /* NULL: none */
} rows[] = {
    {"alice@x alice\n", "alice@x", "alice", REASON_OK, "alice"},
    {"alice@x alice\n", "alice@x", NULL, REASON_OK, "alice"},
    {"alice@x alice", "alice@x", NULL, REASON_OK, "alice"},
    {"alice@x alice\n", "alice@x", "bob", REASON_USER_MISMATCH, NULL},
    {"alice@x alice\n", "Alice@x", "alice", REASON_NO_MAPPING, NULL},
    {"alice@x alice\n", "alice@", "alice", REASON_NO_MAPPING, NULL},
    {"alice@x alice\n", "alice@xx", "alice", REASON_NO_MAPPING, NULL},
    {"alice@x alice\n", "alice", "alice", REASON_NO_MAPPING, NULL},
    {"", "alice", "alice", REASON_NO_MAPPING, NULL},
    {"a b\na c\n", "a", "c", REASON_OK, "c"},
    {"a b\na c\n", "a", NULL, REASON_OK, "b"},
    {"# a b\n\n \t\n\ta\tb \n", "a", "b", REASON_OK, "b"},
    {"\"a b\" c\n", "a b", "c", REASON_OK, "c"},
    {"\"a\"\"b\" \"c\"\n", "a\"b", "c", REASON_OK, "c"},
    {"/(.*)@x/ \\1\n", "alice@x", "alice", REASON_OK, "alice"},
    {"/(.*)@x/ \\1\n", "alice@x.evil", "alice", REASON_NO_MAPPING, NULL},
    {"/(.*)@x/ \\1\n", "y alice@x", "alice", REASON_USER_MISMATCH, NULL},
    {"/(.*)@x/ \\1\n", "@x", NULL, REASON_USER_MISMATCH, NULL},
    {"/([a-z]+)\\.([a-z]+)@x/ \\2-\\1\n", "a.b@x", NULL, REASON_OK, "b-a"},
    {"/a|ab/ u\n", "ab", "u", REASON_OK, "u"},
    {"/a/ u\n", "ab", "u", REASON_NO_MAPPING, NULL},
    {"/(a)|b/ \\1x\n", "b", NULL, REASON_OK, "x"},
    {"/[a-z]+/ u\n", "A", "u", REASON_NO_MAPPING, NULL},
    {"\"/a b/\" u\n", "a b", "u", REASON_OK, "u"},
    {"a \\1\n", "a", NULL, REASON_OK, "\\1"},
    /* A backslash is doubled behind an expression alone. */
    {"/([a-z]+)@x/ CORP\\\\\\1\n", "bob@x", NULL, REASON_OK, "CORP\\bob"},
    {"/([a-z]+)@x/ \\\\\\\\\\1\n", "bob@x", NULL, REASON_OK, "\\\\bob"},
    {"/([a-z]+)@x/ \\1\\\\\n", "bob@x", NULL, REASON_OK, "bob\\"},
    {"/bob@x/ a\\\\1\n", "bob@x", NULL, REASON_OK, "a\\1"},
    {"/bob@x/ \"CORP\\\\b b\"\n", "bob@x", NULL, REASON_OK, "CORP\\b b"},
    {"bob@x CORP\\bob\n", "bob@x", NULL, REASON_OK, "CORP\\bob"},
    {"bob@x CORP\\\\bob\n", "bob@x", NULL, REASON_OK, "CORP\\\\bob"},
    {"a u\n/([a-z]+)@x/ CORP\\bob\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(b)/ \\\\\\2\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(b)/ \\1\\\n", "a", "u", REASON_BAD_CONFIG, NULL},
    /* Comments and quotes. */
    {"a b # c\n", "a", NULL, REASON_OK, "b"},
    {"a b\t#c\n", "a", "b", REASON_OK, "b"},
    {"a b #\n", "a", "b", REASON_OK, "b"},
    {"\t # a b\n", "a", "b", REASON_NO_MAPPING, NULL},
    {"a#b c#d\n", "a#b", NULL, REASON_OK, "c#d"},
    {"\"a # b\" c # d\n", "a # b", NULL, REASON_OK, "c"},
    {"\"#\" c\n", "#", NULL, REASON_OK, "c"},
    {"\"\"\"\" c\n", "\"", NULL, REASON_OK, "c"},
    {"a \"b\"\n", "a", NULL, REASON_OK, "b"},
    {"/(a)\\\\1/ \\1\n", "a\\1", NULL, REASON_OK, "a"},
    {"/([\\1a]*)/ \\1\n", "a1\\", NULL, REASON_OK, "a1\\"},
    {"caf\xc3\xa9 c\n", "caf\xc3\xa9", NULL, REASON_OK, "c"},
    /* A mistake refuses everybody, wherever it is. */
    {"a u\nb # c\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb c d # e\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb c# d\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb c#\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb c\"\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb\"c d\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"b c\"\"\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"b \"\" c\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb \"\"\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"b\" c \"\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"b\"c\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"b\"\"c\"\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb\xc2\xa0 c\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"\xef\xbb\xbf"
     "a u\n",
     "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\xef\xbb\xbf"
     "b c\n",
     "a", "u", REASON_BAD_CONFIG, NULL},
    {"\xef\xbb\xbf# c\na u\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n# \x01\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(b)\\1/ u\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/((b)*)*\\2c/ u\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(b)[]x\\]\\1/ u\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\nb\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u x\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(/ x\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/x y\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/ y\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/x/ \\1\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(x)/ \\2\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(x)/ \\0\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n/(x)/ y\\\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"x y\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"x\"y z\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\n\"\" z\n", "a", "u", REASON_BAD_CONFIG, NULL},
    {"a u\r\n", "a", "u", REASON_BAD_CONFIG, NULL},
};

Test(usermap, gives_what_its_lines_say_and_refuses_mistakes)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path =
            scratch_file("map", rows[i].map, strlen(rows[i].map), 0600);
        struct verdict verdict = {0};
        char *given = NULL;
        enum reason reason = usermap_choose(path, rows[i].identity,
                                            rows[i].user, &given, &verdict);

        cr_expect_str_eq(reason_name(reason), reason_name(rows[i].wanted),
                         "%zu: %s %s: %s", i, rows[i].map, rows[i].identity,
                         verdict.detail);
        cr_expect(rows[i].given == NULL ? given == NULL
                                        : text_equal(given, rows[i].given),
                  "%zu: %s", i, given);
        free(given);
        free(path);
    }
}

Test(usermap, is_read_only_when_it_may_be_trusted)
{
    char *path = scratch_file("map", "a u\n", 4, 0622);
    struct verdict verdict = {0};
    char *given = NULL;

    cr_expect_eq(usermap_choose(path, "a", "u", &given, &verdict),
                 REASON_BAD_CONFIG);
    cr_expect_not_null(strstr(verdict.detail, "chmod go-w"), "%s",
                       verdict.detail);
    cr_expect_eq(usermap_choose("/nonexistent", "a", "u", &given, &verdict),
                 REASON_BAD_CONFIG);
    cr_expect_null(given);
    free(path);
}

/*
 * Lines of every length around the blocks that are read: each identity gets
 * its account, and a mistake is told with its line.
 */
Test(usermap, lines_are_the_same_wherever_a_block_ends)
{
    enum {
        LINES = 20000
    };
    char *text = malloc(LINES * 160);
    size_t *at = malloc(LINES * sizeof *at);
    size_t size = 0;

    cr_assert(text != NULL && at != NULL);
    for (size_t i = 0; i < LINES; i++) {
        at[i] = size;
        size += (size_t)sprintf(text + size, "%0*zu@x%s u%zu\n",
                                5 + (int)(i * 7 % 90), i,
                                i % 5 == 0 ? "\t " : "", i);
    }
    for (size_t i = 0; i < LINES; i += 997) {
        struct verdict verdict = {0};
        char identity[128];
        char user[32];
        char *given = NULL;
        char *path = scratch_file("map", text, size, 0600);

        snprintf(identity, sizeof identity, "%0*zu@x", 5 + (int)(i * 7 % 90),
                 i);
        snprintf(user, sizeof user, "u%zu", i);
        cr_expect_eq(usermap_choose(path, identity, user, &given, &verdict),
                     REASON_OK, "%zu: %s", i, verdict.detail);
        cr_expect(given != NULL && strcmp(given, user) == 0);
        free(given);
        free(path);

        given = NULL;
        text[at[i]] = '\x01';
        path = scratch_file("map", text, size, 0600);
        text[at[i]] = '0';
        snprintf(user, sizeof user, ":%zu: has a control byte", i + 1);
        cr_expect_eq(usermap_choose(path, identity, NULL, &given, &verdict),
                     REASON_BAD_CONFIG);
        cr_expect_not_null(strstr(verdict.detail, user), "%s", verdict.detail);
        free(given);
        free(path);
    }
    free(text);
    free(at);
}

Test(usermap, a_line_has_a_length_that_is_too_much)
{
    static const size_t lengths[] = {USERMAP_LINE_MAX, USERMAP_LINE_MAX + 1,
                                     300000};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *text = malloc(lengths[i] + 1);
        struct verdict verdict = {0};
        char *given = NULL;
        char *path;

        cr_assert_not_null(text);
        memset(text, 'x', lengths[i]);
        memcpy(text, "a u", 3);
        text[lengths[i]] = '\n';
        path = scratch_file("map", text, lengths[i] + 1, 0600);
        cr_expect_eq(usermap_choose(path, "a", NULL, &given, &verdict),
                     i == 0 ? REASON_OK : REASON_BAD_CONFIG, "%zu: %s",
                     lengths[i], verdict.detail);
        free(given);
        free(path);
        free(text);
    }
}

/* What `/([a-z]+)\.([a-z]+)@example\.com/ \1` means, without an expression. */
static bool
is_inside(const char *identity, char *ret_user)
{
    size_t first = strspn(identity, "abcdefghijklmnopqrstuvwxyz");
    const char *rest = identity + first + 1;
    size_t second;

    if (first == 0 || identity[first] != '.')
        return false;
    second = strspn(rest, "abcdefghijklmnopqrstuvwxyz");
    memcpy(ret_user, identity, first);
    ret_user[first] = '\0';
    return second > 0 && strcmp(rest + second, "@example.com") == 0;
}

/*
 * Property: whatever the identity, it reaches an account exactly when it is
 * inside the pattern, and then that one alone. Identities are made from pieces
 * that could be taken for a boundary.
 */
Test(usermap, no_identity_outside_a_pattern_reaches_an_account)
{
    static const char map[] = "/([a-z]+)\\.([a-z]+)@example\\.com/ \\1\n";
    static const char *const pieces[] = {
        "alice", "root", ".",  "@",  "example.com",  "@example.com",
        "a",     "b.c",  "\n", "\r", "examplexcom",  "@example.com.evil",
        " ",     "|",    "$",  "^",  "\xc3\xa4",     "A",
        "(",     "\\",   "/",  "*",  "@EXAMPLE.COM", "\t",
    };
    const size_t count = sizeof pieces / sizeof pieces[0];
    char *path = scratch_file("map", map, strlen(map), 0600);
    unsigned inside = 0;

    srand(1);
    for (int turn = 0; turn < 20000; turn++) {
        char identity[128] = "";
        char user[128] = "";
        struct verdict verdict = {0};
        char *given = NULL;
        enum reason reason;
        bool wanted;

        if (turn % 10 == 0)
            strcpy(identity, "alice.a@example.com");
        for (int i = rand() % 5; i >= 0 && turn % 20 != 0; i--) {
            const char *piece = pieces[(size_t)rand() % count];

            /* In front, or behind. */
            if (rand() % 2 == 0) {
                memmove(identity + strlen(piece), identity,
                        strlen(identity) + 1);
                memcpy(identity, piece, strlen(piece));
            } else {
                strcat(identity, piece);
            }
        }
        wanted = is_inside(identity, user);
        inside += wanted;
        reason = usermap_choose(path, identity, NULL, &given, &verdict);
        cr_expect_eq(reason, wanted ? REASON_OK : REASON_NO_MAPPING, "%s: %s",
                     identity, verdict.detail);
        if (wanted)
            cr_expect(given != NULL && strcmp(given, user) == 0, "%s", given);
        free(given);
    }
    cr_expect_gt(inside, 900);
    free(path);
}

static const char *
count_lines(void *context, const struct usermap_line *line)
{
    size_t *seen = context;

    *seen += line->number;
    return line->is_expression ? "seen" : NULL;
}

Test(usermap, each_line_is_seen_until_one_is_wrong)
{
    static const char map[] = "a b\n# c\n\n\"c d\" e\n/f/ g\nh i\n";
    char *path = scratch_file("map", map, strlen(map), 0600);
    struct verdict verdict = {0};
    size_t seen = 0;

    cr_expect_eq(usermap_each(path, count_lines, &seen, &verdict),
                 REASON_BAD_CONFIG);
    cr_expect_eq(seen, 1 + 4 + 5);
    cr_expect_not_null(strstr(verdict.detail, ":5: seen"), "%s",
                       verdict.detail);
    free(path);
}
