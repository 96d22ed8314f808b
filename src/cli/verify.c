/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/other_reading.h"
#include "cli/verify_show.h"
#include "config/config.h"

#include <json-c/json.h>
#include <string.h>

/* The services that any section names, each once. */
static void
list_services(const struct policy *policy, struct strings *ret_services)
{
    for (size_t i = 0; i < policy->issuer_count; i++)
        for (size_t j = 0; j < policy->issuers[i].services.count; j++) {
            const char *name = policy->issuers[i].services.items[j];

            if (!strings_have(ret_services, name) &&
                !strings_add(ret_services, name, strlen(name)))
                cli_no_memory();
        }
}

/*
 * Prints what would become of the same token at other services; uses nothing
 * up.
 */
static void
print_others(const struct input *input, const struct policy *policy,
             const struct login_request *asked)
{
    struct strings services = {0};

    list_services(policy, &services);
    for (size_t i = 0; i < services.count; i++) {
        struct login_request request = *asked;
        struct login login;
        enum reason reason;

        if (text_equal(services.items[i], asked->service))
            continue;
        request.service = services.items[i];
        request.uses_up = false;
        reason = login_decide(input->token, input->token_length, policy,
                              &request, &login);
        cli_print("for the service %s: %s%s%s\n",
                  text_log_value(services.items[i]).text, reason_name(reason),
                  reason != REASON_OK ? ": " : "", login.verdict.detail);
        login_done(&login);
    }
    strings_done(&services);
}

/* The decision, or why there is nothing to decide on. */
static enum reason
decide(struct input *input, const struct policy *policy,
       const struct login_request *request, struct login *ret_login)
{
    struct verdict verdict = {0};
    enum reason reason = input_find_token(input, &verdict);

    if (reason != REASON_OK) {
        *ret_login = (struct login){.verdict = verdict};
        return reason;
    }
    reason = login_decide(input->token, input->token_length, policy, request,
                          ret_login);
    if (reason != REASON_OK && input->may_be_cut)
        verdict_blame_cutting(&ret_login->verdict);
    return ret_login->verdict.reason;
}

static void
refuse_config(const struct config *config, bool json)
{
    const struct strings *errors = &config->errors;
    const char *first = errors->count > 0 ? errors->items[0] : "out of memory";
    struct json_object *object;

    if (json) {
        object = cli_object();
        cli_add_bool(object, "accepted", false);
        cli_add_string(object, "reason", reason_name(REASON_BAD_CONFIG));
        cli_add_string(object, "detail", first);
        cli_print_json(object);
    } else {
        cli_print_word(COLOUR_RED, "refused");
        cli_print(": bad_config: %s\n", first);
    }
    for (size_t i = 0; i < errors->count; i++)
        cli_fail(0, "verify", "bad_config: %s", errors->items[i]);
}

static int
verify(struct input *input, const struct options *options)
{
    struct login_request request = {
        .service = options->service,
        .user = options->user,
        .now = options->now.is_given ? options->now.seconds : cli_now(),
        .uses_up = options->uses_up,
        .skip_account = options->skip_account};
    const struct verify_form form = {.json = options->json,
                                     .insecure = options->insecure,
                                     .verbose = options->verbose,
                                     .now = request.now};
    struct config config;
    struct login login = {0};
    enum reason reason = REASON_BAD_CONFIG;

    if (!config_try(options->config, (int)options->settings.count,
                    (const char *const *)options->settings.items, &config)) {
        refuse_config(&config, form.json);
        goto out;
    }
    request.hostname = config.hostname;
    reason = decide(input, &config.policy, &request, &login);
    if (reason == REASON_BAD_SIGNATURE)
        otherreading_add(&login);
    if (form.json) {
        verify_show_json(&login, &form);
        goto out;
    }
    verify_show_text(&login, &form);
    if (input->token != NULL)
        print_others(input, &config.policy, &request);

out:
    login_done(&login);
    config_done(&config);
    return cli_exit_code(reason);
}

int
cli_verify(const struct options *options)
{
    struct input input = {0};
    int code = EXIT_USAGE;

    if (input_read("verify", options->word != NULL, &input, &code))
        code = verify(&input, options);
    input_done(&input);
    return code;
}
