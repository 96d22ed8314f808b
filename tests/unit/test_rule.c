/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/rule.h"

#include "json/document.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Rule, payload, and whether it holds; host web1, service sshd, user alice. */
static const struct {
    const char *rule;
    const char *payload;
    bool holds;
} rows[] = {
    {"a = b", "{\"a\":\"b\"}", true},
    {"a = b", "{\"a\":\"B\"}", false},
    {"a = b", "{\"a\":\"bb\"}", false},
    {"a = b", "{\"a\":\"\"}", false},
    {"a = b", "{}", false},
    {"a = b", "{\"a\":null}", false},
    {"a = null", "{\"a\":null}", false},
    {"a = b", "{\"a\":[\"b\"]}", false},
    {"a = b", "{\"a\":{\"b\":1}}", false},
    {"a\t=  b  c", "{\"a\":\"b  c\"}", true},
    {"a = true", "{\"a\":true}", true},
    {"a = true", "{\"a\":\"true\"}", true},
    {"a = true", "{\"a\":false}", false},
    {"a = true", "{\"a\":1}", false},
    {"a = 1", "{\"a\":true}", false},
    {"a = false", "{\"a\":0}", false},
    {"a = 7", "{\"a\":7}", true},
    {"a = 7", "{\"a\":7.0}", false},
    {"a = 7", "{\"a\":70e-1}", false},
    {"a = 07", "{\"a\":7}", false},
    {"a = 0", "{\"a\":-0}", true},
    {"a = -7", "{\"a\":-7}", true},
    {"a = 9007199254740991", "{\"a\":9007199254740991}", true},
    {"a = 9007199254740992", "{\"a\":9007199254740992}", false},
    {"a = 9223372036854775807", "{\"a\":99999999999999999999}", false},
    {"a != b", "{\"a\":\"c\"}", true},
    {"a != b", "{\"a\":\"b\"}", false},
    {"a != b", "{\"a\":1}", true},
    {"a != b", "{\"a\":1.5}", false},
    {"a != b", "{}", false},
    {"a != b", "{\"a\":null}", false},
    {"a != b", "{\"a\":[\"c\"]}", false},
    {"a != b", "{\"a\":{}}", false},
    {"a has b", "{\"a\":[\"a\",\"b\"]}", true},
    {"a has b", "{\"a\":[]}", false},
    {"a has b", "{\"a\":[\"ab\",\"b \"]}", false},
    {"a has b", "{\"a\":[[\"b\"]]}", false},
    {"a has 1", "{\"a\":[1]}", true},
    {"a has 1", "{\"a\":1}", false},
    {"a has b", "{\"a\":\"b\"}", true},
    {"a has b", "{\"a\":\"a b\"}", false},
    {"a has b", "{\"a\":\"bb\"}", false},
    {"a has b", "{\"a\":{\"b\":1}}", false},
    {"groups has root", "{\"groups\":\"users root\"}", false},
    {"scope has b", "{\"scope\":\"a b c\"}", true},
    {"scope has a", "{\"scope\":\"a b c\"}", true},
    {"scope has c", "{\"scope\":\"a b c\"}", true},
    {"scope has b", "{\"scope\":\"a bb\"}", false},
    {"scope has b", "{\"scope\":\"a\\tb\"}", false},
    {"scope has b", "{\"scope\":\"a,b\"}", false},
    {"scope has b", "{\"scope\":\"a  b\"}", true},
    {"scope has b", "{\"scope\":[\"b\"]}", true},
    {"scope has b", "{\"scope\":[\"a b\"]}", false},
    {"scp has b", "{\"scp\":\"a b\"}", true},
    {"/scp has b", "{\"scp\":\"a b\"}", true},
    {"/x/scope has b", "{\"x\":{\"scope\":\"a b\"}}", false},
    {"Scope has b", "{\"Scope\":\"a b\"}", false},
    {"scope = a", "{\"scope\":\"a\"}", true},
    {"scope != b", "{\"scope\":\"a\"}", true},
    {"scope != b", "{\"scope\":\"a b\"}", false},
    {"scope != c", "{\"scope\":\"a b\"}", false},
    {"scope = a b", "{\"scope\":\"a b\"}", false},
    {"scope != b", "{\"scope\":\"b \"}", false},
    {"scp != b", "{\"scp\":\" a\"}", false},
    {"/scp != c", "{\"scp\":\"a b\"}", false},
    {"/x/scope != c", "{\"x\":{\"scope\":\"a b\"}}", false},
    {"/x/scope = a b", "{\"x\":{\"scope\":\"a b\"}}", false},
    {"/x/scope != c", "{\"x\":{\"scope\":\"a\"}}", true},
    {"a != c", "{\"a\":\"a b\"}", true},
    {"scope != c", "{\"scope\":[\"a\"]}", false},
    {"a any b c", "{\"a\":\"c\"}", true},
    {"a any b c", "{\"a\":\"d\"}", false},
    {"a any b c", "{\"a\":[\"x\",\"c\"]}", true},
    {"a any b c", "{\"a\":[\"x\"]}", false},
    {"a any b c", "{\"a\":\"b c\"}", false},
    {"a any \"b c\" d", "{\"a\":\"b c\"}", true},
    {"a any b 7", "{\"a\":7}", true},
    {"a any b 7", "{\"a\":7.0}", false},
    {"a any true b", "{\"a\":true}", true},
    {"a any b c", "{}", false},
    {"a any b null", "{\"a\":null}", false},
    {"a any b c", "{\"a\":{\"b\":1}}", false},
    {"a any b c", "{\"a\":[[\"b\"]]}", false},
    {"a any b", "{\"a\":\"b\"}", true},
    {"a any x %u", "{\"a\":[\"alice\"]}", true},
    {"scope any b c", "{\"scope\":\"a b\"}", true},
    {"scope any \"a b\"", "{\"scope\":\"a b\"}", false},
    {"scope any c d", "{\"scope\":\"a b\"}", false},
    {"a any \"x,y\"", "{\"a\":[\"x,y\"]}", true},
    {"a matches b.*", "{\"a\":\"bcd\"}", true},
    {"a matches b.*", "{\"a\":\"abcd\"}", false},
    {"a matches b", "{\"a\":\"bc\"}", false},
    {"a matches b|bc", "{\"a\":\"bc\"}", true},
    {"a matches refs/heads/release/.*", "{\"a\":\"refs/heads/release/1\"}",
     true},
    {"a matches b c", "{\"a\":\"b c\"}", true},
    {"a matches \"b #c\"", "{\"a\":\"b #c\"}", true},
    {"a matches [0-9]+", "{\"a\":7}", false},
    {"a matches .*", "{\"a\":true}", false},
    {"a matches .*", "{\"a\":[\"b\"]}", false},
    {"a matches .*", "{\"a\":null}", false},
    {"a matches .*", "{}", false},
    {"a matches .*", "{\"a\":\"\"}", true},
    {"a matches %u", "{\"a\":\"%u\"}", true},
    {"a matches [a-z]+", "{\"a\":\"\u00e4\"}", false},
    {"a exists", "{\"a\":\"\"}", true},
    {"a exists", "{\"a\":[]}", true},
    {"a exists", "{\"a\":null}", false},
    {"a exists", "{\"b\":1}", false},
    {"/r/roles has admin", "{\"r\":{\"roles\":[\"admin\"]}}", true},
    {"/r/roles has admin", "{\"r/roles\":[\"admin\"]}", false},
    {"/r/roles/0 = admin", "{\"r\":{\"roles\":[\"admin\"]}}", true},
    {"r has admin", "{\"/r\":[\"admin\"]}", false},
    {"/a~1b = c", "{\"a/b\":\"c\"}", true},
    {"a = %h/%s/%u%%", "{\"a\":\"web1/sshd/alice%\"}", true},
    {"a = %u", "{\"a\":\"%u\"}", false},
    /* Quotes and comments; a template is one in quotes, too. */
    {"a = b # c", "{\"a\":\"b\"}", true},
    {"a = b # c", "{\"a\":\"b # c\"}", false},
    {"a = \"b # c\"", "{\"a\":\"b # c\"}", true},
    {"a = b  c", "{\"a\":\"b  c\"}", true},
    {"a has \"domain users\"", "{\"a\":[\"domain users\"]}", true},
    {"\"a\" = \" c\"", "{\"a\":\" c\"}", true},
    {"a = \"%u\"", "{\"a\":\"alice\"}", true},
    {"a = \"%%u\"", "{\"a\":\"%u\"}", true},
    {"a = \"b\"\"c\"", "{\"a\":\"b\\\"c\"}", true},
    {"a exists # not", "{\"a\":1}", true},
};

