/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/check/finding.h"
#include "cli/options.h"
#include "config/config.h"

#include <grp.h>
#include <string.h>
#include <time.h>

/* A group that is not there lets nobody in, which looks like another cause. */
static void
check_groups(const struct issuer *issuer, struct findings *findings)
{
    const struct strings *groups = &issuer->account.allow_groups.names;

    for (size_t i = 0;
         !allowed_all(&issuer->account.allow_groups) && i < groups->count; i++)
        if (getgrnam(groups->items[i]) == NULL)
            finding_add(findings, FINDING_WARNING,
                        cli_setting_of(issuer, "allow_groups").text,
                        "nobody gets in by it", "make the group, or correct it",
                        "there is no group %s on this host",
                        text_log_value(groups->items[i]).text);
}

/* Reports whether a host that is given a token could use it on another. */
static void
check_binding(const struct issuer *issuer, struct findings *findings)
{
    const struct strings *audience = &issuer->token.claims.audience;
    bool is_bound = audience->count > 0;

    for (size_t i = 0; i < audience->count; i++)
        if (strstr(audience->items[i], "%h") == NULL)
            is_bound = false;
    if (!is_bound && !issuer->replay.one_time)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "audience").text,
                    "a host that a token is typed into can log in with it on "
                    "another",
                    "have tokens made for one host, or once",
                    "neither one_time nor a host name (%%h) in every audience");
    else if (!is_bound &&
             strncmp(issuer->replay.store_uri.state, "file:", 5) == 0)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "one_time").text,
                    "a token is good once on each host",
                    "add %h, or share a Redis state",
                    "a state of this host alone, and no host name (%%h) in "
                    "every audience");
}

/* Claims that providers let people write themselves. */
static void
check_identity(const struct issuer *issuer, struct findings *findings)
{
    static const char *const chosen[] = {
        "email", "preferred_username", "name", "nickname", "username",
        "upn",   "unique_name"};
    const struct claims_policy *claims = &issuer->token.claims;
    const char *slash = strrchr(claims->user_claim, '/');
    const char *name = slash != NULL ? slash + 1 : claims->user_claim;

    for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++) {
        if (!text_equal(name, chosen[i]))
            continue;
        for (size_t j = 0; j < claims->requirements.count; j++)
            if (text_equal(name, "email") &&
                strstr(claims->requirements.items[j].claim, "email_verified") !=
                    NULL)
                return;
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "user_claim").text,
                    "people can set themselves what it says at many providers, "
                    "to somebody else's too",
                    text_equal(name, "email")
                        ? "add require = email_verified = true, or use sub "
                          "with a user_map"
                        : "use sub with a user_map",
                    "it is %s", name);
    }
}

static void
check_case(const struct issuer *issuer, struct findings *findings)
{
    if (issuer->token.claims.lowers_identity)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "identity_case").text,
                    "two people whose identities differ in case alone are one",
                    "leave it at keep, unless the issuer does not tell them "
                    "apart either",
                    "it is lower");
}

static void
check_rules(const struct issuer *issuer, struct findings *findings)
{
    if (issuer->user_map != NULL) {
        cli_check_folders(issuer->user_map, findings);
        cli_check_map(issuer, findings);
    }
    check_groups(issuer, findings);
    if (issuer->token.claims.audience.count == 0)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "audience").text,
                    "a token made for this issuer's other uses logs in here, "
                    "too",
                    "have tokens made with aud=ssh://HOST and set audience = "
                    "ssh://%h",
                    "it is unset");
    check_binding(issuer, findings);
    check_identity(issuer, findings);
    check_case(issuer, findings);
    if (issuer->token.claims.max_lifetime == 0)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "max_lifetime").text,
                    "a token that was stolen may be good for years",
                    "set it to what the issuer gives", "it is 0");
    if (!issuer->token.refuse_refresh)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "refuse_refresh").text,
                    "a refresh or ID token logs in",
                    "set it to yes, and give out access tokens", "it is no");
}

static void
check_config(const struct config *config, struct findings *findings)
{
    const struct policy *policy = &config->policy;
    struct verdict verdict = {0};

    for (size_t i = 0; i < policy->issuer_count; i++) {
        cli_check_issuer(policy, &policy->issuers[i], findings);
        cli_check_keys(&policy->issuers[i], findings);
        check_rules(&policy->issuers[i], findings);
        cli_check_state(&policy->issuers[i], findings);
    }
    if (issuers_check_algorithms(policy, &verdict) != REASON_OK)
        finding_add(findings, FINDING_ERROR, "algorithms",
                    "every token is refused as bad_config", "take it out", "%s",
                    verdict.detail);
    if (issuers_check_keys(policy, cli_now(), &verdict) != REASON_OK)
        finding_add(findings, FINDING_ERROR, "key_file",
                    "every token is refused as bad_config",
                    "give each issuer keys of its own", "%s", verdict.detail);
    if (config->hostname == NULL || strchr(config->hostname, '.') == NULL ||
        strncmp(config->hostname, "localhost.", strlen("localhost.")) == 0)
        finding_add(findings, FINDING_WARNING, "hostname",
                    "%h in audience would be the same on other hosts",
                    "set hostname to the full name",
                    "it is %s, which is not a full name of this host",
                    text_log_value(config->hostname).text);
}

static void
print_json(const struct findings *findings)
{
    struct json_object *object = cli_object();

    cli_add_number(object, "errors",
                   (int64_t)finding_count(findings, FINDING_ERROR));
    cli_add_number(object, "warnings",
                   (int64_t)finding_count(findings, FINDING_WARNING));
    cli_add(object, "findings", finding_json(findings));
    cli_print_json(object);
}

int
cli_check(const struct options *options)
{
    const char *path = options->config;
    struct findings findings = {0};
    struct config config;
    int code;

    if (config_read(path, 0, NULL, &config)) {
        cli_check_folders(path, &findings);
        for (size_t i = 0; i < config.parts.count; i++)
            cli_check_folders(config.parts.items[i], &findings);
        check_config(&config, &findings);
        cli_check_pam(options->pam_folder, &config, &findings);
    } else {
        for (size_t i = 0; i < config.errors.count; i++)
            finding_add_line(&findings, FINDING_ERROR, config.errors.items[i],
                             "every token is refused as bad_config",
                             "correct it (pam_jwt.conf(5))");
    }
    (options->json ? print_json : finding_print)(&findings);
    code = config.is_mistaken || finding_count(&findings, FINDING_ERROR) > 0 ||
                   (options->strict &&
                    finding_count(&findings, FINDING_WARNING) > 0)
               ? EXIT_NO
               : EXIT_YES;
    finding_done(&findings);
    config_done(&config);
    return code;
}
