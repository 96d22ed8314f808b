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
load_store(struct replay *replay, char *ret_what)
{
    char what[PLUGIN_WHAT_MAX];

    if (!plugin_open(PLUGIN_REDIS, PLUGIN_REDIS_TABLE, &replay->plugin, what)) {
        snprintf(ret_what, STORE_WHAT_MAX, "%s", what);
        return false;
    }
    replay->store = replay->plugin.table;
    return true;
}

bool
replay_open(const struct store_uri *store_uri, struct replay *ret_replay,
            char ret_what[STORE_WHAT_MAX])
{
    struct address address;
    const char *wrong = store_uri_mistake(store_uri);

    *ret_replay = (struct replay){.store = &store_file};
    if (wrong != NULL) {
        snprintf(ret_what, STORE_WHAT_MAX, "%s", wrong);
        return false;
    }
    store_uri_parse(store_uri->state, &address);
    if (address.kind != STORE_URI_FILE && !load_store(ret_replay, ret_what))
        return false;
    ret_replay->state = ret_replay->store->open(store_uri, &address, ret_what);
    return ret_replay->state != NULL;
}

void
replay_close(struct replay *replay)
{
    if (replay->state != NULL)
        replay->store->close(replay->state);
    plugin_close(&replay->plugin);
    *replay = (struct replay){0};
}

static enum reason
check_claims(const struct replay_policy *policy, const struct ticket *ticket,
             struct verdict *verdict)
{
    if (!policy->one_time)
        return REASON_OK;
    verdict_check(verdict, "jti", "one_time");
    /* An empty "jti" does not tell one token from another. */
    if (ticket->token_id == NULL || *ticket->token_id == '\0')
        return verdict_refuse(verdict, REASON_MISSING_CLAIM,
                              "jti, which one_time needs");
    return REASON_OK;
}

static enum reason
check_revoked(const struct replay *replay, const struct ticket *ticket,
              struct verdict *verdict)
{
    char what[STORE_WHAT_MAX] = "";

    verdict_check(verdict, "not revoked", "revocation");
    switch (replay->store->revoked(replay->state, ticket, what)) {
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
check_used(const struct replay *replay, const struct ticket *ticket, bool uses,
           struct verdict *verdict)
{
    char what[STORE_WHAT_MAX] = "";

    verdict_check(verdict, "first use", "one_time");
    switch ((uses ? replay->store->use : replay->store->used)(replay->state,
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
replay_judge(const struct replay_policy *policy, const struct ticket *ticket,
             bool uses, struct verdict *verdict)
{
    struct replay replay;
    char what[STORE_WHAT_MAX] = "";
    enum reason reason;

    if (!policy->one_time && !policy->revocation)
        return REASON_OK;
    reason = check_claims(policy, ticket, verdict);
    if (reason != REASON_OK)
        return reason;
    verdict_check(verdict, "state", "state");
    if (!replay_open(&policy->store_uri, &replay, what))
        reason = verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    if (reason == REASON_OK && policy->revocation)
        reason = check_revoked(&replay, ticket, verdict);
    if (reason == REASON_OK && policy->one_time)
        reason = check_used(&replay, ticket, uses, verdict);
    replay_close(&replay);
    return reason;
}

enum reason
replay_ask_again(const struct store_uri *store_uri, const struct ticket *ticket,
                 struct verdict *verdict)
{
    struct replay replay;
    char what[STORE_WHAT_MAX] = "";
    enum reason reason;

    reason =
        replay_open(store_uri, &replay, what)
            ? check_revoked(&replay, ticket, verdict)
            : verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    replay_close(&replay);
    return reason;
}
