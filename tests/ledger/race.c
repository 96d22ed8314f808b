/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race CONFDIR SERVICE USER COUNT BASE INTERVAL <TOKENS: for each line of input
 * COUNT processes log in with it at the same instant, through libpam. Prints
 * how many of them got in, a line a token. Round N begins at BASE seconds since
 * 1970 and N times INTERVAL milliseconds; with BASE 0, when all are ready.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int
converse(int count, const struct pam_message **messages,
         struct pam_response **ret_responses, void *data)
{
    struct pam_response *responses = calloc((size_t)count, sizeof *responses);

    for (int i = 0; i < count; i++)
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
            responses[i].resp = strdup(data);
    *ret_responses = responses;
    return PAM_SUCCESS;
}

static int
log_in(char **argv, char *token, int gate)
{
    const struct pam_conv conversation = {converse, token};
    pam_handle_t *pamh = NULL;
    double base = atof(argv[5]);
    char byte;
    int code =
        pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &pamh);

    if (code != PAM_SUCCESS || read(gate, &byte, 1) != 0)
        return 2;
    if (base > 0) {
        struct timespec at = {(time_t)base,
                              (long)((base - (double)(time_t)base) * 1e9)};
        clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL);
    }
    code = pam_authenticate(pamh, 0);
    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(pamh, 0);
    pam_end(pamh, code);
    return code == PAM_SUCCESS ? 0 : 1;
}

int
main(int argc, char **argv)
{
    static char token[65536];
    static char base[40];
    double begin = argc == 7 ? atof(argv[5]) : 0;
    int count = argc == 7 ? atoi(argv[4]) : 0;

    if (argc != 7)
        return 2;
    argv[5] = base;
    for (int round = 0; fgets(token, sizeof token, stdin) != NULL; round++) {
        int in = 0, gate[2], status;

        token[strcspn(token, "\n")] = '\0';
        snprintf(base, sizeof base, "%.6f",
                 begin > 0 ? begin + round * atof(argv[6]) / 1000 : 0.0);
        if (pipe(gate) != 0)
            return 2;
        fflush(stdout);
        for (int i = 0; i < count; i++)
            if (fork() == 0) {
                close(gate[1]);
                _exit(log_in(argv, token, gate[0]));
            }
        close(gate[0]);
        usleep(20000); /* most are at the gate */
        close(gate[1]);
        for (int i = 0; i < count; i++) {
            if (wait(&status) < 0 || !WIFEXITED(status) ||
                WEXITSTATUS(status) > 1)
                in = 1000;
            else
                in += WEXITSTATUS(status) == 0;
        }
        printf("%d\n", in);
    }
    return 0;
}
