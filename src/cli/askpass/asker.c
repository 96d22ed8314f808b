/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/askpass/asker.h"

#include "base/base64.h"
#include "base/text.h"
#include "cli/cli.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel's limit for all arguments of one program is 2 MB by default. */
#define ARGUMENTS_MAX (4 * 1024 * 1024)

/* The first version that puts "(user@host) " in front of a server's question.
 */
#define SSH_MAJOR 8
#define SSH_MINOR 5

/* A program that does not say its version within this time is not ssh. */
#define VERSION_MILLISECONDS 5000

/* Reads a file of /proc/ID, with a NUL behind it; -1: it cannot be read. */
static ssize_t
read_proc(pid_t id, const char *name, char *into, size_t size)
{
    char path[64];
    size_t used = 0;
    FILE *in;

    snprintf(path, sizeof path, "/proc/%ld/%s", (long)id, name);
    in = fopen(path, "re");
    if (in == NULL)
        return -1;
    used = fread(into, 1, size - 1, in);
    into[used] = '\0';
    if (ferror(in) || used == size - 1) {
        fclose(in);
        return -1;
    }
    fclose(in);
    return (ssize_t)used;
}

/* Where /proc/ID/stat has what is read here; proc_pid_stat(5). */
#define FIELD_STATE  3
#define FIELD_PARENT 4
#define FIELD_START  22

/* Reads the fields behind "ID (NAME)", in which any byte may stand. */
static bool
read_fields(char *text, struct process *process)
{
    char *rest = NULL;
    int at = FIELD_STATE;

    for (char *field = strtok_r(text, " ", &rest); field != NULL;
         field = strtok_r(NULL, " ", &rest), at++) {
        if (at == FIELD_PARENT)
            process->parent = (pid_t)strtol(field, NULL, 10);
        if (at == FIELD_START)
            process->start = strtoull(field, NULL, 10);
    }
    return at > FIELD_START;
}

static bool
read_stat(pid_t id, struct process *process)
{
    char text[2048];
    const char *from;
    char *to;

    if (read_proc(id, "stat", text, sizeof text) < 0)
        return false;
    from = strchr(text, '(');
    to = strrchr(text, ')');
    if (from == NULL || to == NULL || to < from ||
        (size_t)(to - from) > sizeof process->name)
        return false;
    *to = '\0';
    strcpy(process->name, from + 1);
    return read_fields(to + 1, process);
}

bool
process_read(pid_t id, struct process *ret_process)
{
    char text[8192];
    const char *line;
    unsigned long real;
    unsigned long effective;

    *ret_process = (struct process){.id = id};
    if (!read_stat(id, ret_process) ||
        read_proc(id, "status", text, sizeof text) < 0)
        return false;
    line = strstr(text, "\nUid:");
    if (line == NULL || sscanf(line, "\nUid: %lu %lu", &real, &effective) != 2)
        return false;
    ret_process->real = (uid_t)real;
    ret_process->effective = (uid_t)effective;
    return true;
}

/* Runs the asker's own program as `ssh -V`, with its output to `out`. */
static pid_t
run_version(pid_t asker, int out)
{
    pid_t child = fork();
    char path[64];
    char name[] = "ssh";
    char option[] = "-V";
    char *const arguments[] = {name, option, NULL};
    char *const environment[] = {NULL};

    if (child != 0)
        return child;
    snprintf(path, sizeof path, "/proc/%ld/exe", (long)asker);
    if (dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0)
        execve(path, arguments, environment);
    _exit(127);
}

