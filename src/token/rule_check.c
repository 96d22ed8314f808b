/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/rule.h"

#include "base/text.h"
#include "json/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True if `text` is one of the words between single spaces. */
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

/* A scope of several words is a set, which is neither equal nor different. */
static bool
is_set(const char *claim, struct json_object *value)
{
    const char *string;
    const char *name = claim[0] == '/' ? strrchr(claim, '/') + 1 : claim;

    /* A scope that lies deeper is not split, but not called one word either. */
    return is_list_of_words(name) && jsondoc_is_string(value, &string) &&
           strchr(string, ' ') != NULL;
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
is_equal(const char *claim, struct json_object *value, const char *wanted)
{
    char text[JSONDOC_SCALAR_MAX];

    return !is_set(claim, value) &&
           text_equal(jsondoc_scalar(value, text), wanted);
}

static bool
is_different(const char *claim, struct json_object *value, const char *wanted)
{
    char text[JSONDOC_SCALAR_MAX];
    const char *found = jsondoc_scalar(value, text);

    return !is_set(claim, value) && found != NULL && !text_equal(found, wanted);
}

static bool
matches(const struct pattern *pattern, struct json_object *value)
{
    const char *text;

    return jsondoc_is_string(value, &text) &&
           strlen(text) <= REQUIREMENT_MATCH_MAX &&
           pattern_matches(pattern, text);
}

/* True if the rule holds for one of its values, expanded. */
static bool
holds_for(const struct requirement *rule, struct json_object *value,
          const char *wanted)
{
    switch (rule->kind) {
    case REQUIRE_EQUAL:
        return is_equal(rule->claim, value, wanted);
    case REQUIRE_DIFFERENT:
        return is_different(rule->claim, value, wanted);
    case REQUIRE_MEMBER:
        return has_member(rule->claim, value, wanted);
    case REQUIRE_ANY:
        return has_member(rule->claim, value, wanted) ||
               is_equal(rule->claim, value, wanted);
    case REQUIRE_MATCH:
    case REQUIRE_PRESENT:
    default:
        return false;
    }
}

/*
 * Entra leaves out the groups of a person who has more than 200, and says so in
 * one of two ways (OpenID Connect Core section 5.6.2 for the first).
 */
static bool
is_left_out(const char *claim, struct json_object *payload)
{
    struct json_object *names = NULL;
    struct json_object *value;
    const char *name = claim[0] == '/' ? claim + 1 : claim;

    if (jsondoc_find(payload, "_claim_names", &names) &&
        jsondoc_find(names, name, &value))
        return true;
    return text_equal(name, "groups") &&
           jsondoc_find(payload, "hasgroups", &value);
}

static enum reason
refuse(const struct requirement *rule, struct json_object *payload,
       bool is_there, struct json_object *value, struct verdict *verdict)
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
        verdict, REASON_REQUIREMENT_FAILED, "require %s: the token has %s%s",
        text_quote(rule->text, strlen(rule->text)).text, shown.text,
        !is_there && is_left_out(rule->claim, payload)
            ? ": there were too many values to list (Entra's groups overage); "
              "have only the groups that are assigned to the application "
              "listed, or use its roles"
            : "");
}

/* One value: all of them must be expandable, whichever would hold. */
static enum reason
try_value(const struct requirement *rule, struct json_object *value, size_t at,
          const struct template_facts *facts, bool *held,
          struct verdict *verdict)
{
    const char *unknown = NULL;
    char *wanted = NULL;

    if (!template_expand(rule->values.items[at], facts, &wanted, &unknown))
        return unknown == NULL
                   ? verdict_refuse(verdict, REASON_NO_MEMORY,
                                    "expanding require")
                   : verdict_refuse(
                         verdict, REASON_REQUIREMENT_FAILED,
                         "require %s needs %s, which is not known",
                         text_quote(rule->text, strlen(rule->text)).text,
                         unknown);
    *held = *held || (value != NULL && holds_for(rule, value, wanted));
    free(wanted);
    return REASON_OK;
}

static enum reason
check_rule(const struct requirement *rule, struct json_object *payload,
           const struct template_facts *facts, struct verdict *verdict)
{
    struct json_object *value = NULL;
    bool is_there = jsondoc_find(payload, rule->claim, &value);
    bool held = false;
    enum reason reason = REASON_OK;

    if (!is_there)
        value = NULL;
    if (value != NULL && rule->kind == REQUIRE_PRESENT)
        held = true;
    if (value != NULL && rule->kind == REQUIRE_MATCH)
        held = matches(rule->pattern, value);
    for (size_t i = 0; reason == REASON_OK && i < rule->values.count; i++)
        reason = try_value(rule, value, i, facts, &held, verdict);
    if (reason != REASON_OK || held)
        return reason;
    return refuse(rule, payload, is_there, value, verdict);
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
