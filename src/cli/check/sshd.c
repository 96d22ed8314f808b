/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/check/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The settings of sshd_config(5) that a login with a token depends on. */
static const struct {
    const char *setting; /* as sshd -T prints it */
    enum severity severity;
    const char *what;
    const char *why;
    const char *fix;
} rows[] = {
    {"usepam no", FINDING_ERROR, "UsePAM no",
     "sshd asks no PAM module, no token logs in", "set UsePAM yes"},
    {"kbdinteractiveauthentication no", FINDING_WARNING,
     "KbdInteractiveAuthentication no",
     "tokens of more than 1023 bytes do not fit, for only that method asks for "
     "parts",
     "set KbdInteractiveAuthentication yes, and PasswordAuthentication no"},
    {"permitemptypasswords yes", FINDING_WARNING, "PermitEmptyPasswords yes",
     "an account without a password is open to whoever gives no token",
     "set it to no"},
};

/* The two methods by which sshd asks PAM. */
static const char *const methods_off[] = {"kbdinteractiveauthentication no",
                                          "passwordauthentication no"};

static void
check_methods(unsigned off, struct findings *findings)
{
    if (off == 3)
        finding_add(findings, FINDING_ERROR, "sshd_config",
                    "no method is left that asks for a token",
                    "set KbdInteractiveAuthentication yes",
                    "KbdInteractiveAuthentication no and "
                    "PasswordAuthentication no");
}

void
cli_check_sshd(struct findings *findings)
{
    /* Reads the configuration and changes nothing; only root may. */
    FILE *in = popen("/usr/sbin/sshd -T 2>/dev/null", "r");
    char *line = NULL;
    size_t size = 0;
    unsigned off = 0;

    if (in == NULL)
        return;
    while (getline(&line, &size, in) > 0) {
        line[strcspn(line, "\n")] = '\0';
        for (unsigned i = 0; i < 2; i++)
            if (text_equal_nocase(line, methods_off[i]))
                off |= 1U << i;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (text_equal_nocase(line, rows[i].setting))
                finding_add(findings, rows[i].severity, "sshd_config",
                            rows[i].why, rows[i].fix, "%s", rows[i].what);
    }
    check_methods(off, findings);
    free(line);
    pclose(in);
}
