/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/rule.h"

#include "base/text.h"
#include "json/pointer.h"

#include <stdlib.h>
#include <string.h>

/* A rule is in the table of settings once; its words are read here alone. */
static const struct {
    const char *word;
    enum requirement_kind kind;
} operators[] = {
    {"=", REQUIRE_EQUAL},       {"!=", REQUIRE_DIFFERENT},
    {"has", REQUIRE_MEMBER},    {"any", REQUIRE_ANY},
    {"matches", REQUIRE_MATCH}, {"exists", REQUIRE_PRESENT},
};

#define OPERATOR_COUNT (sizeof operators / sizeof operators[0])

static const char form[] =
    "is not one of CLAIM = VALUE, CLAIM != VALUE, CLAIM has VALUE, CLAIM any "
    "VALUE..., CLAIM matches REGEX, CLAIM exists";

static void
requirement_done(struct requirement *rule)
{
    free(rule->text);
    free(rule->claim);
    strings_done(&rule->values);
    pattern_free(rule->pattern);
    *rule = (struct requirement){0};
}

/* The operator of a rule; OPERATOR_COUNT: the words have none. */
static size_t
find_operator(const struct words *words)
{
    size_t at = 0;

    if (words->count < 2 || words->items[1].is_quoted)
        return OPERATOR_COUNT;
    while (at < OPERATOR_COUNT &&
           !text_equal(operators[at].word, words->items[1].text))
        at++;
    return at;
}

static const char *
add_value(struct requirement *rule, const char *value)
{
    if (!template_is_valid(value, TEMPLATE_REQUEST))
        return "has a % that is not one of %h %s %u %%";
    return strings_add(&rule->values, value, strlen(value)) ? NULL
                                                            : "out of memory";
}

/* `any` has a list, in which a comma without quotes was meant to separate. */
static const char *
add_list(struct requirement *rule, const struct words *words)
{
    const char *wrong = NULL;

    for (size_t i = 2; wrong == NULL && i < words->count; i++)
        wrong = !words->items[i].is_quoted &&
                        strchr(words->items[i].text, ',') != NULL
                    ? "has a comma in a list (separate words by spaces, or put "
                      "a word with a comma in quotes)"
                    : add_value(rule, words->items[i].text);
    return wrong;
}

static const char *
add_pattern(struct requirement *rule, const char *expression)
{
    char what[PATTERN_WHAT_MAX];

    rule->pattern = pattern_new(expression, what);
    return rule->pattern != NULL ? NULL : "has what is not " PATTERN_RULE;
}

/* Reads the values behind the operator. */
static const char *
read_values(const struct words *words, struct requirement *rule)
{
    const char *rest = words_rest(words, 2);

    if ((words->count == 2) != (rule->kind == REQUIRE_PRESENT))
        return form;
    if (rule->kind == REQUIRE_PRESENT)
        return NULL;
    if (rule->kind == REQUIRE_ANY)
        return add_list(rule, words);
    if (rest == NULL)
        return "has quotes around a part of its value (put all of it in "
               "quotes)";
    return rule->kind == REQUIRE_MATCH ? add_pattern(rule, rest)
                                       : add_value(rule, rest);
}

static const char *
read_rule(const struct words *words, struct requirement *ret_rule)
{
    size_t at = find_operator(words);
    const char *wrong;

    if (at == OPERATOR_COUNT)
        return form;
    ret_rule->kind = operators[at].kind;
    wrong = read_values(words, ret_rule);
    if (wrong != NULL)
        return wrong;
    ret_rule->text = strdup(words->line);
    ret_rule->claim = strdup(words->items[0].text);
    if (ret_rule->text == NULL || ret_rule->claim == NULL)
        return "out of memory";
    return pointer_is_name(ret_rule->claim)
               ? NULL
               : "names a claim that is no JSON pointer (RFC 6901)";
}

const char *
requirements_add(struct requirements *list, const struct words *words)
{
    struct requirement rule = {0};
    const char *wrong = read_rule(words, &rule);
    struct requirement *items;

    if (wrong == NULL) {
        items = reallocarray(list->items, list->count + 1, sizeof *list->items);
        if (items != NULL) {
            list->items = items;
            list->items[list->count++] = rule;
            return NULL;
        }
        wrong = "out of memory";
    }
    requirement_done(&rule);
    return wrong;
}

bool
requirement_is_same(const struct requirement *a, const struct requirement *b)
{
    if (a->kind != b->kind || a->values.count != b->values.count ||
        !text_equal(a->claim, b->claim))
        return false;
    for (size_t i = 0; i < a->values.count; i++)
        if (!text_equal(a->values.items[i], b->values.items[i]))
            return false;
    return a->kind != REQUIRE_MATCH || text_equal(a->text, b->text);
}

void
requirements_done(struct requirements *list)
{
    for (size_t i = 0; i < list->count; i++)
        requirement_done(&list->items[i]);
    free(list->items);
    *list = (struct requirements){0};
}
