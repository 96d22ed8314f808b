/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pattern.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <string.h>

static const struct {
    const char *expression;
    const char *text;
    bool wanted;
} rows[] = {
    {"[a-z_][a-z0-9_.-]{0,31}", "alice", true},
    {"[a-z_][a-z0-9_.-]{0,31}", "Alice", false},
    {"[a-z_][a-z0-9_.-]{0,31}", "alice\n", false},
    {"[a-z_][a-z0-9_.-]{0,31}", "alic\xc3\xa9", false},
    {"[a-z_][a-z0-9_.-]{0,31}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
    {"[a-z_][a-z0-9_.-]{0,31}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    {"[a-z_][a-z0-9_.-]{0,31}", "", false},
    {"a|ab", "ab", true},
    {"a|ab", "abc", false},
    {"a)|(b", "xb", false},
    {"alice", "malice", false},
    {"", "", true},
};

Test(pattern, matches_the_whole_text_in_any_locale)
{
    static const char *const locales[] = {"C", "C.UTF-8"};

    for (size_t l = 0; l < 2; l++) {
        cr_assert_not_null(setlocale(LC_ALL, locales[l]));
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char what[PATTERN_WHAT_MAX];
            struct pattern *pattern = pattern_new(rows[i].expression, what);

            cr_expect_eq(
                pattern != NULL && pattern_matches(pattern, rows[i].text),
                rows[i].wanted, "%s on %s", rows[i].expression, rows[i].text);
            pattern_free(pattern);
        }
    }
}

Test(pattern, refuses_what_is_no_expression)
{
    char what[PATTERN_WHAT_MAX];
    char text[PATTERN_LENGTH_MAX + 2];

    cr_expect_null(pattern_new("[a-", what));
    memset(text, 'a', sizeof text);
    text[PATTERN_LENGTH_MAX + 1] = '\0';
    cr_expect_null(pattern_new(text, what));
}

/*
 * glibc reads \1 to \9 as back-references, which POSIX does not have here, and
 * searches all ways of matching them. In brackets a backslash is itself.
 */
static const struct {
    const char *expression;
    const char *matches; /* NULL: refused */
} references[] = {
    {"(a)\\1", NULL},           {"(a)(b)(c)(d)(e)(f)(g)(h)(i)\\9", NULL},
    {"(a*)*(b*)*\\1\\2", NULL}, {"(a)[b]\\1", NULL},
    {"(a)[^]b]\\1", NULL},      {"(a)[[:alpha:]]\\1", NULL},
    {"(a)[[.[.]b]\\1", NULL},   {"(a)\\\\\\1", NULL},
    {"[c.](a)\\1", NULL},       {"[c:=](a)\\1", NULL},
    {"[[](a)\\1", NULL},        {"(a)[c:\\1]", "a\\"},
    {"(a)\\[\\1]", NULL},       {"(a)x\\1{2}", NULL},
    {"(a)\\\\1", "a\\1"},       {"(a)[\\1]", "a\\"},
    {"(a)[]\\1]", "a1"},        {"(a)[[:digit:]\\1]", "a\\"},
    {"(a)\\.\\[\\1*", NULL},    {"(a)\\.1", "a.1"},
};

Test(pattern, refuses_back_references)
{
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        char what[PATTERN_WHAT_MAX] = "";
        struct pattern *pattern = pattern_new(references[i].expression, what);

        if (references[i].matches == NULL) {
            cr_expect_null(pattern, "%s", references[i].expression);
            cr_expect_str_eq(what, "it has a back-reference");
        } else {
            cr_expect(pattern != NULL &&
                          pattern_matches(pattern, references[i].matches),
                      "%s: %s", references[i].expression, what);
        }
        pattern_free(pattern);
    }
}

/* What glibc would copy until memory ends, and what only looks like it. */
static const struct {
    const char *expression;
    bool wanted;
} costs[] = {
    {"a{5000}", true},
    {"a{5001}", false},
    {"a{100}{100}", false},
    {"a{1,2}{3}{,4}", true},
    {"a{99}+++++++", false},
    {"\\{((a{99}){99}){99}", false},
    {"a{0,31}", true},
    {"([0-9a-f]{8})-([0-9a-f]{4}-){3}[0-9a-f]{12}", true},
    {"([a-z]+)\\.([a-z]+)@[a-z]+\\.(com|org)", true},
    {"(((((((((a+)+)+)+)+)+)+)+)+)", true},
    {"((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+", false},
    {"a++++++++++++++++", false},
    {"((a{255}){255}){255}", false},
    {"(a??????????????????\?)b", false},
    {"a********************", false},
    {"([a-z]*)?@([a-z]*\\.)*x?", true},
    {"(a{100}){100}", false},
    {"[+{(]++", true},
    {"[]+++++++++++++++]", true},
    {"[[:alpha:]++++++++]", true},
    {"\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+", true},
};

Test(pattern, refuses_what_takes_all_memory)
{
    for (size_t i = 0; i < sizeof costs / sizeof costs[0]; i++) {
        char what[PATTERN_WHAT_MAX] = "";
        struct pattern *pattern = pattern_new(costs[i].expression, what);

        cr_expect_eq(pattern != NULL, costs[i].wanted, "%s: %s",
                     costs[i].expression, what);
        pattern_free(pattern);
    }
}

/* An expression that means the same, and is compiled. */
static const char usual_name[] = "([a-z_][a-z0-9_.-]{0,31})";

static void
expect_same(const struct pattern *fast, const struct pattern *compiled,
            const char *name)
{
    char whole[80];
    char other[80];

    cr_expect_eq(pattern_matches(fast, name), pattern_matches(compiled, name),
                 "\"%s\"", name);
    cr_expect_eq(pattern_expand(fast, name, "x", whole, sizeof whole),
                 pattern_expand(compiled, name, "x", other, sizeof other),
                 "\"%s\"", name);
}

/* The default of user_pattern is written down, and is what it says it is. */
Test(pattern, the_usual_name_is_its_expression)
{
    char what[PATTERN_WHAT_MAX];
    struct pattern *fast = pattern_new(PATTERN_USUAL_NAME, what);
    struct pattern *compiled = pattern_new(usual_name, what);
    unsigned state = 1;

    cr_assert(fast != NULL && compiled != NULL, "%s", what);
    expect_same(fast, compiled, "");
    for (int a = 1; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            char name[] = {(char)a, (char)b, '\0'};
            char last[] = {'a', (char)a, (char)b, '\0'};

            expect_same(fast, compiled, name);
            expect_same(fast, compiled, last);
        }
    for (size_t length = 0; length < 70; length++) {
        char name[71] = "";

        memset(name, 'x', length);
        expect_same(fast, compiled, name);
        for (int turn = 0; length > 0 && turn < 20; turn++) {
            state = state * 1103515245 + 12345;
            name[state / 65536 % length] = "aZ0_.-\n@"[state / 16 % 8];
            expect_same(fast, compiled, name);
        }
    }
    pattern_free(fast);
    pattern_free(compiled);
}