/* Reads what a program prints until it ends, or the time is over. */
static void
read_version(int in, char *into, size_t size)
{
    struct pollfd ready = {.fd = in, .events = POLLIN};
    size_t used = 0;
    ssize_t got = 1;

    while (got > 0 && used + 1 < size &&
           poll(&ready, 1, VERSION_MILLISECONDS) == 1) {
        got = read(in, into + used, size - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    into[used] = '\0';
}

/* True if the asker's program is OpenSSH's client, and new enough. */
static bool
is_ssh(pid_t asker, char what[ASKER_WHAT_MAX])
{
    char text[256] = "";
    int ends[2];
    int major = 0;
    int minor = 0;
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    child = run_version(asker, ends[1]);
    close(ends[1]);
    if (child > 0) {
        read_version(ends[0], text, sizeof text);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    close(ends[0]);
    if (sscanf(text, "OpenSSH_%d.%d", &major, &minor) != 2) {
        snprintf(what, ASKER_WHAT_MAX,
                 "the program that asks is named ssh and is not OpenSSH's");
        return false;
    }
    snprintf(what, ASKER_WHAT_MAX,
             "OpenSSH %d.%d does not say which host asks: 8.5 or newer does",
             major, minor);
    return major > SSH_MAJOR || (major == SSH_MAJOR && minor >= SSH_MINOR);
}

enum asker
asker_identify(struct process *ret_asker, char ret_what[ASKER_WHAT_MAX])
{
    uid_t us = getuid();

    if (!process_read(getppid(), ret_asker)) {
        snprintf(ret_what, ASKER_WHAT_MAX,
                 "/proc does not show which program asks");
        return ASKER_REFUSED;
    }
    snprintf(ret_what, ASKER_WHAT_MAX, "%s asks, which is neither ssh nor sudo",
             text_log_value(ret_asker->name).text);
    if (text_equal(ret_asker->name, "sudo") && ret_asker->effective == 0 &&
        ret_asker->real == us)
        return ASKER_SUDO;
    if (!text_equal(ret_asker->name, "ssh") || ret_asker->effective != us ||
        ret_asker->real != us || !is_ssh(ret_asker->id, ret_what))
        return ASKER_REFUSED;
    /* Another process may have got its number meanwhile. */
    if (getppid() == ret_asker->id)
        return ASKER_SSH;
    snprintf(ret_what, ASKER_WHAT_MAX, "the program that asks has ended");
    return ASKER_REFUSED;
}

/* Takes out the quotes and backslashes that ssh takes out of "-o User=". */
static size_t
drop_quotes(char *text, size_t length)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++)
        if (text[i] == '\0' || strchr("\"'\\", text[i]) == NULL)
            text[used++] = text[i];
    return used;
}

/* Decodes %HH in place, as ssh does with ssh://USER@HOST. */
static size_t
decode_percent(char *text, size_t length)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++, used++) {
        unsigned char byte;
        size_t size;

        text[used] = text[i];
        if (text[i] == '%' && i + 2 < length &&
            hex_decode(text + i + 1, 2, &byte, &size)) {
            text[used] = (char)byte;
            i += 2;
        }
    }
    return used;
}

/*
 * Looks for "@HOST)" that is not a part of "(USER@HOST)". The space behind it
 * does not count: ssh makes one of a '+' in ssh://USER@HOST.
 */
static bool
holds(const char *text, size_t length, const char *user, const char *host)
{
    const char *end = text + length;
    size_t before = strlen(user) + 1;
    size_t size = before + strlen(host) + 3;
    char *wanted = malloc(size);
    bool is_there = false;
    const char *at = text;

    if (wanted == NULL)
        cli_no_memory();
    snprintf(wanted, size, "(%s@%s)", user, host);
    for (size = strlen(wanted) - before;
         !is_there &&
         (at = memmem(at, (size_t)(end - at), wanted + before, size)) != NULL;
         at++)
        is_there = (size_t)(at - text) < before ||
                   memcmp(at - before, wanted, before) != 0;
    free(wanted);
    return is_there;
}

bool
asker_was_told(const struct process *asker, const char *user, const char *host)
{
    char *arguments = malloc(ARGUMENTS_MAX);
    ssize_t got;
    size_t length;
    bool was_told;

    if (arguments == NULL)
        cli_no_memory();
    got = read_proc(asker->id, "cmdline", arguments, ARGUMENTS_MAX);
    length = got > 0 ? drop_quotes(arguments, (size_t)got) : 0;
    was_told = length == 0 || holds(arguments, length, user, host) ||
               holds(arguments, decode_percent(arguments, length), user, host);
    free(arguments);
    return was_told;
}
