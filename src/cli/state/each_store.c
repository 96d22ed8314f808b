/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/state/each_store.h"

#include "base/text.h"
#include "cli/cli.h"

#include <math.h>
#include <stdio.h>

/*
 * A revocation outlives the tokens it is about, and what somebody may set
 * max_lifetime to later: a year at least.
 */
#define KEEP_MIN (366.0 * 86400)

/*
 * So long a used token stays when it has expired by the clock: more than the
 * stretch of time by which stores remove, and a clock that is wrong for a week
 * makes no difference.
 */
#define KEEP_USED_MIN (7.0 * 86400)

static bool
is_of_issuer(const struct issuer *issuer, const char *name)
{
    return name == NULL || issuer->known_as.count == 0 ||
           strings_have(&issuer->known_as, name);
}

static bool
is_consulted(const struct issuer *issuer, const struct states_wanted *wanted)
{
    return is_of_issuer(issuer, wanted->issuer) &&
           (issuer->replay.revocation ||
            (!wanted->revocation && issuer->replay.one_time));
}

/* True if an earlier section has this state already. */
static bool
is_repeated(const struct policy *policy, size_t at,
            const struct states_wanted *wanted)
{
    for (size_t i = 0; i < at; i++)
        if (is_consulted(&policy->issuers[i], wanted) &&
            store_uri_same(&policy->issuers[i].replay.store_uri,
                           &policy->issuers[at].replay.store_uri))
            return true;
    return false;
}

/* The longest that any section of this state needs its entries. */
static void
set_times(const struct policy *policy, struct states_one *one)
{
    one->keep = KEEP_MIN;
    one->keep_used = KEEP_USED_MIN;
    for (size_t i = 0; i < policy->issuer_count; i++) {
        const struct issuer *issuer = &policy->issuers[i];
        const struct claims_policy *claims = &issuer->token.claims;
        const double lifetime = claims->max_lifetime + 2 * claims->clock_skew;

        if (!text_equal(issuer->replay.store_uri.state, one->store_uri->state))
            continue;
        one->skew = fmax(one->skew, claims->clock_skew);
        if (claims->max_lifetime == 0) {
            one->keep = 0;
            one->keep_used = fmax(one->keep_used, KEEP_MIN);
            continue;
        }
        if (one->keep != 0)
            one->keep = fmax(one->keep, lifetime);
        one->keep_used = fmax(one->keep_used, KEEP_USED_MIN + lifetime);
    }
}

/* A revocation does not reach the tokens of a section that does not look. */
static void
warn_of_others(const struct policy *policy, const struct states_wanted *wanted)
{
    for (size_t i = 0; i < policy->issuer_count; i++)
        if (is_of_issuer(&policy->issuers[i], wanted->issuer) &&
            !policy->issuers[i].replay.revocation)
            cli_fail(0, wanted->command,
                     "warning: %s is no, so that tokens of that section are "
                     "not revoked by this",
                     cli_setting_of(&policy->issuers[i], "revocation").text);
}

/* All names of the issuer that is wanted; NULL where no section names it. */
static const struct strings *
find_names(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->issuer_count; i++)
        if (strings_have(&policy->issuers[i].known_as, name))
            return &policy->issuers[i].known_as;
    return NULL;
}

/* Nothing would ever look there: says so, and what to add. */
static int
say_none(const struct policy *policy, const struct states_wanted *wanted)
{
    const char *state = policy->issuers[0].replay.store_uri.state;

    for (size_t i = 0; i < policy->issuer_count; i++)
        if (is_of_issuer(&policy->issuers[i], wanted->issuer)) {
            state = policy->issuers[i].replay.store_uri.state;
            break;
        }
    cli_fail(0, wanted->command,
             "nothing was revoked: no section of %s%s consults a state for "
             "revocations; add these two lines to it, and repeat:",
             wanted->config, wanted->issuer != NULL ? " for this issuer" : "");
    cli_say("revocation = yes\n");
    cli_say("state = %s\n", state);
    return EXIT_UNREADABLE;
}

static int
each_of(const struct policy *policy, const struct states_wanted *wanted,
        bool (*each)(const struct states_one *one, void *data,
                     char ret_what[STORE_WHAT_MAX]),
        void *data)
{
    size_t count = 0;
    int code = EXIT_YES;

    for (size_t i = 0; i < policy->issuer_count; i++) {
        struct states_one one = {.store_uri =
                                     &policy->issuers[i].replay.store_uri};
        char what[STORE_WHAT_MAX] = "";

        if (!is_consulted(&policy->issuers[i], wanted) ||
            is_repeated(policy, i, wanted))
            continue;
        count++;
        one.names = find_names(policy, wanted->issuer);
        set_times(policy, &one);
        if (!replay_open(one.store_uri, &one.replay, what) ||
            !each(&one, data, what))
            code = cli_fail(EXIT_UNAVAILABLE, wanted->command, "%s: %s",
                            one.store_uri->state, what);
        replay_close(&one.replay);
    }
    if (wanted->revocation && count == 0)
        return say_none(policy, wanted);
    if (wanted->warns)
        warn_of_others(policy, wanted);
    return code;
}

int
states_each(const struct states_wanted *wanted,
            bool (*each)(const struct states_one *one, void *data,
                         char ret_what[STORE_WHAT_MAX]),
            void *data)
{
    struct config config;
    int code;

    if (config_read(wanted->config, 0, NULL, &config)) {
        code = each_of(&config.policy, wanted, each, data);
    } else {
        for (size_t i = 0; i < config.errors.count; i++)
            cli_fail(0, wanted->command, "bad_config: %s",
                     config.errors.items[i]);
        code = EXIT_UNREADABLE;
    }
    config_done(&config);
    return code;
}
