/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/replay.h"

#include <stdio.h>

/*
 * The checks, in this order:
 * 1. A token that is good once MUST have a "jti".
 * 2. No revocation MUST be about it.
 * 3. It MUST NOT have been used; from then on it is.
 */

/* The store of Redis, for a place that is no folder. */
static bool
load_store(struct ledger *ledger, char *ret_what)
{
    char what[COMPANION_WHAT_MAX];

    if (!companion_open(COMPANION_REDIS, COMPANION_REDIS_TABLE,
                        &ledger->companion, what)) {
        snprintf(ret_what, STORE_WHAT_MAX, "%s", what);
        return false;
    }
    ledger->store = ledger->companion.table;
    return true;
}

bool
ledger_open(const struct place *place, struct ledger *ret_ledger,
            char ret_what[STORE_WHAT_MAX])
{
    struct address address;
    const char *wrong = place_mistake(place);

    *ret_ledger = (struct ledger){.store = &store_file};
    if (wrong != NULL) {
        snprintf(ret_what, STORE_WHAT_MAX, "%s", wrong);
        return false;
    }
    place_parse(place->state, &address);
    if (address.kind != PLACE_FILE && !load_store(ret_ledger, ret_what))
        return false;
    ret_ledger->state = ret_ledger->store->open(place, &address, ret_what);
    return ret_ledger->state != NULL;
}

void
ledger_close(struct ledger *ledger)
{
    if (ledger->state != NULL)
        ledger->store->close(ledger->state);
    companion_close(&ledger->companion);
    *ledger = (struct ledger){0};
}

static enum reason
check_claims(const struct ledger_policy *policy, const struct ticket *ticket,
             struct verdict *verdict)
{
    if (!policy->one_time)
        return REASON_OK;
    verdict_check(verdict, "jti", "one_time");
    /* One that is empty tells no token from another. */
    if (ticket->token_id == NULL || *ticket->token_id == '\0')
        return verdict_refuse(verdict, REASON_MISSING_CLAIM,
                              "jti, which one_time needs");
    return REASON_OK;
}

static enum reason
check_revoked(const struct ledger *ledger, const struct ticket *ticket,
              struct verdict *verdict)
{
    char what[STORE_WHAT_MAX] = "";

    verdict_check(verdict, "not revoked", "revocation");
    switch (ledger->store->revoked(ledger->state, ticket, what)) {
    case STORE_NO:
        return REASON_OK;
    case STORE_YES:
        return verdict_refuse(verdict, REASON_REVOKED, "%s", what);
    case STORE_FAILED:
    default:
        return verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    }
}

static enum reason
check_used(const struct ledger *ledger, const struct ticket *ticket, bool uses,
           struct verdict *verdict)
{
    char what[STORE_WHAT_MAX] = "";

    verdict_check(verdict, "first use", "one_time");
    switch ((uses ? ledger->store->use : ledger->store->used)(ledger->state,
                                                              ticket, what)) {
    case STORE_NO:
        return REASON_OK;
    case STORE_YES:
        return verdict_refuse(verdict, REASON_ALREADY_USED,
                              "its jti has logged in before, and one_time is "
                              "yes");
    case STORE_FAILED:
    default:
        return verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    }
}

enum reason
ledger_judge(const struct ledger_policy *policy, const struct ticket *ticket,
             bool uses, struct verdict *verdict)
{
    struct ledger ledger;
    char what[STORE_WHAT_MAX] = "";
    enum reason reason;

    if (!policy->one_time && !policy->revocation)
        return REASON_OK;
    reason = check_claims(policy, ticket, verdict);
    if (reason != REASON_OK)
        return reason;
    verdict_check(verdict, "state", "state");
    if (!ledger_open(&policy->place, &ledger, what))
        reason = verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    if (reason == REASON_OK && policy->revocation)
        reason = check_revoked(&ledger, ticket, verdict);
    if (reason == REASON_OK && policy->one_time)
        reason = check_used(&ledger, ticket, uses, verdict);
    ledger_close(&ledger);
    return reason;
}

enum reason
ledger_ask_again(const struct place *place, const struct ticket *ticket,
                 struct verdict *verdict)
{
    struct ledger ledger;
    char what[STORE_WHAT_MAX] = "";
    enum reason reason;

    reason =
        ledger_open(place, &ledger, what)
            ? check_revoked(&ledger, ticket, verdict)
            : verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    ledger_close(&ledger);
    return reason;
}
