/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PAMLOG_H
#define PAMLOG_H

#include "base/reason.h"

#include <security/pam_modules.h>

/* Reasons as PAM and its log have them. */

/* The PAM code of a reason, and the syslog level of its line. */
int pamlog_code(enum reason reason);
int pamlog_level(enum reason reason);

/* A PAM item that is a string, NULL if it is unset; owned by libpam. */
const char *pamlog_item(pam_handle_t *pamh, int item);

/* The line of a failed login, of exactly the shape that pam_unix gives it. */
void pamlog_failure(pam_handle_t *pamh);

/*
 * Logs a refusal where nobody answered, and so nobody failed: one line with the
 * reason, as pam_unix has no line of a failed login there. Returns it.
 */
enum reason pamlog_unanswered(pam_handle_t *pamh, enum reason reason,
                              const char *what);

/*
 * Logs a refusal in which no claim of a token had a part: that line, and one
 * with the reason. Returns it, for `return pamlog_refuse`.
 */
enum reason pamlog_refuse(pam_handle_t *pamh, enum reason reason,
                          const char *what);

#endif
