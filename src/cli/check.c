/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "config.h"
#include "text.h"

#include <getopt.h>
#include <grp.h>
#include <json-c/json.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAM_FOLDER "/etc/pam.d"

/* What was found, before any of it is printed. */
struct findings {
    struct strings errors;
    struct strings warnings;
};

/*
 * A folder that others may write lets them put another file in its place; one
 * with the sticky bit, such as /tmp, lets them when the file is gone.
 */
static void
check_folders(const char *path, struct findings *findings)
{
    char *folder = realpath(path, NULL);
    struct stat status;

    while (folder != NULL && strcmp(folder, "/") != 0) {
        char *parent = strdup(dirname(folder));

        free(folder);
        folder = parent;
        if (folder == NULL || stat(folder, &status) != 0)
            break;
        if (status.st_uid != 0 && status.st_uid != geteuid())
            cli_found(&findings->errors,
                      "%s: the folder %s belongs to uid %lu, who can "
                      "replace the file; chown root",
                      path, folder, (unsigned long)status.st_uid);
        else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
            cli_found((status.st_mode & S_ISVTX) != 0 ? &findings->warnings
                                                      : &findings->errors,
                      "%s: others may write the folder %s and replace the "
                      "file; chmod go-w",
                      path, folder);
    }
    free(folder);
}

/* The issuer a finding is about: "[issuer NAME] " or nothing. */
static struct shown
about(const struct issuer *issuer)
{
    struct shown shown = {""};

    if (issuer->name != NULL)
        snprintf(shown.text, sizeof shown.text, "[issuer %s] ", issuer->name);
    return shown;
}

static void
check_keys(const struct issuer *issuer, struct findings *findings)
{
    struct keyset keys = {0};
    enum reason reason;

    for (size_t i = 0; i < issuer->key_files.count; i++)
        check_folders(issuer->key_files.items[i], findings);
    reason = keyset_load(&issuer->key_files, issuer->key_encoding,
                         issuer->token.algorithms, time(NULL), &keys,
                         &findings->errors, &findings->warnings);
    if (reason != REASON_OK || keyset_build_all(&keys, &findings->errors) == 0)
        cli_found(&findings->errors,
                  "%skey_file: no usable key is left, every token is refused "
                  "as key_unavailable",
                  about(issuer).text);
    keyset_done(&keys);
}

/* A group that is not there lets nobody in, which looks like another cause. */
static void
check_groups(const struct issuer *issuer, struct findings *findings)
{
    const struct strings *groups = &issuer->account.allow_groups;

    for (size_t i = 0; i < groups->count; i++)
        if (!text_equal(groups->items[i], "*") &&
            getgrnam(groups->items[i]) == NULL)
            cli_found(&findings->warnings,
                      "%sallow_groups: there is no group %s on this host",
                      about(issuer).text, text_bare(groups->items[i]).text);
}

/* Whether a host that is given a token could use it on another. */
static void
check_binding(const struct issuer *issuer, struct findings *findings)
{
    const struct strings *audience = &issuer->token.claims.audience;
    bool is_bound = audience->count > 0;

    for (size_t i = 0; i < audience->count; i++)
        if (strstr(audience->items[i], "%h") == NULL)
            is_bound = false;
    if (!is_bound && !issuer->ledger.one_time)
        cli_found(&findings->warnings,
                  "%sneither one_time nor a host name (%%h) in every audience: "
                  "a host that a token is typed into can log in with it on "
                  "another; have tokens made for one host, or once",
                  about(issuer).text);
    else if (!is_bound && strncmp(issuer->ledger.place.state, "file:", 5) == 0)
        cli_found(&findings->warnings,
                  "%sone_time with a state of this host alone, and no host "
                  "name (%%h) in every audience: a token is good once on each "
                  "host; add %%h, or share a Redis state",
                  about(issuer).text);
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
        cli_found(&findings->warnings,
                  "%suser_claim is %s, which people can set themselves at many "
                  "providers, to somebody else's too: %s",
                  about(issuer).text, name,
                  text_equal(name, "email")
                      ? "add require = email_verified = true, or use sub with "
                        "a user_map"
                      : "use sub with a user_map");
    }
}

