/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * host CONFDIR SERVICE USER TOKEN-FILE: one login as a host has it, from
 * pam_start to pam_end, whose own copies of the token leave nothing behind.
 * Prints the code of each phase.
 */
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_MAX 20000

/* The token of the file, in memory that the caller wipes. */
static char *
read_token(const char *path)
{
    char *token = calloc(1, TOKEN_MAX);
    int descriptor = open(path, O_RDONLY);
    ssize_t length = read(descriptor, token, TOKEN_MAX - 1);

    close(descriptor);
    if (length > 0 && token[length - 1] == '\n')
        token[length - 1] = '\0';
    return token;
}

/* Reads the file for each question; the reply is the module's to wipe. */
static int
converse(int count, const struct pam_message **messages,
         struct pam_response **ret_responses, void *data)
{
    struct pam_response *responses = calloc((size_t)count, sizeof *responses);

    for (int i = 0; i < count; i++)
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF) {
            char *token = read_token(data);

            responses[i].resp = strdup(token);
            explicit_bzero(token, TOKEN_MAX);
            free(token);
        }
    *ret_responses = responses;
    return PAM_SUCCESS;
}

int
main(int argc, char **argv)
{
    struct pam_conv conversation = {converse, argc == 5 ? argv[4] : NULL};
    pam_handle_t *pamh = NULL;
    int code;

    if (argc != 5 || pam_start_confdir(argv[2], argv[3], &conversation, argv[1],
                                       &pamh) != PAM_SUCCESS)
        return 2;
    code = pam_authenticate(pamh, 0);
    printf("authenticate %d\n", code);
    if (code == PAM_SUCCESS) {
        printf("acct_mgmt %d\n", pam_acct_mgmt(pamh, 0));
        printf("setcred %d\n", pam_setcred(pamh, PAM_ESTABLISH_CRED));
        printf("open_session %d\n", pam_open_session(pamh, 0));
        printf("close_session %d\n", pam_close_session(pamh, 0));
    }
    pam_end(pamh, code);
    return 0;
}
