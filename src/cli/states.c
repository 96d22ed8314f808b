/* SPDX-License-Identifier: BSD-2-Clause */
#include "states.h"

#include "cli.h"
#include "text.h"

#include <math.h>

/*
 * A revocation outlives the tokens it is about, and what somebody may set
 * max_lifetime to later: a year at least.
 */
#define KEEP_MIN (366.0 * 86400)

static bool
is_consulted(const struct issuer *issuer, const char *name, bool revocation)
{
    const char *own = issuer->token.claims.issuer;

    if (name != NULL && own != NULL && !text_equal(own, name))
        return false;
    return issuer->ledger.revocation ||
           (!revocation && issuer->ledger.one_time);
}

/* Whether an earlier section has this state already. */
static bool
is_repeated(const struct policy *policy, size_t at, const char *name,
            bool revocation)
{
    for (size_t i = 0; i < at; i++)
        if (is_consulted(&policy->issuers[i], name, revocation) &&
            place_same(&policy->issuers[i].ledger.place,
                       &policy->issuers[at].ledger.place))
            return true;
    return false;
}

/* The longest that any section of this state needs a revocation. */
static double
keep_for(const struct policy *policy, const struct place *place)
{
    double keep = KEEP_MIN;

    for (size_t i = 0; i < policy->issuer_count; i++) {
        const struct issuer *issuer = &policy->issuers[i];
        const struct claims_policy *claims = &issuer->token.claims;

        if (!text_equal(issuer->ledger.place.state, place->state))
            continue;
        if (claims->max_lifetime == 0)
            return 0;
        keep = fmax(keep, claims->max_lifetime + 2 * claims->clock_skew);
    }
    return keep;
}

int
states_each(const char *command, const char *path, const char *issuer,
            bool revocation,
            bool (*each)(const struct states_one *one, void *data,
                         char ret_what[STORE_WHAT_MAX]),
            void *data)
{
    struct config config;
    const struct policy *policy = &config.policy;
    size_t count = 0;
    int code = EXIT_YES;

    if (!config_read(path, 0, NULL, &config)) {
        for (size_t i = 0; i < config.errors.count; i++)
            cli_fail(0, command, "bad_config: %s", config.errors.items[i]);
        config_done(&config);
        return EXIT_UNREADABLE;
    }
    for (size_t i = 0; i < policy->issuer_count; i++) {
        const struct place *place = &policy->issuers[i].ledger.place;
        struct states_one one = {.place = place};
        char what[STORE_WHAT_MAX] = "";

        if (!is_consulted(&policy->issuers[i], issuer, revocation) ||
            is_repeated(policy, i, issuer, revocation))
            continue;
        count++;
        one.keep = keep_for(policy, place);
        if (!ledger_open(place, &one.ledger, what) || !each(&one, data, what))
            code = cli_fail(EXIT_UNAVAILABLE, command, "%s: %s", place->state,
                            what);
        ledger_close(&one.ledger);
    }
    if (count == 0 && revocation)
        code = cli_fail(EXIT_UNREADABLE, command,
                        "no section of %s%s has revocation = yes, so that "
                        "nothing would ever look there",
                        path, issuer != NULL ? " for this issuer" : "");
    config_done(&config);
    return code;
}