static void
check_rules(const struct issuer *issuer, struct findings *findings)
{
    if (issuer->user_map != NULL) {
        check_folders(issuer->user_map, findings);
        cli_check_map(issuer, &findings->errors, &findings->warnings);
    }
    check_groups(issuer, findings);
    if (issuer->token.claims.audience.count == 0)
        cli_found(&findings->warnings,
                  "%saudience is unset: a token made for this issuer's other "
                  "uses logs in here too; have tokens made with "
                  "aud=ssh://HOST and set audience = ssh://%%h",
                  about(issuer).text);
    check_binding(issuer, findings);
    check_identity(issuer, findings);
    if (issuer->token.claims.max_lifetime == 0)
        cli_found(&findings->warnings,
                  "%smax_lifetime is 0: a token that was stolen may be good "
                  "for years; set it to what the issuer gives",
                  about(issuer).text);
    if (!issuer->token.claims.refuse_refresh)
        cli_found(&findings->warnings,
                  "%srefuse_refresh is no: a refresh or ID token logs in",
                  about(issuer).text);
}

/* Whether a login would get an answer, and whether anybody cleans up. */
static void
check_state(const struct issuer *issuer, struct findings *findings)
{
    const struct ledger_policy *policy = &issuer->ledger;
    const struct ticket ticket = {.issuer = "pam-jwt check",
                                  .token_id = "pam-jwt check",
                                  .issued = (double)INFINITY};
    struct ledger ledger = {0};
    char what[STORE_WHAT_MAX] = "";

    if (!policy->one_time && !policy->revocation)
        return;
    if (!ledger_open(&policy->place, &ledger, what) ||
        (policy->revocation &&
         ledger.store->revoked(ledger.state, &ticket, what) == STORE_FAILED) ||
        (policy->one_time &&
         ledger.store->overdue(ledger.state, (double)time(NULL), what) ==
             STORE_FAILED))
        cli_found(&findings->errors,
                  "%sstate: %s; until then every token is refused as "
                  "state_unavailable",
                  about(issuer).text, what);
    else if (what[0] != '\0')
        cli_found(&findings->warnings, "%sstate: %s", about(issuer).text, what);
    ledger_close(&ledger);
}

static void
check_config(const struct config *config, struct findings *findings)
{
    const struct policy *policy = &config->policy;
    struct verdict verdict = {0};

    for (size_t i = 0; i < policy->issuer_count; i++) {
        check_keys(&policy->issuers[i], findings);
        check_rules(&policy->issuers[i], findings);
        check_state(&policy->issuers[i], findings);
    }
    if (issuers_check_keys(policy, (double)time(NULL), &verdict) != REASON_OK)
        cli_found(&findings->errors, "key_file: %s", verdict.detail);
    if (config->hostname == NULL || strchr(config->hostname, '.') == NULL)
        cli_found(&findings->warnings,
                  "hostname is %s, which has no domain: %%h in audience "
                  "would be the same on hosts of other domains",
                  text_bare(config->hostname).text);
}

static void
print_text(const struct findings *findings)
{
    for (size_t i = 0; i < findings->errors.count; i++)
        printf("error: %s\n", findings->errors.items[i]);
    for (size_t i = 0; i < findings->warnings.count; i++)
        printf("warning: %s\n", findings->warnings.items[i]);
    printf("%zu errors, %zu warnings\n", findings->errors.count,
           findings->warnings.count);
}

static void
print_json(const struct findings *findings)
{
    struct json_object *object = cli_object();

    cli_add(object, "errors", cli_array(&findings->errors));
    cli_add(object, "warnings", cli_array(&findings->warnings));
    cli_print_json(object);
}

int
cli_check(int argc, char **argv)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"pam", required_argument, NULL, 'p'},
        {"strict", no_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    struct findings findings = {{0}, {0}};
    struct config config;
    const char *path = CONFIG_PATH;
    const char *pam = PAM_FOLDER;
    bool strict = false;
    bool json = false;
    int option;
    int code;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == 'c')
            path = optarg;
        else if (option == 'p')
            pam = optarg;
        else if (option == 's')
            strict = true;
        else if (option == 'j')
            json = true;
        else
            return cli_usage("check");
    }
    if (optind != argc)
        return cli_usage("check");

    if (config_read(path, 0, NULL, &config)) {
        check_folders(path, &findings);
        check_config(&config, &findings);
        cli_check_pam(pam, &config, &findings.errors, &findings.warnings);
    } else {
        for (size_t i = 0; i < config.errors.count; i++)
            cli_found(&findings.errors, "%s", config.errors.items[i]);
    }
    (json ? print_json : print_text)(&findings);
    code = config.is_mistaken || findings.errors.count > 0 ||
                   (strict && findings.warnings.count > 0)
               ? EXIT_NO
               : EXIT_YES;
    strings_done(&findings.errors);
    strings_done(&findings.warnings);
    config_done(&config);
    return code;
}