static const struct template_facts facts = {
    .hostname = "web1", .service = "sshd", .user = "alice"};

static const char *
add(struct requirements *list, const char *rule)
{
    struct words words;
    const char *wrong = words_read(rule, WORDS_FILE, &words);

    if (wrong == NULL)
        wrong = requirements_add(list, &words);
    words_done(&words);
    return wrong;
}

static enum reason
check(const char *rule, const char *payload, const struct template_facts *known,
      struct verdict *verdict)
{
    struct requirements list = {0};
    struct json_object *object = NULL;
    char what[JSONDOC_WHAT_MAX];
    enum reason reason;

    cr_assert_null(add(&list, rule), "%s", rule);
    cr_assert_eq(jsondoc_parse(payload, strlen(payload), &object, what),
                 REASON_OK, "%s: %s", payload, what);
    reason = requirements_check(&list, object, known, verdict);
    requirements_done(&list);
    jsondoc_free(object);
    return reason;
}

Test(requirement, holds_for_the_claims_it_names_and_no_others)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verdict verdict = {0};

        cr_expect_eq(check(rows[i].rule, rows[i].payload, &facts, &verdict),
                     rows[i].holds ? REASON_OK : REASON_REQUIREMENT_FAILED,
                     "%s: %s: %s", rows[i].rule, rows[i].payload,
                     verdict.detail);
    }
}

