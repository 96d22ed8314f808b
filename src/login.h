/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOGIN_H
#define LOGIN_H

#include "account.h"
#include "keyset.h"
#include "token.h"

#include <stdbool.h>

/* The rules for the tokens of one issuer. */
struct issuer {
    struct strings key_files;
    enum key_encoding key_encoding;
    struct token_policy token;
    char *user_map; /* path; NULL: the identity is the account's name */
    struct account_policy account;
};

/* What a program asks. */
struct login_request {
    const char *service;  /* PAM service, NULL when not known */
    const char *user;     /* account asked for, NULL: the token says */
    const char *hostname; /* what %h stands for, NULL when not known */
    double now;           /* seconds since 1970 */
    bool skip_account;    /* leave out what the account database knows */
};

/* A decision and what it was made of. */
struct login {
    struct verdict verdict;
    struct token token;
    struct keyset keys;
    struct strings key_problems; /* what is wrong with keys, to be logged */
    const char *user; /* the account, only with REASON_OK; the request's, the
                         token's or `mapped` */
    char *mapped;     /* the account that user_map gave */
};

/*
 * May the holder of this token become this local account, for this service,
 * now? REASON_OK is reached here and nowhere else. login_done() is due in every
 * case; `text` and the request must outlive the login.
 */
enum reason
login_decide(const char *text, size_t length, const struct issuer *issuer,
             const struct login_request *request, struct login *ret_login)
    __attribute__((warn_unused_result));

/* Wipes and frees; a zeroed login is allowed. */
void login_done(struct login *login);

#endif
