/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that asks, for tests: `NAME PROGRAM QUESTION...` runs PROGRAM with
 * each question in turn, as ssh and sudo run their helper, and ends with its
 * last exit status. `NAME -V` prints the file VERSION beside it. A question
 * "sleep N" waits instead; "-" is no argument at all.
 */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int
print_version(void)
{
    char path[4096] = "";
    char name[4200];
    char text[256] = "";
    FILE *in;

    if (readlink("/proc/self/exe", path, sizeof path - 1) < 0)
        return 1;
    snprintf(name, sizeof name, "%s/VERSION", dirname(path));
    in = fopen(name, "r");
    if (in == NULL || fgets(text, sizeof text, in) == NULL)
        return 1;
    fputs(text, stderr);
    return 0;
}

static int
ask(const char *program, const char *question)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (strcmp(question, "-") == 0)
            execl(program, program, (char *)NULL);
        else
            execl(program, program, question, (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int
main(int argc, char **argv)
{
    int code = 1;

    if (argc == 2 && strcmp(argv[1], "-V") == 0)
        return print_version();
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "sleep ", 6) == 0)
            usleep((unsigned)(atof(argv[i] + 6) * 1e6));
        else
            code = ask(argv[1], argv[i]);
    }
    return code;
}
