/* SPDX-License-Identifier: BSD-2-Clause */
#include "requirement.h"

#include "pointer.h"

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

/* The words of a rule: the claim, the operator, and all that is behind. */
static const char *
read_rule(const char *text, struct requirement *ret_rule)
{
    size_t claim = strcspn(text, " \t");
    const char *word = text + claim + strspn(text + claim, " \t");
    size_t length = strcspn(word, " \t");
    const char *value = word + length + strspn(word + length, " \t");
    size_t at = 0;

    while (at < OPERATOR_COUNT &&
           (strlen(operators[at].word) != length ||
            strncmp(operators[at].word, word, length) != 0))
        at++;
    if (claim == 0 || at == OPERATOR_COUNT)
        return form;
    ret_rule->kind = operators[at].kind;
    if ((*value == '\0') != (ret_rule->kind == REQUIRE_PRESENT))
        return form;
    if (!template_is_valid(value, TEMPLATE_REQUEST))
        return "has a % that is none of %h %s %u %%";
    ret_rule->text = strdup(text);
    ret_rule->claim = strndup(text, claim);
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
requirements_add(struct requirements *list, const char *text)
{
    struct requirement rule = {0};
    const char *wrong = read_rule(text, &rule);
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
