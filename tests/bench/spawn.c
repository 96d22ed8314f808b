/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn ROUNDS <COMMANDS: starts every command once a round, in another order
 * each round, and prints for each start its name, microseconds of wall clock
 * and of processor, page faults, and KiB of memory at the peak. A line of input
 * is a name and a command, separated by tabs. 1 if one fails.
 */
#include "bench.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define COMMANDS_MAX  64
#define ARGUMENTS_MAX 16

struct command {
    char *name;
    char *arguments[ARGUMENTS_MAX + 1];
};

static struct command commands[COMMANDS_MAX];

static size_t
read_commands(void)
{
    static char line[8192];
    size_t count = 0;

    while (count < COMMANDS_MAX && fgets(line, sizeof line, stdin) != NULL) {
        struct command *command = &commands[count++];
        size_t at = 0;

        line[strcspn(line, "\n")] = '\0';
        command->name = strtok(strdup(line), "\t");
        while (at < ARGUMENTS_MAX &&
               (command->arguments[at] = strtok(NULL, "\t")) != NULL)
            at++;
    }
    return count;
}

static double
microseconds(const struct timeval *time)
{
    return (double)time->tv_sec * 1e6 + (double)time->tv_usec;
}

static bool
start(const struct command *command)
{
    /* An environment of the caller's own size would change the figures. */
    static char path[] = "PATH=/usr/bin:/bin";
    char *environment[] = {path, NULL};
    struct rusage usage;
    double begin = bench_seconds();
    double end;
    pid_t child;
    int status;

    if (posix_spawn(&child, command->arguments[0], NULL, NULL,
                    command->arguments, environment) != 0 ||
        wait4(child, &status, 0, &usage) != child)
        return false;
    end = bench_seconds();
    if (status != 0)
        return false;
    printf("%s %.1f %.0f %ld %ld\n", command->name, (end - begin) * 1e6,
           microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime),
           usage.ru_minflt, usage.ru_maxrss);
    return true;
}

int
main(int argc, char **argv)
{
    size_t order[COMMANDS_MAX];
    size_t count;

    if (argc != 2)
        return 2;
    count = read_commands();
    bench_pin();
    for (long round = atol(argv[1]); round > 0; round--) {
        bench_shuffle(order, count);
        for (size_t i = 0; i < count; i++)
            if (!start(&commands[order[i]])) {
                fprintf(stderr, "FAIL %s\n", commands[order[i]].name);
                return 1;
            }
    }
    return 0;
}
