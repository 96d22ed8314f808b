/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PHASES_H
#define PHASES_H

#include "reason.h"

#include <security/pam_modules.h>
#include <stdbool.h>

struct answer;
struct config;

/*
 * What becomes of a login once there is a token. It is the one table of
 * COMPANION_TOKEN, an object of its own: with it come OpenSSL and json-c, of
 * which a program where nobody has a token shall have nothing. It leaves no
 * pointer to its code behind: it may be unloaded after any call.
 */
struct phases {
    const char *identity; /* companion_identity */

    /*
     * Decides about the token of an answer that has the shape of one, logs
     * that, and on OK leaves what the other phases need (handover.h). `user`
     * is NULL where the token shall choose; then OK has set PAM_USER. The
     * configuration is without mistakes.
     */
    enum reason (*judge)(pam_handle_t *pamh, const struct config *config,
                         const struct answer *answer, const char *user);

    /* handover_clear(). */
    bool (*clear)(pam_handle_t *pamh);

    /* Whether the login that was left still holds: the account phase's code. */
    int (*account)(pam_handle_t *pamh);

    /*
     * Sets the session's environment, for the session phase's code. With
     * PAM_SUCCESS the caller owns `ret_record`, who logged in by which token,
     * safe to log; and `ret_limit`, how many seconds the session may last, in
     * decimal, NULL for any.
     */
    int (*open_session)(pam_handle_t *pamh, char **ret_record,
                        char **ret_limit);
};

#endif
