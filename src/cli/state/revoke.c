/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "base/time_words.h"
#include "cli/state/each_store.h"
#include "cli/state/open_sessions.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "now", seconds since 1970, or 2026-11-24T12:00:00Z. */
static bool
read_moment(const char *text, double now, double *ret_seconds)
{
    struct tm moment = {0};
    const char *end;

    if (text_equal(text, "now")) {
        *ret_seconds = now;
        return true;
    }
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
    const char *before; /* NULL: now and what the issuer's clock may be ahead */
    bool all;
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
            options->before = optarg;
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

struct revoking {
    struct revocation revocation;
    bool has_before;
    double now;
};

/*
 * Says what was written where, until when it is kept, and what follows from it.
 */
static void
say_done(const struct states_one *one, const struct revoking *revoking,
         const struct revocation *written)
{
    const double now = revoking->now;
    char words[REVOCATION_WORDS_MAX];

    revocation_words(written, words);
    cli_say("pam-jwt revoke: written to %s: %s\n", one->store_uri->state,
            words);
    if (one->keep == 0)
        cli_say("  kept for ever, as max_lifetime is 0 there\n");
    else
        cli_say(
            "  kept until %s at least\n",
            time_words_at(fmax(now, written->before) + one->keep, now).text);
    if (written->token_id != NULL)
        return;
    cli_say("  tokens issued from %s on count again%s\n",
            time_words_at(written->before + 1, now).text,
            revoking->has_before || one->skew == 0
                ? ""
                : " (with --before now at once, for an issuer whose clock is "
                  "right)");
    if (written->before > revoking->revocation.before)
        cli_say("  an earlier revocation reaches further, and stays\n");
}

static bool
revoke_one(const struct states_one *one, const struct revoking *revoking,
           const char *issuer, char *ret_what)
{
    struct revocation written = revoking->revocation;
    double before;

    written.issuer = issuer;
    if (!one->replay.store->revoke(one->replay.state, &written, &before,
                                   ret_what))
        return false;
    written.before = before;
    say_done(one, revoking, &written);
    return true;
}

/* By every name of the issuer: it holds when its list has lost one, too. */
static bool
revoke_in(const struct states_one *one, void *data, char *ret_what)
{
    struct revoking *revoking = data;
    bool done = true;

    if (!revoking->has_before)
        revoking->revocation.before = revoking->now + one->skew;
    if (one->names == NULL)
        return revoke_one(one, revoking, revoking->revocation.issuer, ret_what);
    for (size_t i = 0; done && i < one->names->count; i++)
        done = revoke_one(one, revoking, one->names->items[i], ret_what);
    return done;
}

static void
say_sessions(void)
{
    const int count = opensessions_count();

    if (count < 0)
        cli_say("  how many sessions are open is not known here; ");
    else
        cli_say("  %d session%s open on this host; ", count,
                count == 1 ? " is" : "s are");
    cli_say("what is open stays open (loginctl list-sessions, "
            "loginctl terminate-user NAME)\n");
}

/* A mistake in what is asked for, before anything is written: true if so. */
static bool
is_mistaken(const struct options *options, struct revoking *revoking)
{
    const char *wrong;

    if (options->before != NULL && options->revocation.token_id != NULL)
        return cli_fail(true, "revoke",
                        "--jti is one token, whenever it was issued: leave "
                        "--before out");
    if (!revocation_can_match(&options->revocation, &wrong))
        return cli_fail(true, "revoke",
                        "no token has this --jti, --sub or --iss: %s", wrong);
    if (options->before != NULL && !read_moment(options->before, revoking->now,
                                                &revoking->revocation.before))
        return cli_fail(true, "revoke",
                        "--before is %s, and has to be now, "
                        "2026-11-24T12:00:00Z or seconds since 1970",
                        text_log_value(options->before).text);
    return false;
}

int
cli_revoke(int argc, char **argv)
{
    struct options options = {.config = CONFIG_PATH};
    struct revoking revoking = {.now = cli_now()};
    struct states_wanted wanted = {
        .command = "revoke", .revocation = true, .warns = true};
    int code;

    if (!read_options(argc, argv, &options))
        return cli_usage("revoke");
    revoking.revocation = options.revocation;
    revoking.has_before =
        options.before != NULL || options.revocation.token_id != NULL;
    if (options.revocation.token_id != NULL)
        revoking.revocation.before = revoking.now;
    if (is_mistaken(&options, &revoking))
        return EXIT_USAGE;
    wanted.config = options.config;
    wanted.issuer = options.revocation.issuer;
    code = states_each(&wanted, revoke_in, &revoking);
    if (code == EXIT_YES)
        say_sessions();
    return code;
}
