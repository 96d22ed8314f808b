/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PAM_JWT_TOKEN_H
#define PAM_JWT_TOKEN_H

#include "base/reason.h"
#include "pam/counted.h"

#include <security/pam_modules.h>
#include <stdbool.h>

struct answer;
struct config;

/*
 * The functions that handle a login with a token. It is the one table of
 * PLUGIN_TOKEN, an object of its own: with it come OpenSSL and json-c, of
 * which a program where nobody has a token shall have nothing. It leaves no
 * pointer to its code behind: it may be unloaded after any call.
 */
struct phases {
    const char *identity; /* plugin_identity */

    /*
     * Decides about the token of an answer that has the shape of one, and logs
     * that. On OK `keep` has been given the login record (login_record.h).
     * `user` is NULL where the token shall choose; then OK has set PAM_USER.
     * The configuration is without mistakes.
     */
    enum reason (*judge)(pam_handle_t *pamh, const struct config *config,
                         const struct answer *answer, const char *user,
                         counted_keeper *keep);

    /* Returns the account phase's code for a login record. */
    int (*account)(pam_handle_t *pamh, const char *text);

    /*
     * Judges a login record again, and sets the session's environment: the
     * session phase's code. With `asks_again` the state is asked as in the
     * account phase. With PAM_SUCCESS the caller owns `ret_line`, who logged in
     * by which token, safe to log; and `ret_limit`, the seconds that the
     * session may last, in decimal, NULL for any.
     */
    int (*open_session)(pam_handle_t *pamh, const char *text, bool asks_again,
                        char **ret_line, char **ret_limit);
};

#endif
