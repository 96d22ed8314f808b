/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/token_words.h"
#include "token/jws.h"
#include "json/document.h"

#include <json-c/json.h>
#include <string.h>

/* A token taken apart; nobody has asked who made it. */
struct inspection {
    struct jws jws;
    struct json_object *claims; /* NULL: there is no JSON object */
    struct verdict verdict;     /* what is wrong with its form */
};

static enum reason
take_apart(struct input *input, struct inspection *ret_inspection)
{
    struct inspection *one = ret_inspection;
    const struct jws *jws = &one->jws;
    char what[JSONDOC_WHAT_MAX];
    enum reason reason = input_find_token(input, &one->verdict);

    if (reason == REASON_OK)
        reason = jws_parse(input->token, input->token_length, input->length,
                           &one->jws, &one->verdict);
    if (jws->payload == NULL)
        return reason;
    if (jsondoc_parse(jws->payload, jws->payload_length, &one->claims, what) !=
            REASON_OK &&
        reason == REASON_OK)
        reason = verdict_refuse(&one->verdict, REASON_MALFORMED,
                                "the payload: %s", what);
    return reason;
}

static void
print_members(const char *title, struct json_object *object)
{
    if (object == NULL)
        return;
    cli_print("%s:\n", title);
    json_object_object_foreach(object, name, value)
    {
        cli_print("  %s: ", text_log_value(name).text);
        cli_print_value(value);
        cli_print("\n");
    }
}

static void
print_text(const struct inspection *one, const struct input *input,
           enum reason reason, double now)
{
    cli_print("NOT VERIFIED: anybody can write a token that says this "
              "(pam-jwt verify decides)\n");
    if (reason != REASON_OK)
        cli_print("problem: %s: %s\n", reason_name(reason),
                  one->verdict.detail);
    print_members("header", one->jws.header);
    print_members("claims", one->claims);
    if (one->claims != NULL)
        token_words_print(one->claims, now);
    cli_print("length: %zu bytes\n",
              input->token != NULL ? input->token_length : input->length);
}

static void
print_json(const struct inspection *one, const struct input *input,
           enum reason reason, double now)
{
    struct json_object *object = cli_object();

    cli_add_bool(object, "verified", false);
    cli_add_string(object, "problem",
                   reason != REASON_OK ? reason_name(reason) : NULL);
    cli_add_string(object, "detail",
                   reason != REASON_OK ? one->verdict.detail : NULL);
    /* A reference more: both are freed with the inspection. */
    cli_add(object, "header", json_object_get(one->jws.header));
    cli_add(object, "claims", json_object_get(one->claims));
    cli_add(object, "times",
            one->claims != NULL ? token_words_json(one->claims, now) : NULL);
    cli_add_number(
        object, "length",
        (int64_t)(input->token != NULL ? input->token_length : input->length));
    cli_print_json(object);
}

static int
inspect(struct input *input, bool json)
{
    struct inspection one = {0};
    enum reason reason = take_apart(input, &one);

    (json ? print_json : print_text)(&one, input, reason, cli_now());
    jsondoc_free(one.claims);
    jws_done(&one.jws);
    return cli_exit_code(reason);
}

int
cli_inspect(const struct options *options)
{
    struct input input = {0};
    int code = EXIT_USAGE;

    if (input_read("inspect", options->word != NULL, &input, &code))
        code = inspect(&input, options->json);
    input_done(&input);
    return code;
}
