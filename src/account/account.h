/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "base/strings.h"
#include "base/verdict.h"

#include <stdbool.h>
#include <sys/types.h>

struct pattern;

/* Names of accounts or of groups. Zeroed, it is unset and allows all. */
struct allowed {
    bool is_set;
    bool all; /* a * without quotes is among them */
    struct strings names;
};

/* Which local accounts may log in with a token. */
struct account_policy {
    struct pattern *user_pattern; /* the whole name must match */
    bool is_foreign;              /* names that are not Unix accounts */
    uid_t min_uid;
    bool allow_root;
    struct allowed allow_users;
    struct allowed allow_groups;
};

/* True if every name is allowed, because of a * or because it is unset. */
bool allowed_all(const struct allowed *allowed);

/*
 * Checks that `user` may be an account's name and is one of allow_users: OK,
 * USER_NOT_ALLOWED or NO_MEMORY. Looks nothing up.
 */
enum reason account_check_name(const char *user,
                               const struct account_policy *policy,
                               struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * Checks that NSS knows the account (files, LDAP, SSSD alike), that its uid may
 * log in, and that the account is in one of allow_groups, as its primary group
 * or a member. Where names are not Unix accounts, checks only that NSS does not
 * give this one uid 0, whatever allow_root says. OK, UNKNOWN_USER,
 * USER_NOT_ALLOWED, NO_MEMORY, or
 * STATE_UNAVAILABLE where NSS fails other than by saying absent.
 */
enum reason account_check_entry(const char *user,
                                const struct account_policy *policy,
                                struct verdict *verdict)
    __attribute__((warn_unused_result));

#endif
