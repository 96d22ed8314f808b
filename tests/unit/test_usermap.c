/* SPDX-License-Identifier: BSD-2-Clause */
#include "usermap.h"

#include "support.h"
#include "text.h"

#include <criterion/criterion.h>
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
    /* A mistake refuses everybody, wherever it is. */
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
