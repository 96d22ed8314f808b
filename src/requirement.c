/* SPDX-License-Identifier: BSD-2-Clause */
#include "requirement.h"

#include "jsondoc.h"
#include "text.h"

#include <stdio.h>
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
    return jsondoc_is_name(ret_rule->claim)
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

/* Whether `text` is one of the words between single spaces. */
static bool
has_word(const char *words, const char *text)
{
    size_t length = strlen(text);

    for (;; words++) {
        size_t word = strcspn(words, " ");

        if (word == length && strncmp(words, text, length) == 0)
            return true;
        words += word;
        if (*words == '\0')
            return false;
    }
}

static bool
is_list_of_words(const char *claim)
{
    if (claim[0] == '/')
        claim++;
    return text_equal(claim, "scope") || text_equal(claim, "scp");
}

static bool
has_member(const char *claim, struct json_object *value, const char *wanted)
{
    char text[JSONDOC_SCALAR_MAX];
    const char *string;

    if (jsondoc_is_string(value, &string))
        return is_list_of_words(claim) ? has_word(string, wanted)
                                       : text_equal(string, wanted);
    for (size_t i = 0; i < jsondoc_array_size(value); i++)
        if (text_equal(jsondoc_scalar(jsondoc_array_item(value, i), text),
                       wanted))
            return true;
    return false;
}

static bool
holds(const struct requirement *rule, struct json_object *value,
      const char *wanted)
{
    char text[JSONDOC_SCALAR_MAX];
    const char *found = jsondoc_scalar(value, text);

    switch (rule->kind) {
    case REQUIRE_EQUAL:
        return text_equal(found, wanted);
    case REQUIRE_DIFFERENT:
        return found != NULL && !text_equal(found, wanted);
    case REQUIRE_MEMBER:
        return has_member(rule->claim, value, wanted);
    case REQUIRE_PRESENT:
        return value != NULL;
    default:
        return false;
    }
}

static enum reason
refuse(const struct requirement *rule, bool is_there, struct json_object *value,
       struct verdict *verdict)
{
    char text[JSONDOC_SCALAR_MAX];
    const char *found = jsondoc_scalar(value, text);
    struct shown shown = {""};

    if (!is_there)
        snprintf(shown.text, sizeof shown.text, "no such claim");
    else if (found != NULL)
        shown = text_quote(found, strlen(found));
    else
        snprintf(shown.text, sizeof shown.text, "%s", jsondoc_kind(value));
    return verdict_refuse(
        verdict, REASON_REQUIREMENT_FAILED, "require %s: the token has %s",
        text_quote(rule->text, strlen(rule->text)).text, shown.text);
}

static enum reason
check_rule(const struct requirement *rule, struct json_object *payload,
           const struct template_facts *facts, struct verdict *verdict)
{
    struct json_object *value = NULL;
    bool is_there = jsondoc_find(payload, rule->claim, &value);
    const char *unknown = NULL;
    char *wanted = NULL;
    bool held;

    if (rule->value != NULL &&
        !template_expand(rule->value, facts, &wanted, &unknown))
        return unknown == NULL
                   ? verdict_refuse(verdict, REASON_NO_MEMORY,
                                    "expanding require")
                   : verdict_refuse(
                         verdict, REASON_REQUIREMENT_FAILED,
                         "require %s needs %s, which is not known",
                         text_quote(rule->text, strlen(rule->text)).text,
                         unknown);
    held = is_there && value != NULL && holds(rule, value, wanted);
    free(wanted);
    return held ? REASON_OK : refuse(rule, is_there, value, verdict);
}

enum reason
requirements_check(const struct requirements *list, struct json_object *payload,
                   const struct template_facts *facts, struct verdict *verdict)
{
    enum reason reason = REASON_OK;

    if (list->count > 0)
        verdict_check(verdict, "rules", "require");
    for (size_t i = 0; reason == REASON_OK && i < list->count; i++)
        reason = check_rule(&list->items[i], payload, facts, verdict);
    return reason;
}

void
requirements_done(struct requirements *list)
{
    for (size_t i = 0; i < list->count; i++)
        requirement_done(&list->items[i]);
    free(list->items);
    *list = (struct requirements){0};
}
