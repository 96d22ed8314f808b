/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/verify_show.h"

#include "base/text.h"
#include "cli/cli.h"
#include "cli/token_words.h"
#include "json/document.h"

#include <json-c/json.h>
#include <string.h>

/* The claims of a token whose signature holds, or under --insecure. */
static struct json_object *
claims_to_show(const struct login *login, bool insecure,
               struct json_object **ret_parsed)
{
    const struct jws *jws = &login->token.jws;
    char what[JSONDOC_WHAT_MAX];

    *ret_parsed = NULL;
    if (login->token.payload != NULL)
        return login->token.payload;
    if (insecure && jws->payload != NULL &&
        jsondoc_parse(jws->payload, jws->payload_length, ret_parsed, what) ==
            REASON_OK)
        return *ret_parsed;
    return NULL;
}

static const char *
outcome(const struct verdict *verdict, size_t at)
{
    return at + 1 < verdict->count || verdict->reason == REASON_OK ? "ok"
                                                                   : "FAIL";
}

/* The setting that decided, as a person finds it; NULL for none. */
static const char *
deciding_setting(const struct login *login, struct shown *ret_shown)
{
    const struct verdict *verdict = &login->verdict;
    const char *setting;

    if (verdict->reason == REASON_OK || verdict->count == 0)
        return NULL;
    setting = verdict->checks[verdict->count - 1].setting;
    if (setting == NULL || login->issuer == NULL)
        return setting;
    *ret_shown = cli_setting_of(login->issuer, setting);
    return ret_shown->text;
}

static void
print_answer(const struct login *login)
{
    const struct verdict *verdict = &login->verdict;
    struct shown shown;
    const char *setting = deciding_setting(login, &shown);

    if (verdict->reason == REASON_OK) {
        cli_print_word(COLOUR_GREEN, "accepted");
        cli_print(": user=%s\n", text_log_value(login->user).text);
    } else {
        cli_print_word(COLOUR_RED, "refused");
        cli_print(": %s: %s\n", reason_name(verdict->reason), verdict->detail);
    }
    if (setting != NULL)
        cli_print("setting: %s\n", setting);
    else if (login->issuer != NULL && login->issuer->name != NULL)
        cli_print("section: issuer %s\n", login->issuer->name);
}

static void
print_checks(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++) {
        const struct verdict_check *check = &verdict->checks[i];
        const char *word = outcome(verdict, i);
        bool is_good = strcmp(word, "ok") == 0;

        cli_print_word(is_good ? COLOUR_GREEN : COLOUR_RED, word);
        cli_print("%*s  %-14s %s\n", is_good ? 2 : 0, "", check->name,
                  check->setting != NULL ? check->setting : "");
    }
}

static void
print_left_out(const struct login *login)
{
    for (size_t i = 0; i < login->key_problems.count; i++)
        cli_say("pam-jwt verify: key left out: %s\n",
                login->key_problems.items[i]);
    for (size_t i = 0; i < login->left_out.count; i++)
        cli_say("pam-jwt verify: left out: %s\n", login->left_out.items[i]);
}

void
verify_show_text(const struct login *login, const struct verify_form *form)
{
    struct json_object *parsed;
    struct json_object *claims = claims_to_show(login, form->insecure, &parsed);

    print_answer(login);
    print_left_out(login);
    if (form->verbose || login->verdict.reason != REASON_OK)
        print_checks(&login->verdict);
    if (claims != NULL) {
        cli_print("claims, signature %s: ",
                  login->token.payload != NULL ? "verified" : "NOT VERIFIED");
        cli_print_value(claims);
        cli_print("\n");
        token_words_print(claims, form->now);
    }
    for (size_t i = 0; i < login->environment.count; i++)
        cli_print("environment: %s\n", login->environment.items[i]);
    jsondoc_free(parsed);
}

void
verify_show_json(const struct login *login, const struct verify_form *form)
{
    const struct verdict *verdict = &login->verdict;
    struct json_object *object = cli_object();
    struct json_object *checks = cli_array(NULL);
    struct json_object *parsed;
    struct json_object *claims = claims_to_show(login, form->insecure, &parsed);
    struct shown shown;

    for (size_t i = 0; i < verdict->count; i++) {
        struct json_object *check = cli_object();

        cli_add_string(check, "check", verdict->checks[i].name);
        cli_add_string(check, "setting", verdict->checks[i].setting);
        cli_add_string(check, "result", outcome(verdict, i));
        cli_append(checks, check);
    }
    cli_add_bool(object, "accepted", verdict->reason == REASON_OK);
    cli_add_string(object, "reason", reason_name(verdict->reason));
    cli_add_string(object, "detail", verdict->detail);
    cli_add_string(object, "setting", deciding_setting(login, &shown));
    cli_add_string(object, "user", login->user);
    cli_add_string(object, "section",
                   login->issuer != NULL ? login->issuer->name : NULL);
    cli_add(object, "environment", cli_array(&login->environment));
    cli_add_bool(object, "signature_verified", login->token.payload != NULL);
    cli_add(object, "checks", checks);
    cli_add(object, "key_problems", cli_array(&login->key_problems));
    /* A reference more: the claims are freed with the login, or below. */
    cli_add(object, "claims", json_object_get(claims));
    cli_print_json(object);
    jsondoc_free(parsed);
}
