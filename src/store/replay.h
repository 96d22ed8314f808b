/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPLAY_H
#define REPLAY_H

#include "base/plugin.h"
#include "base/verdict.h"
#include "store/revocation.h"
#include "store/store.h"
#include "store/store_uri.h"

#include <stdbool.h>

/* The settings for one-time tokens and for revocation. */
struct replay_policy {
    bool one_time;
    bool revocation;
    struct store_uri store_uri;
};

/* A store that is open. */
struct replay {
    const struct store *store;
    void *state;
    struct plugin plugin; /* that the store is in, or none */
};

/*
 * Asks the store about a token for which everything else holds: OK,
 * MISSING_CLAIM, REVOKED, ALREADY_USED, STATE_UNAVAILABLE or NO_MEMORY. With
 * `uses`, OK is said once per "iss" and "jti" where one_time is set; otherwise
 * nothing changes.
 */
enum reason replay_judge(const struct replay_policy *policy,
                         const struct ticket *ticket, bool uses,
                         struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Asks again whether a token was revoked: OK, REVOKED or
 * STATE_UNAVAILABLE. */
enum reason replay_ask_again(const struct store_uri *store_uri,
                             const struct ticket *ticket,
                             struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Opens what `place` says; ledger_close() is due in every case. */
bool replay_open(const struct store_uri *store_uri, struct replay *ret_replay,
                 char ret_what[STORE_WHAT_MAX])
    __attribute__((warn_unused_result));

/* A zeroed ledger is allowed. */
void replay_close(struct replay *replay);

#endif
