/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/export.h"

#include "json/document.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define TEN   "ABCDEFGHI0"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define LETTERS \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

Test(environment, names_cannot_reach_beyond_their_prefix)
{
    static const struct {
        const char *word;
        bool good;
    } rows[] = {
        {"JWT_A=a", true},
        {"JWT_A_0=/a/b", true},
        {"JWT_" SIXTY "=a", true},
        {"JWT_" SIXTY "A=a", false},
        {"JWT_=a", false},
        {"JWT=a", false},
        {"jwt_A=a", false},
        {"JWT_a=a", false},
        {"JWT_A-B=a", false},
        {"JWT_\xc3\x84=a", false},
        {"LD_PRELOAD=a", false},
        {"PATH=a", false},
        {"BASH_ENV=a", false},
        {" JWT_A=a", false},
        {"JWT_A", false},
        {"JWT_A=", false},
        {"JWT_A=/a~2", false},
        {"=a", false},
        {"", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(environment_is_rule(rows[i].word), rows[i].good, "%s",
                     rows[i].word);
}

/* JWT_A=a of each payload: its value, or NULL, and whether that is said. */
static const struct {
    const char *payload;
    const char *value;
    bool said;
} values[] = {
    {"{\"a\":\"x y=z'\\\"\"}", "x y=z'\"", false},
    {"{\"a\":\"\"}", "", false},
    {"{\"a\":-12}", "-12", false},
    {"{\"b\":1}", NULL, false},
    {"{\"a\":\"" LETTERS LETTERS LETTERS LETTERS "\"}",
     LETTERS LETTERS LETTERS LETTERS, false},
    {"{\"a\":\"" LETTERS LETTERS LETTERS LETTERS "a\"}", NULL, true},
    {"{\"a\":\"x\\ny\"}", NULL, true},
    {"{\"a\":\"x\\u007f\"}", NULL, true},
    {"{\"a\":\"\xc3\xa4\"}", NULL, true},
    {"{\"a\":true}", NULL, true},
    {"{\"a\":null}", NULL, true},
    {"{\"a\":1.5}", NULL, true},
    {"{\"a\":9007199254740992}", NULL, true},
    {"{\"a\":[\"x\"]}", NULL, true},
    {"{\"a\":{}}", NULL, true},
};

Test(environment, takes_plain_values_and_says_what_it_leaves_out)
{
    char *items[] = {(char *)(size_t) "JWT_A=a"};
    const struct strings rules = {items, 1};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct json_object *object = NULL;
        struct strings made = {0};
        struct strings problems = {0};
        char what[JSONDOC_WHAT_MAX];
        char wanted[512];

        cr_assert_eq(jsondoc_parse(values[i].payload, strlen(values[i].payload),
                                   &object, what),
                     REASON_OK, "%s", what);
        cr_expect(environment_make(&rules, object, &made, &problems));
        cr_expect_eq(made.count, values[i].value != NULL, "%s",
                     values[i].payload);
        cr_expect_eq(problems.count, values[i].said, "%s", values[i].payload);
        snprintf(wanted, sizeof wanted, "JWT_A=%s",
                 values[i].value != NULL ? values[i].value : "");
        if (made.count == 1) {
            cr_expect_str_eq(made.items[0], wanted);
            cr_expect(environment_is_safe(made.items[0]));
        }
        strings_done(&made);
        strings_done(&problems);
        jsondoc_free(object);
    }
    cr_expect_not(environment_is_safe("LD_PRELOAD=/tmp/x"));
    cr_expect_not(environment_is_safe("JWT_A=x\ny"));
}
