/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "states.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds since 1970, or 2026-11-24T12:00:00Z. */
static bool
read_moment(const char *text, double *ret_seconds)
{
    struct tm moment = {0};
    const char *end;

    if (strspn(text, "0123456789") == strlen(text) && *text != '\0' &&
        strlen(text) <= 15) {
        *ret_seconds = strtod(text, NULL);
        return true;
    }
    end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &moment);
    if (end == NULL || *end != '\0')
        return false;
    *ret_seconds = (double)timegm(&moment);
    return *ret_seconds >= 0;
}

struct options {
    const char *config;
    struct revocation revocation;
    bool all;
    bool has_before;
};

static bool
read_options(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"jti", required_argument, NULL, 'j'},
        {"sub", required_argument, NULL, 's'},
        {"iss", required_argument, NULL, 'i'},
        {"before", required_argument, NULL, 'b'},
        {"all", no_argument, NULL, 'a'},
        {NULL, 0, NULL, 0},
    };
    struct revocation *revocation = &options->revocation;
    int option;

    while ((option = cli_option("revoke", argc, argv, table)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 'j':
            revocation->token_id = optarg;
            break;
        case 's':
            revocation->subject = optarg;
            break;
        case 'i':
            revocation->issuer = optarg;
            break;
        case 'b':
            if (!read_moment(optarg, &revocation->before))
                return false;
            options->has_before = true;
            break;
        case 'a':
            options->all = true;
            break;
        default:
            return false;
        }
    }
    return optind == argc && (revocation->token_id != NULL) +
                                     (revocation->subject != NULL) +
                                     options->all ==
                                 1;
}

static bool
revoke_in(const struct states_one *one, void *data, char *ret_what)
{
    return one->ledger.store->revoke(one->ledger.state, data, one->keep,
                                     ret_what);
}

int
cli_revoke(int argc, char **argv)
{
    struct options options = {.config = CONFIG_PATH};
    int code;

    if (!read_options(argc, argv, &options))
        return cli_usage("revoke");
    if (options.has_before && options.revocation.token_id != NULL)
        return cli_fail(EXIT_USAGE, "revoke",
                        "--jti is one token, whenever it was issued: leave "
                        "--before out");
    if (!options.has_before)
        options.revocation.before = cli_now();
    code = states_each("revoke", options.config, options.revocation.issuer,
                       true, revoke_in, &options.revocation);
    if (code == EXIT_YES)
        cli_say("pam-jwt revoke: done; sessions that are open stay open "
                "(loginctl terminate-user NAME)\n");
    return code;
}
