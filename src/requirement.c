/* SPDX-License-Identifier: BSD-2-Clause */
#include "requirement.h"

#include "pointer.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* A rule is in the table of settings once; its words are read here alone. */
static const struct {
    const char *word;
    enum requirement_kind kind;
} operators[] = {
    {"=", REQUIRE_EQUAL},
    {"!=", REQUIRE_DIFFERENT},
    {"has", REQUIRE_MEMBER},
    {"exists", REQUIRE_PRESENT},
};

#define OPERATOR_COUNT (sizeof operators / sizeof operators[0])

static const char form[] =
    "is none of CLAIM = VALUE, CLAIM != VALUE, CLAIM has VALUE, CLAIM exists";

static void
requirement_done(struct requirement *rule)
{
    free(rule->text);
    free(rule->claim);
    free(rule->value);
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
read_rule(const struct words *words, struct requirement *ret_rule)
{
    const char *value = words_rest(words, 2);
    size_t at = find_operator(words);

    if (at == OPERATOR_COUNT)
        return form;
    ret_rule->kind = operators[at].kind;
    if ((words->count == 2) != (ret_rule->kind == REQUIRE_PRESENT))
        return form;
    if (value == NULL && ret_rule->kind != REQUIRE_PRESENT)
        return "has quotes around a part of its value (put all of it in "
               "quotes)";
    if (value != NULL && !template_is_valid(value, TEMPLATE_REQUEST))
        return "has a % that is none of %h %s %u %%";
    ret_rule->text = strdup(words->line);
    ret_rule->claim = strdup(words->items[0].text);
    if (ret_rule->kind != REQUIRE_PRESENT)
        ret_rule->value = strdup(value);
    if (ret_rule->text == NULL || ret_rule->claim == NULL ||
        (ret_rule->kind != REQUIRE_PRESENT && ret_rule->value == NULL))
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

void
requirements_done(struct requirements *list)
{
    for (size_t i = 0; i < list->count; i++)
        requirement_done(&list->items[i]);
    free(list->items);
    *list = (struct requirements){0};
}
