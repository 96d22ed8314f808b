/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COUNTED_H
#define COUNTED_H

#include "base/reason.h"

#include <security/pam_modules.h>
#include <stdbool.h>

/*
 * Which token of a connection has counted: the way of a login's record from the
 * auth phase to account, setcred and session (login_record.h is what it says).
 */

/*
 * Begins an attempt: forgets an earlier one that did not count. False: out of
 * memory, or PAM data cannot be read; then nobody may log in.
 */
bool counted_begin(pam_handle_t *pamh) __attribute__((warn_unused_result));

#define COUNTED_ERROR_MAX 256

/*
 * Keeps the record of an attempt that this module has accepted, until its
 * account phase. OK, NO_MEMORY, or STATE_UNAVAILABLE and why, safe to log.
 */
typedef enum reason counted_keeper(pam_handle_t *pamh, const char *text,
                                   char ret_error[COUNTED_ERROR_MAX]);
counted_keeper counted_keep __attribute__((warn_unused_result));

/* Judges one record: the code of the account phase. */
typedef int counted_judge(pam_handle_t *pamh, const char *text);

/*
 * Has each record that has counted judged, and confirms the last of them. The
 * account phase's code; PAM_IGNORE: no token has logged in.
 */
int counted_account(pam_handle_t *pamh, counted_judge *judge)
    __attribute__((warn_unused_result));

/* True if a token made this login: for setcred. */
bool counted_is_login(pam_handle_t *pamh);

/* The record of a login. */
struct counted {
    char *text;      /* for the caller to free; NULL: no token has logged in */
    bool asks_again; /* no account phase of this process has confirmed it */
};

/*
 * Takes the last record that has counted; others are judged as in the account
 * phase. False: one of them is refused, or cannot be read.
 */
bool counted_take(pam_handle_t *pamh, counted_judge *judge,
                  struct counted *ret_counted)
    __attribute__((warn_unused_result));

/* Removes what is left of this process's login, at the end of its session. */
void counted_end(pam_handle_t *pamh);

#endif
