/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LEDGER_H
#define LEDGER_H

#include "base/plugin.h"
#include "store/store_uri.h"
#include "store/revocation.h"
#include "store/store.h"
#include "base/verdict.h"

#include <stdbool.h>

/* Whether tokens are good once only, and can be revoked. */
struct ledger_policy {
    bool one_time;
    bool revocation;
    struct place place;
};

/* A store that is open. */
struct ledger {
    const struct store *store;
    void *state;
    struct companion companion; /* that the store is in, or none */
};

/*
 * What the store says of a token about which everything else holds: OK,
 * MISSING_CLAIM, REVOKED, ALREADY_USED, STATE_UNAVAILABLE or NO_MEMORY. With
 * `uses`, OK is said once per "iss" and "jti" where one_time is set; otherwise
 * nothing changes.
 */
enum reason ledger_judge(const struct ledger_policy *policy,
                         const struct ticket *ticket, bool uses,
                         struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Asks again whether a token was revoked: OK, REVOKED or
 * STATE_UNAVAILABLE. */
enum reason ledger_ask_again(const struct place *place,
                             const struct ticket *ticket,
                             struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Opens what `place` says; ledger_close() is due in every case. */
bool ledger_open(const struct place *place, struct ledger *ret_ledger,
                 char ret_what[STORE_WHAT_MAX])
    __attribute__((warn_unused_result));

/* A zeroed ledger is allowed. */
void ledger_close(struct ledger *ledger);

#endif
