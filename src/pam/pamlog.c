/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam/pamlog.h"

#include "base/text.h"

#include <security/pam_ext.h>
#include <syslog.h>
#include <unistd.h>

int
pamlog_code(enum reason reason)
{
    switch (reason) {
#define X(id, name, text, pam, level, exit) \
    case REASON_##id:                       \
        return pam;
        REASON_TABLE(X)
#undef X
    case REASON_UNDECIDED:
    case REASON_END:
    default:
        return PAM_AUTH_ERR;
    }
}

int
pamlog_level(enum reason reason)
{
    switch (reason) {
#define X(id, name, text, pam, level, exit) \
    case REASON_##id:                       \
        return level;
        REASON_TABLE(X)
#undef X
    case REASON_UNDECIDED:
    case REASON_END:
    default:
        return LOG_ERR;
    }
}

const char *
pamlog_item(pam_handle_t *pamh, int item)
{
    const void *text = NULL;

    return pam_get_item(pamh, item, &text) == PAM_SUCCESS ? text : NULL;
}

/*
 * Exactly what pam_unix writes, because fail2ban and others read it; nothing
 * may be added. The values come from outside, the user's name above all.
 */
void
pamlog_failure(pam_handle_t *pamh)
{
    const char *user = pamlog_item(pamh, PAM_USER);

    pam_syslog(pamh, LOG_NOTICE,
               "authentication failure; logname= uid=%lu euid=%lu tty=%s "
               "ruser=%s rhost=%s%s%s",
               (unsigned long)getuid(), (unsigned long)geteuid(),
               text_field(pamlog_item(pamh, PAM_TTY), "").text,
               text_field(pamlog_item(pamh, PAM_RUSER), "").text,
               text_field(pamlog_item(pamh, PAM_RHOST), ":%").text,
               user != NULL && *user != '\0' ? "  user=" : "",
               text_field(user, "").text);
}

enum reason
pamlog_unanswered(pam_handle_t *pamh, enum reason reason, const char *what)
{
    pam_syslog(pamh, pamlog_level(reason), "%s: %s", reason_name(reason), what);
    return reason;
}

enum reason
pamlog_refuse(pam_handle_t *pamh, enum reason reason, const char *what)
{
    pamlog_failure(pamh);
    return pamlog_unanswered(pamh, reason, what);
}
