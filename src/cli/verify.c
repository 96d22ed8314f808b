/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "config.h"
#include "jsondoc.h"
#include "moment.h"
#include "secret.h"
#include "text.h"

#include <getopt.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* More than any max_token_size, so that the limit is what refuses. */
#define INPUT_MAX (4 * 1024 * 1024)

struct options {
    const char *config;
    struct login_request request;
    const char **settings; /* "key=value", as on a module line */
    int setting_count;
    bool json;
    bool insecure;
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
            options->insecure = true;
            break;
        case 'j':
            options->json = true;
            break;
        default:
            return false;
        }
    }
    /* A token is never an argument: others could read it in ps. */
    return optind == argc ||
           (optind == argc - 1 && text_equal(argv[optind], "-"));
}

/* Standard input less one final line end. NULL: unreadable or too much. */
static char *
read_token(size_t *ret_length)
{
    char *text = malloc(INPUT_MAX + 1);
    size_t length = text != NULL ? fread(text, 1, INPUT_MAX + 1, stdin) : 0;

    if (text == NULL || ferror(stdin) || length > INPUT_MAX) {
        secret_free(text, length);
        return NULL;
    }
    if (length > 0 && text[length - 1] == '\n')
        length--;
    text[length] = '\0';
    *ret_length = length;
    return text;
}

/* The claims of a token whose signature holds, or under --insecure. */
static struct json_object *
claims_to_show(const struct login *login, bool insecure,
               struct json_object **ret_parsed)
{
    char what[JSONDOC_WHAT_MAX];

    *ret_parsed = NULL;
    if (login->token.payload != NULL)
        return login->token.payload;
    if (insecure && login->token.jws.payload != NULL &&
        jsondoc_parse(login->token.jws.payload, login->token.jws.payload_length,
                      ret_parsed, what) == REASON_OK)
        return *ret_parsed;
    return NULL;
}

static const char *
outcome(const struct verdict *verdict, size_t at)
{
    return at + 1 < verdict->count || verdict->reason == REASON_OK ? "ok"
                                                                   : "FAIL";
}

/* The times of a token, as a person reads them. */
static void
print_times(struct json_object *claims, double now)
{
    static const char *const names[] = {"iat", "auth_time", "nbf", "exp"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct json_object *value;
        double moment;

        if (jsondoc_find(claims, names[i], &value) &&
            jsondoc_is_time(value, &moment))
            cli_print("%s: %s\n", names[i], moment_words(moment, now).text);
    }
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

/* What the same token would have met elsewhere; nothing is used up. */
static void
print_others(const char *token, size_t length, const struct policy *policy,
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
        reason = login_decide(token, length, policy, &request, &login);
        cli_print("for the service %s: %s%s%s\n",
                  text_bare(services.items[i]).text, reason_name(reason),
                  reason != REASON_OK ? ": " : "", login.verdict.detail);
        login_done(&login);
    }
    strings_done(&services);
}

static void
print_text(const struct login *login, const struct options *options)
{
    const struct verdict *verdict = &login->verdict;
    struct json_object *parsed;
    struct json_object *claims =
        claims_to_show(login, options->insecure, &parsed);

    for (size_t i = 0; i < verdict->count; i++)
        cli_print(
            "%-4s  %-14s %s\n", outcome(verdict, i), verdict->checks[i].name,
            verdict->checks[i].setting != NULL ? verdict->checks[i].setting
                                               : "");
    for (size_t i = 0; i < login->key_problems.count; i++)
        cli_say("pam-jwt verify: key left out: %s\n",
                login->key_problems.items[i]);
    for (size_t i = 0; i < login->left_out.count; i++)
        cli_say("pam-jwt verify: left out: %s\n", login->left_out.items[i]);
    if (login->issuer != NULL && login->issuer->name != NULL)
        cli_print("section: issuer %s\n", login->issuer->name);
    if (claims != NULL)
        cli_print("claims, signature %s: %s\n",
                  login->token.payload != NULL ? "verified" : "NOT VERIFIED",
                  json_object_to_json_string_ext(
                      claims, JSON_C_TO_STRING_NOSLASHESCAPE));
    if (claims != NULL)
        print_times(claims, options->request.now);
    for (size_t i = 0; i < login->environment.count; i++)
        cli_print("environment: %s\n", login->environment.items[i]);
    if (verdict->reason == REASON_OK)
        cli_print("accepted: user=%s\n", text_bare(login->user).text);
    else
        cli_print("refused: %s: %s\n", reason_name(verdict->reason),
                  verdict->detail);
    jsondoc_free(parsed);
}

static void
print_json(const struct login *login, const struct options *options)
{
    const struct verdict *verdict = &login->verdict;
    struct json_object *object = cli_object();
    struct json_object *checks = cli_array(NULL);
    struct json_object *parsed;
    struct json_object *claims =
        claims_to_show(login, options->insecure, &parsed);

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
    cli_add_string(object, "user", login->user);
    cli_add_string(object, "section",
                   login->issuer != NULL ? login->issuer->name : NULL);
    cli_add(object, "environment", cli_array(&login->environment));
    cli_add_bool(object, "signature_verified", login->token.payload != NULL);
    cli_add(object, "checks", checks);
    cli_add(object, "key_problems", cli_array(&login->key_problems));
    /* A reference more: the object is freed with the login. */
    cli_add(object, "claims",
            claims != NULL ? json_tokener_parse(json_object_to_json_string_ext(
                                 claims, JSON_C_TO_STRING_PLAIN))
                           : NULL);
    cli_print_json(object);
    jsondoc_free(parsed);
}

static int
verify(const char *token, size_t length, struct options *options)
{
    struct config config;
    struct login login;
    enum reason reason;

    if (!config_read(options->config, options->setting_count, options->settings,
                     &config)) {
        for (size_t i = 0; i < config.errors.count; i++)
            cli_fail(0, "verify", "bad_config: %s", config.errors.items[i]);
        if (options->json) {
            struct json_object *object = cli_object();

            cli_add_bool(object, "accepted", false);
            cli_add_string(object, "reason", reason_name(REASON_BAD_CONFIG));
            cli_print_json(object);
        } else {
            cli_print("refused: bad_config\n");
        }
        config_done(&config);
        return cli_exit_code(REASON_BAD_CONFIG);
    }
    options->request.hostname = config.hostname;
    reason =
        login_decide(token, length, &config.policy, &options->request, &login);
    if (!options->json)
        print_others(token, length, &config.policy, &options->request);
    (options->json ? print_json : print_text)(&login, options);
    login_done(&login);
    config_done(&config);
    return cli_exit_code(reason);
}

int
cli_verify(int argc, char **argv)
{
    struct options options = {.config = CONFIG_PATH};
    char *token = NULL;
    size_t length = 0;
    int code = EXIT_USAGE;

    options.request.now = cli_now();
    options.settings = calloc((size_t)argc, sizeof *options.settings);
    if (options.settings == NULL || !read_options(argc, argv, &options)) {
        cli_usage("verify");
        goto out;
    }
    token = read_token(&length);
    if (token == NULL)
        code = cli_fail(EXIT_UNREADABLE, "verify",
                        "no token of at most %d bytes on standard input",
                        INPUT_MAX);
    else
        code = verify(token, length, &options);

out:
    secret_free(token, length);
    free(options.settings);
    return code;
}
