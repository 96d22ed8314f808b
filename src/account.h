/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "verdict.h"

#include <stdbool.h>
#include <sys/types.h>

struct pattern;

/* Which local accounts may log in with a token. */
struct account_policy {
    struct pattern *user_pattern; /* the whole name must match */
    uid_t min_uid;
    bool allow_root;
};

/*
 * Whether `user` may be an account's name. USER_NOT_ALLOWED if not; nothing is
 * looked up.
 */
enum reason account_check_name(const char *user,
                               const struct account_policy *policy,
                               struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * Whether NSS knows the account (files, LDAP, SSSD alike), and whether its uid
 * may log in: OK, UNKNOWN_USER, USER_NOT_ALLOWED, NO_MEMORY, or
 * STATE_UNAVAILABLE where NSS fails other than by saying absent.
 */
enum reason account_check_entry(const char *user,
                                const struct account_policy *policy,
                                struct verdict *verdict)
    __attribute__((warn_unused_result));

#endif