Test(requirement, a_template_that_cannot_be_expanded_refuses)
{
    const struct template_facts nothing = {0};
    struct verdict verdict = {0};

    cr_expect_eq(check("a != %u", "{\"a\":\"b\"}", &nothing, &verdict),
                 REASON_REQUIREMENT_FAILED);
    cr_expect_eq(verdict.count, 1, "one rule is a check as well");
    cr_expect_str_eq(verdict.detail,
                     "require \"a != %u\" needs %u, the requested user, which "
                     "is not known");
}

Test(requirement, says_wanted_and_found)
{
    static const struct {
        const char *payload;
        const char *said;
    } found[] = {
        {"{}", "no such claim"},
        {"{\"a\":\"x\\u001b\"}", "\"x\\x1b\""},
        {"{\"a\":[\"x\"]}", "an array"},
        {"{\"a\":{}}", "an object"},
        {"{\"a\":null}", "null"},
        {"{\"a\":1.5}", "a number"},
        {"{\"hasgroups\":true}", "no such claim"},
        {"{\"_claim_names\":{\"b\":\"s\"}}", "no such claim"},
        {"{\"a\":\"x\",\"_claim_names\":{\"a\":\"s\"}}", "\"x\""},
        {"{\"_claim_names\":{\"a\":\"s\"}}",
         "no such claim: there were too many values to list (Entra's groups "
         "overage); have only the groups that are assigned to the application "
         "listed, or use its roles"},
    };

    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        struct verdict verdict = {0};
        char wanted[400] = "require \"a = b\": the token has ";

        strcat(wanted, found[i].said);
        cr_expect_eq(check("a = b", found[i].payload, &facts, &verdict),
                     REASON_REQUIREMENT_FAILED);
        cr_expect_str_eq(verdict.detail, wanted);
    }
}

Test(requirement, all_rules_must_hold)
{
    struct requirements list = {0};
    struct json_object *object = NULL;
    struct verdict verdict = {0};
    char what[JSONDOC_WHAT_MAX];

    cr_assert_eq(jsondoc_parse("{\"a\":1,\"b\":2}", 13, &object, what),
                 REASON_OK);
    cr_expect_eq(requirements_check(&list, object, &facts, &verdict),
                 REASON_OK);
    cr_expect_null(add(&list, "a = 1"));
    cr_expect_null(add(&list, "b = 2"));
    cr_expect_eq(requirements_check(&list, object, &facts, &verdict),
                 REASON_OK);
    cr_expect_null(add(&list, "c exists"));
    cr_expect_eq(requirements_check(&list, object, &facts, &verdict),
                 REASON_REQUIREMENT_FAILED);
    requirements_done(&list);
    cr_expect_null(add(&list, "c exists"));
    cr_expect_null(add(&list, "a = 1"));
    cr_expect_eq(requirements_check(&list, object, &facts, &verdict),
                 REASON_REQUIREMENT_FAILED, "the first of two");
    cr_expect_null(add(&list, "b = 2"));
    cr_expect_not_null(add(&list, "c is 1"));
    cr_expect_eq(list.count, 3);
    requirements_done(&list);
    jsondoc_free(object);
}

