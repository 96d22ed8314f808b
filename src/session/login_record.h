/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOGIN_RECORD_H
#define LOGIN_RECORD_H

#include "base/strings.h"
#include "store/revocation.h"
#include "store/store_uri.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * The facts of a token login that the account and session phases need. It holds
 * neither the token nor its signature, and no secret.
 */
struct login_record {
    const char *service;        /* of PAM */
    const char *user;           /* the account that logged in */
    const char *identity;       /* whom the token named */
    struct ticket ticket;       /* of the token */
    double expires;             /* "exp", seconds since 1970 */
    bool revocation;            /* true if `place` is asked again */
    struct store_uri store_uri; /* not to be freed */
    bool limits_session;
    bool is_foreign; /* the user is not a Unix account: there is no session */
    const struct strings *environment; /* NAME=VALUE */

    /* Of a record that was parsed: owns the above. */
    struct json_object *document;
    struct strings variables;
    struct strings issuer_names;
};

/* Writes a record as text. NULL: out of memory. The caller frees it. */
char *login_record_text(const struct login_record *record);

/*
 * Reads what login_record_text() wrote. Any other text is refused, also one
 * that says the same in another spelling. login_record_done() is due in every
 * case.
 */
bool login_record_parse(const char *text, struct login_record *ret_record)
    __attribute__((warn_unused_result));

/* Frees what a parsed record owns; a zeroed record is allowed. */
void login_record_done(struct login_record *record);

#endif
