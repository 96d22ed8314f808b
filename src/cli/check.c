/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "config.h"
#include "text.h"
#include "usermap.h"

#include <getopt.h>
#include <json-c/json.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What was found, before any of it is printed. */
struct findings {
    struct strings errors;
    struct strings warnings;
};

/*
 * A folder that others may write lets them put another file in its place; one
 * with the sticky bit, such as /tmp, lets them when the file is gone.
 */
/* A finding that cannot be kept must not end in "0 errors". */
#define found(...)                      \
    do {                                \
        if (!strings_addf(__VA_ARGS__)) \
            cli_no_memory();            \
    } while (0)

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
            found(&findings->errors,
                  "%s: the folder %s belongs to uid %lu, who can "
                  "replace the file; chown root",
                  path, folder, (unsigned long)status.st_uid);
        else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
            found((status.st_mode & S_ISVTX) != 0 ? &findings->warnings
                                                  : &findings->errors,
                  "%s: others may write the folder %s and replace the "
                  "file; chmod go-w",
                  path, folder);
    }
    free(folder);
}

static void
check_keys(const struct config *config, struct findings *findings)
{
    const struct issuer *issuer = &config->issuer;
    struct keyset keys = {0};
    enum reason reason;

    for (size_t i = 0; i < issuer->key_files.count; i++)
        check_folders(issuer->key_files.items[i], findings);
    reason = keyset_load(&issuer->key_files, issuer->key_encoding,
                         issuer->token.algorithms, time(NULL), &keys,
                         &findings->errors, &findings->warnings);
    if (reason != REASON_OK || keyset_build_all(&keys, &findings->errors) == 0)
        found(&findings->errors,
              "key_file: no usable key is left, every token is refused "
              "as key_unavailable");
    keyset_done(&keys);
}

/* Every line is read for any identity, so that one is enough. */
static void
check_map(const char *path, struct findings *findings)
{
    struct verdict verdict = {0};
    char *user = NULL;

    check_folders(path, findings);
    if (usermap_choose(path, "", NULL, &user, &verdict) == REASON_BAD_CONFIG)
        found(&findings->errors, "%s", verdict.detail);
    free(user);
}

static void
check_rules(const struct config *config, struct findings *findings)
{
    const struct issuer *issuer = &config->issuer;

    if (issuer->user_map != NULL)
        check_map(issuer->user_map, findings);
    if (issuer->token.claims.audience.count == 0)
        found(&findings->warnings,
              "audience is unset: a token made for this issuer's other "
              "uses logs in here too; have tokens made with "
              "aud=ssh://HOST and set audience = ssh://%%h");
    if (issuer->token.claims.max_lifetime == 0)
        found(&findings->warnings,
              "max_lifetime is 0: a token that was stolen may be good "
              "for years; set it to what the issuer gives");
    if (!issuer->token.claims.refuse_refresh)
        found(&findings->warnings,
              "refuse_refresh is no: a refresh or ID token logs in");
    if (config->hostname == NULL || strchr(config->hostname, '.') == NULL)
        found(&findings->warnings,
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
        {"strict", no_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    struct findings findings = {{0}, {0}};
    struct config config;
    const char *path = CONFIG_PATH;
    bool strict = false;
    bool json = false;
    int option;
    int code;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == 'c')
            path = optarg;
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
        check_keys(&config, &findings);
        check_rules(&config, &findings);
    } else {
        for (size_t i = 0; i < config.errors.count; i++)
            found(&findings.errors, "%s", config.errors.items[i]);
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
