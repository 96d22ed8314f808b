/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOGIN_H
#define LOGIN_H

#include "login/issuer.h"

#include <stdbool.h>

/* The question of a program: may this token log in here? */
struct login_request {
    const char *service;  /* PAM service, NULL when not known */
    const char *user;     /* account asked for, NULL: the token says */
    const char *hostname; /* what %h stands for, NULL when not known */
    double now;           /* seconds since 1970 */
    bool uses_up; /* a token of one_time is used; otherwise only looked at */
    bool skip_account; /* leave out what the account database knows */
};

/* A decision and what it was made of. */
struct login {
    struct verdict verdict;
    struct token token;
    const struct issuer *issuer; /* the section that was chosen, or NULL */
    struct ticket ticket;        /* filled when the token is good */
    struct keyset keys;
    struct strings key_problems; /* what is wrong with keys, to be logged */
    struct strings environment;  /* NAME=VALUE, only with REASON_OK */
    struct strings left_out;     /* what export_env could not take */
    const char *user; /* the account, only with REASON_OK; the request's, the
                         token's or `mapped` */
    char *mapped;     /* the account that user_map gave */
};

/*
 * May the holder of this token become this local account, for this service,
 * now? REASON_OK is reached here and nowhere else. login_done() is due in every
 * case; `text`, the policy and the request must outlive the login.
 */
enum reason
login_decide(const char *text, size_t length, const struct policy *policy,
             const struct login_request *request, struct login *ret_login)
    __attribute__((warn_unused_result));

/* Wipes and frees; a zeroed login is allowed. */
void login_done(struct login *login);

#endif
