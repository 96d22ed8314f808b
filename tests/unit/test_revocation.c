/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/revocation.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The scopes of a token, one a line, in order. */
static void
list_scopes(const struct ticket *ticket, char text[1000])
{
    text[0] = '\0';
    for (size_t i = 0; i < revocation_count(ticket); i++) {
        struct revocation revocation;
        char *scope;

        if (!revocation_at(ticket, i, &revocation))
            continue;
        scope = revocation_scope(&revocation);
        strcat(strcat(text, scope), "\n");
        free(scope);
    }
}

Test(revocation, a_token_is_in_the_scopes_of_what_it_has)
{
    const struct ticket all = {
        .issuer = "i", .token_id = "j\"", .subject = "s"};
    const struct ticket one = {.token_id = "j"};
    char text[1000];

    list_scopes(&all, text);
    cr_expect_str_eq(text, "{\"jti\":\"j\\\"\"}\n"
                           "{}\n{\"sub\":\"s\"}\n"
                           "{\"iss\":\"i\",\"jti\":\"j\\\"\"}\n"
                           "{\"iss\":\"i\"}\n"
                           "{\"iss\":\"i\",\"sub\":\"s\"}\n");
    list_scopes(&one, text);
    cr_expect_str_eq(text, "{\"jti\":\"j\"}\n{}\n");
}

/* The issuer of a token has all names of its section's list. */
Test(revocation, every_name_of_the_issuer_is_asked)
{
    char a[] = "a";
    char i[] = "i";
    char *items[] = {a, i};
    const struct strings names = {items, 2};
    const struct ticket ticket = {
        .issuer = "i", .known_as = &names, .token_id = "j", .subject = "s"};
    const struct ticket other = {
        .issuer = "a", .known_as = &names, .token_id = "j"};
    char one_name[REVOCATION_NAME_SIZE];
    char same_name[REVOCATION_NAME_SIZE];
    char text[1000];

    list_scopes(&ticket, text);
    cr_expect_str_eq(text, "{\"jti\":\"j\"}\n{}\n{\"sub\":\"s\"}\n"
                           "{\"iss\":\"a\",\"jti\":\"j\"}\n"
                           "{\"iss\":\"a\"}\n"
                           "{\"iss\":\"a\",\"sub\":\"s\"}\n"
                           "{\"iss\":\"i\",\"jti\":\"j\"}\n"
                           "{\"iss\":\"i\"}\n"
                           "{\"iss\":\"i\",\"sub\":\"s\"}\n");
    cr_assert_eq(used_name_count(&ticket), 2);
    for (size_t at = 0; at < 2; at++) {
        cr_assert(used_name(&ticket, at, one_name));
        cr_assert(used_name(&other, at, same_name));
        cr_expect_str_eq(one_name, same_name);
    }
}

Test(revocation, a_fraction_of_the_last_second_is_no_way_out)
{
    cr_expect(revocation_covers(99, 100));
    cr_expect(revocation_covers(100, 100));
    cr_expect(revocation_covers(100.9, 100));
    cr_expect_not(revocation_covers(101, 100));
    cr_expect_not(revocation_covers(INFINITY, 100));
    cr_expect(revocation_covers(NAN, 100));
}

/* What could be taken for one another, if the parts were only put together. */
Test(revocation, different_tokens_have_different_names)
{
    static const struct ticket tickets[] = {
        {.token_id = "a"},
        {.issuer = "", .token_id = "a"},
        {.issuer = "a", .token_id = ""},
        {.issuer = "a", .token_id = "b"},
        {.issuer = "ab", .token_id = ""},
        {.issuer = "a\",\"jti\":\"b", .token_id = ""},
        {.issuer = "b", .token_id = "a"},
        {.token_id = "A"},
        {.token_id = "a "},
    };
    enum {
        COUNT = sizeof tickets / sizeof tickets[0]
    };
    char names[COUNT][REVOCATION_NAME_SIZE];

    for (size_t i = 0; i < COUNT; i++) {
        cr_assert(used_name(&tickets[i], 0, names[i]));
        cr_expect_eq(strlen(names[i]), REVOCATION_NAME_SIZE - 1);
        cr_expect_null(strpbrk(names[i], "/."));
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(names[i], names[j], "%zu and %zu", i, j);
    }
}

Test(revocation, the_subject_or_time_makes_no_other_token)
{
    const struct ticket a = {.token_id = "a", .subject = "s", .until = 1};
    const struct ticket b = {.token_id = "a", .subject = "t", .until = 2};
    char one[REVOCATION_NAME_SIZE];
    char other[REVOCATION_NAME_SIZE];

    cr_assert(used_name(&a, 0, one));
    cr_assert(used_name(&b, 0, other));
    cr_expect_str_eq(one, other);
}

Test(revocation, only_what_a_token_can_say_can_match)
{
    static char longest[20 * 1024 + 2];
    static const struct {
        const char *text;
        bool wanted;
    } rows[] = {
        {"alice", true},     {"", true},
        {"\xc3\xa9", true},  {"a\x01\n\"\\", true},
        {"\xff", false},     {"a\xc3", false},
        {"\xc0\x80", false}, {"\xed\xa0\x80", false},
        {longest, false},    {longest + 1, true},
    };
    const char *wrong;

    memset(longest, 'a', sizeof longest - 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct revocation each[] = {{.subject = rows[i].text},
                                          {.issuer = rows[i].text},
                                          {.token_id = rows[i].text}};

        for (size_t j = 0; j < 3; j++)
            cr_expect_eq(revocation_can_match(&each[j], &wrong), rows[i].wanted,
                         "row %zu, string %zu", i, j);
    }
}

Test(revocation, words_have_no_seconds_and_no_json)
{
    static char longest[200];
    const struct {
        struct revocation revocation;
        const char *wanted;
    } rows[] = {
        {{.token_id = "j"}, "the token jti=j"},
        {{.token_id = "j", .issuer = "i"}, "the token jti=j iss=i"},
        {{.before = 60}, "all tokens issued until 1970-01-01T00:01:00Z"},
        {{.subject = "a b", .before = 60},
         "all tokens of sub=\"a b\" issued until 1970-01-01T00:01:00Z"},
        {{.subject = "s", .issuer = "i", .before = INFINITY},
         "all tokens of sub=s iss=i issued until far away"},
    };
    struct revocation all = {longest, longest, longest, 0};
    char words[REVOCATION_WORDS_MAX];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        revocation_words(&rows[i].revocation, words);
        cr_expect_str_eq(words, rows[i].wanted);
    }
    memset(longest, '"', sizeof longest - 1);
    revocation_words(&all, words);
    cr_expect_lt(strlen(words), sizeof words - 1);
    all.token_id = NULL;
    revocation_words(&all, words);
    cr_expect_not_null(strstr(words, "1970-01-01T00:00:00Z"));
}
