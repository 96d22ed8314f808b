/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A shared object to preload into pamtester: gives it a private folder in place
 * of /etc/pam.d, by libpam's own pam_start_confdir(). PAM_CONFDIR names the
 * folder. With PAM_CONFDIR_LOG set, log messages go to the standard error as
 * "SYSLOG(PRIORITY): text"; otherwise they are dropped. Two runs at once share
 * nothing. The host gets the locale of its environment, as sudo and su do.
 */
#include <locale.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

/* glibc's fortified headers call this one in place of syslog(). */
void __syslog_chk(int priority, int flag, const char *format, ...);

int
pam_start(const char *service, const char *user,
          const struct pam_conv *conversation, pam_handle_t **ret_pamh)
{
    const char *folder = getenv("PAM_CONFDIR");

    setlocale(LC_ALL, "");
    /* Without a folder libpam would read the machine's own. */
    if (folder == NULL)
        return PAM_SYSTEM_ERR;
    return pam_start_confdir(service, user, conversation, folder, ret_pamh);
}

/* One write a line, so that the lines of two processes do not mix. */
static void
show(int priority, const char *format, va_list arguments)
{
    char text[8192];
    int length;

    if (getenv("PAM_CONFDIR_LOG") == NULL)
        return;
    length = vsnprintf(text, sizeof text, format, arguments);
    if (length >= 0)
        fprintf(stderr, "SYSLOG(%d): %s\n", priority & LOG_PRIMASK, text);
}

void
pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format,
            va_list arguments)
{
    (void)pamh;
    show(priority, format, arguments);
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
    va_list arguments;

    (void)pamh;
    va_start(arguments, format);
    show(priority, format, arguments);
    va_end(arguments);
}

void
syslog(int priority, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    show(priority, format, arguments);
    va_end(arguments);
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    va_start(arguments, format);
    show(priority, format, arguments);
    va_end(arguments);
}