/* Each place in a list counts: its first, its middle and its last. */
Test(requirement, one_rule_that_fails_refuses_wherever_it_stands)
{
    static const char payload[] = "{\"a\":1,\"b\":2,\"c\":3}";
    static const char *const good[] = {"a = 1", "b exists", "c any 2 3"};
    static const char *const bad[] = {"d exists", "a = %u", "b any %h %s"};
    const struct template_facts nobody = {.hostname = "web1",
                                          .service = "sshd"};

    for (size_t at = 0; at < 3; at++)
        for (size_t which = 0; which <= 3; which++) {
            struct requirements list = {0};
            struct json_object *object = NULL;
            struct verdict verdict = {0};
            char what[JSONDOC_WHAT_MAX];

            cr_assert_eq(jsondoc_parse(payload, strlen(payload), &object, what),
                         REASON_OK);
            for (size_t i = 0; i < 3; i++)
                cr_assert_null(
                    add(&list, i == at && which < 3 ? bad[which] : good[i]));
            cr_expect_eq(requirements_check(&list, object, &nobody, &verdict),
                         which < 3 ? REASON_REQUIREMENT_FAILED : REASON_OK,
                         "%zu: %zu: %s", at, which, verdict.detail);
            cr_expect_eq(verdict.count, 1);
            if (which < 3)
                cr_expect_not_null(strstr(verdict.detail, bad[which]), "%s",
                                   verdict.detail);
            requirements_done(&list);
            jsondoc_free(object);
        }
}

Test(requirement, refuses_what_cannot_be_meant)
{
    static const char *const rules[] = {
        "a any",
        "a any b, c",
        "a any b,c",
        "a any b %x",
        "a matches",
        "a matches (",
        "a matches (a)\\1",
        "a matches \"b\" c",
        "a = \"b\" c",
        "a has \"b\" \"c\"",
        "a \"any\" b",
        "a \"=\" b",
        "a anyof b",
        "a exists b",
        "any b",
    };
    struct requirements list = {0};

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        cr_expect_not_null(add(&list, rules[i]), "%s", rules[i]);
    cr_expect_eq(list.count, 0);
    requirements_done(&list);
}

Test(requirement, matches_strings_up_to_a_length)
{
    struct verdict verdict = {0};
    char payload[REQUIREMENT_MATCH_MAX + 32];
    size_t most = REQUIREMENT_MATCH_MAX;

    for (size_t more = 0; more < 2; more++) {
        char text[REQUIREMENT_MATCH_MAX + 2] = "";

        memset(text, 'x', most + more);
        snprintf(payload, sizeof payload, "{\"a\":\"%s\"}", text);
        cr_expect_eq(check("a matches x*", payload, &facts, &verdict),
                     more == 0 ? REASON_OK : REASON_REQUIREMENT_FAILED);
    }
}

Test(requirement, every_value_of_a_list_must_be_expandable)
{
    const struct template_facts nothing = {0};
    struct verdict verdict = {0};

    cr_expect_eq(check("a any b %u", "{\"a\":\"b\"}", &nothing, &verdict),
                 REASON_REQUIREMENT_FAILED);
    cr_expect_eq(check("a any %u b", "{\"a\":\"b\"}", &nothing, &verdict),
                 REASON_REQUIREMENT_FAILED);
    cr_expect_eq(check("a any b %u b", "{\"a\":\"b\"}", &nothing, &verdict),
                 REASON_REQUIREMENT_FAILED);
    cr_expect_str_eq(verdict.detail, "require \"a any b %u b\" needs %u, the "
                                     "requested user, which is not known");
}

Test(requirement, is_the_same_when_it_asks_for_the_same)
{
    static const struct {
        const char *a;
        const char *b;
        bool same;
    } pairs[] = {
        {"a = b", "a  =  b", true},
        {"a = b", "a = \"b\"", true},
        {"a = b", "a != b", false},
        {"a = b", "c = b", false},
        {"a = b", "a = c", false},
        {"a exists", "a exists", true},
        {"a any b c", "a any b c", true},
        {"a any b c", "a any b", false},
        {"a any b c", "a any b d", false},
        {"a matches b", "a matches b", true},
        {"a matches b", "a matches b+", false},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct requirements list = {0};

        cr_assert_null(add(&list, pairs[i].a));
        cr_assert_null(add(&list, pairs[i].b));
        cr_expect_eq(requirement_is_same(&list.items[0], &list.items[1]),
                     pairs[i].same, "%s, %s", pairs[i].a, pairs[i].b);
        requirements_done(&list);
    }
}

Test(requirement, names_groups_that_entra_left_out)
{
    struct verdict verdict = {0};

    cr_expect_eq(
        check("groups has b", "{\"hasgroups\":true}", &facts, &verdict),
        REASON_REQUIREMENT_FAILED);
    cr_expect_not_null(strstr(verdict.detail, "Entra's groups overage"));
    cr_expect_eq(check("/groups has b", "{\"_claim_names\":{\"groups\":\"s\"}}",
                       &facts, &verdict),
                 REASON_REQUIREMENT_FAILED);
    cr_expect_not_null(strstr(verdict.detail, "Entra's groups overage"));
    cr_expect_eq(check("groups has b", "{}", &facts, &verdict),
                 REASON_REQUIREMENT_FAILED);
    cr_expect_null(strstr(verdict.detail, "Entra"));
}
