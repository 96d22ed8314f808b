/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/input.h"
#include "cli/other_reading.h"
#include "cli/verify_show.h"
#include "config/config.h"

#include <getopt.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *config;
    struct login_request request;
    const char **settings; /* "key=value", as on a module line */
    int setting_count;
    struct verify_form form;
};

static bool
read_epoch(const char *text, double *ret_seconds)
{
    char *end;

    *ret_seconds = strtod(text, &end);
    return end != text && *end == '\0' && *ret_seconds >= 0 &&
           *ret_seconds <= 9007199254740991.0;
}

static bool
read_options(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"service", required_argument, NULL, 's'},
        {"user", required_argument, NULL, 'u'},
        {"now", required_argument, NULL, 'n'},
        {"set", required_argument, NULL, 'S'},
        {"use", no_argument, NULL, 'U'},
        {"skip-account", no_argument, NULL, 'a'},
        {"insecure", no_argument, NULL, 'i'},
        {"verbose", no_argument, NULL, 'v'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = cli_option("verify", argc, argv, table)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 's':
            options->request.service = optarg;
            break;
        case 'u':
            options->request.user = optarg;
            break;
        case 'n':
            if (!read_epoch(optarg, &options->request.now))
                return false;
            break;
        case 'S':
            options->settings[options->setting_count++] = optarg;
            break;
        case 'a':
            options->request.skip_account = true;
            break;
        case 'U':
            options->request.uses_up = true;
            break;
        case 'i':
            options->form.insecure = true;
            break;
        case 'v':
            options->form.verbose = true;
            break;
        case 'j':
            options->form.json = true;
            break;
        default:
            return false;
        }
    }
    /* A token is never an argument: others could read it in ps. */
    return optind == argc ||
           (optind == argc - 1 && text_equal(argv[optind], "-"));
}

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
        cli_print("refused: bad_config: %s\n", first);
    }
    for (size_t i = 0; i < errors->count; i++)
        cli_fail(0, "verify", "bad_config: %s", errors->items[i]);
}

static int
verify(struct input *input, struct options *options)
{
    const struct login_request *request = &options->request;
    struct config config;
    struct login login = {0};
    enum reason reason = REASON_BAD_CONFIG;

    if (!config_try(options->config, options->setting_count, options->settings,
                    &config)) {
        refuse_config(&config, options->form.json);
        goto out;
    }
    options->request.hostname = config.hostname;
    options->form.now = request->now;
    reason = decide(input, &config.policy, request, &login);
    if (reason == REASON_BAD_SIGNATURE)
        otherreading_add(&login);
    if (options->form.json) {
        verify_show_json(&login, &options->form);
        goto out;
    }
    verify_show_text(&login, &options->form);
    if (input->token != NULL)
        print_others(input, &config.policy, request);

out:
    login_done(&login);
    config_done(&config);
    return cli_exit_code(reason);
}

int
cli_verify(int argc, char **argv)
{
    struct options options = {.config = CONFIG_PATH};
    struct input input = {0};
    int code = EXIT_USAGE;

    options.request.now = cli_now();
    options.settings = calloc((size_t)argc, sizeof *options.settings);
    if (options.settings == NULL)
        cli_no_memory();
    if (!read_options(argc, argv, &options))
        cli_usage("verify");
    else if (input_read("verify", optind < argc, &input, &code))
        code = verify(&input, &options);
    input_done(&input);
    free(options.settings);
    return code;
}
