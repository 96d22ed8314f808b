/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "base/time_words.h"
#include "cli/options.h"
#include "cli/state/each_store.h"
#include "cli/state/open_sessions.h"

#include <math.h>
#include <stdio.h>

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

/* True if what is asked for is a mistake, which was said. */
static bool
is_mistaken(const struct options *options, const struct revocation *revocation)
{
    const char *wrong;

    if (options->before.is_given && options->token_id != NULL)
        return cli_fail(true, "revoke",
                        "--jti is one token, whenever it was issued: leave "
                        "--before out");
    if (!revocation_can_match(revocation, &wrong))
        return cli_fail(true, "revoke",
                        "no token has this --jti, --sub or --iss: %s", wrong);
    return false;
}

int
cli_revoke(const struct options *options)
{
    struct revoking revoking = {
        .revocation = {.token_id = options->token_id,
                       .subject = options->subject,
                       .issuer = options->issuer,
                       .before = options->before.seconds},
        .has_before = options->before.is_given || options->token_id != NULL,
        .now = cli_now()};
    const struct states_wanted wanted = {.command = "revoke",
                                         .config = options->config,
                                         .issuer = options->issuer,
                                         .revocation = true,
                                         .warns = true};
    int code;

    if (is_mistaken(options, &revoking.revocation))
        return EXIT_USAGE;
    if (options->token_id != NULL)
        revoking.revocation.before = revoking.now;
    code = states_each(&wanted, revoke_in, &revoking);
    if (code == EXIT_YES)
        say_sessions();
    return code;
}
