/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM module for tests. `give=FILE` puts the file's text into PAM_AUTHTOK;
 * `write=FILE` writes what PAM_AUTHTOK holds, "(none)" for nothing. In
 * every phase it puts the variable of an argument `PAM_JWT_LOGIN=VALUE` into
 * the PAM environment, as pam_env does for a person. In a session it writes the
 * limit that pam_systemd would find, and the environment, to the file of its
 * argument `session=FILE`. `setcred=FILE`, alone on its line, adds a line to
 * the file at each setcred, and succeeds. `ask` in the account phase asks a
 * question, and succeeds whatever the answer is. `delay` in the auth phase
 * takes PAM_FAIL_DELAY.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 65536

static void
delay(int status, unsigned microseconds, void *data)
{
    (void)status;
    (void)microseconds;
    (void)data;
}

static int
take_delay(pam_handle_t *pamh)
{
    const union {
        void (*function)(int, unsigned, void *);
        const void *item;
    } ours = {delay};

    return pam_set_item(pamh, PAM_FAIL_DELAY, ours.item) == PAM_SUCCESS
               ? PAM_IGNORE
               : PAM_SYSTEM_ERR;
}

/* Whether the argument is a variable; then it is put. */
static int
carries(pam_handle_t *pamh, int argc, const char **argv)
{
    return argc > 0 && strncmp(argv[0], "PAM_JWT_LOGIN=", 14) == 0 &&
           pam_putenv(pamh, argv[0]) == PAM_SUCCESS;
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    static char text[TEXT_MAX];
    const void *item = NULL;

    (void)flags;
    if (carries(pamh, argc, argv))
        return PAM_IGNORE;
    if (argc > 0 && strncmp(argv[0], "setcred=", 8) == 0)
        return PAM_SUCCESS;
    if (argc > 0 && strcmp(argv[0], "delay") == 0)
        return take_delay(pamh);
    for (int i = 0; i < argc; i++) {
        int is_give = strncmp(argv[i], "give=", 5) == 0;
        FILE *file = fopen(argv[i] + (is_give ? 5 : 6), is_give ? "r" : "w");

        if (file == NULL)
            return PAM_SYSTEM_ERR;
        if (is_give) {
            text[fread(text, 1, TEXT_MAX - 1, file)] = '\0';
            pam_set_item(pamh, PAM_AUTHTOK, text);
        } else {
            pam_get_item(pamh, PAM_AUTHTOK, &item);
            fputs(item != NULL ? item : "(none)", file);
        }
        fclose(file);
    }
    return argc > 0 && strncmp(argv[0], "give=", 5) == 0 ? PAM_IGNORE
                                                         : PAM_SUCCESS;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    FILE *file = NULL;

    (void)pamh;
    if (argc == 0 || strncmp(argv[0], "setcred=", 8) != 0)
        return PAM_SUCCESS;
    file = fopen(argv[0] + 8, "a");
    if (file == NULL)
        return PAM_SYSTEM_ERR;
    fprintf(file, "setcred %#x\n", (unsigned)flags);
    fclose(file);
    return PAM_SUCCESS;
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    char *answer = NULL;

    (void)flags;
    if (argc > 0 && strcmp(argv[0], "ask") == 0) {
        pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &answer, "Really? ");
        free(answer);
        return PAM_SUCCESS;
    }
    return carries(pamh, argc, argv) ? PAM_IGNORE : PAM_SYSTEM_ERR;
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const void *limit = NULL;
    char **list = NULL;
    FILE *file = NULL;

    (void)flags;
    if (carries(pamh, argc, argv))
        return PAM_IGNORE;
    list = pam_getenvlist(pamh);
    if (argc > 0 && strncmp(argv[0], "session=", 8) == 0)
        file = fopen(argv[0] + 8, "w");
    if (file == NULL || list == NULL)
        return PAM_SESSION_ERR;
    if (pam_get_data(pamh, "systemd.runtime_max_sec", &limit) != PAM_SUCCESS)
        limit = "(none)";
    fprintf(file, "limit=%s\n", (const char *)limit);
    for (char **at = list; *at != NULL; at++) {
        fprintf(file, "%s\n", *at);
        free(*at);
    }
    free(list);
    fclose(file);
    return PAM_SUCCESS;
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
