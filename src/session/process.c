/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A line of stat is below 400 bytes; a command's name in it is at most 64. */
#define STAT_MAX 1024

/* A command's name, its newline and the final NUL. */
#define COMM_SIZE 80

/* Reads a small file of /proc as a string; a longer one is cut. */
static bool
read_text(const char *path, char *into, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t length = -1;

    if (fd < 0)
        return false;
    while (used + 1 < size) {
        length = read(fd, into + used, size - 1 - used);
        if (length <= 0)
            break;
        used += (size_t)length;
    }
    close(fd);
    into[used] = '\0';
    if (length < 0 || used == 0)
        errno = EIO;
    return length >= 0 && used > 0;
}

/* Reads decimal digits alone; moves `at` behind them. */
static bool
read_number(const char **at, unsigned long long *ret_number)
{
    unsigned long long number = 0;

    if (**at < '0' || **at > '9')
        return false;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        unsigned digit = (unsigned)(**at - '0');

        if (number > (ULLONG_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

bool
process_parse_stat(const char *line, unsigned long long *ret_pid,
                   unsigned long long *ret_start)
{
    /* The name in parentheses may hold anything, parentheses too. */
    const char *at = strrchr(line, ')');
    const char *begin = line;

    if (at == NULL || !read_number(&begin, ret_pid) || *begin != ' ')
        return false;
    /* The start is the 22nd field; the name is the second. */
    for (int field = 2; field < 22; field++) {
        at = strchr(at, ' ');
        if (at == NULL)
            return false;
        at++;
    }
    return read_number(&at, ret_start) && *at == ' ';
}

/* Reads the pid and the start of a process, by its folder in /proc. */
static bool
read_stat(const char *folder, unsigned long long *ret_pid,
          unsigned long long *ret_start)
{
    char path[64];
    char line[STAT_MAX];

    snprintf(path, sizeof path, "/proc/%s/stat", folder);
    return read_text(path, line, sizeof line) &&
           process_parse_stat(line, ret_pid, ret_start);
}

static bool
is_boot(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    for (size_t i = 0; i < sizeof form - 1; i++)
        if (form[i] == '-' ? text[i] != '-'
                           : text[i] == '\0' ||
                                 strchr("0123456789abcdef", text[i]) == NULL)
            return false;
    return true;
}

static bool
read_boot(char boot[PROCESS_BOOT_SIZE])
{
    return read_text("/proc/sys/kernel/random/boot_id", boot,
                     PROCESS_BOOT_SIZE) &&
           is_boot(boot);
}

bool
process_self(struct process *ret_process)
{
    struct process process;
    struct stat space;

    if (!read_stat("self", &process.pid, &process.start) ||
        !read_boot(process.boot) || stat("/proc/self/ns/pid", &space) != 0)
        return false;
    if (process.pid != (unsigned long long)getpid()) {
        errno = ENOENT;
        return false;
    }
    process.space = space.st_ino;
    *ret_process = process;
    return true;
}

static bool
has_same_name(const char *folder)
{
    char own[COMM_SIZE];
    char other[COMM_SIZE];
    char path[64];

    snprintf(path, sizeof path, "/proc/%s/comm", folder);
    return read_text("/proc/self/comm", own, sizeof own) &&
           read_text(path, other, sizeof other) && strcmp(own, other) == 0;
}

/*
 * In a container root may lack CAP_SYS_PTRACE, without which a process that has
 * changed its user meanwhile, as sshd does for a key, does not show its
 * executable. Its name it shows.
 */
static bool
runs_same_executable(const char *folder)
{
    struct stat own;
    struct stat other;
    char path[64];

    snprintf(path, sizeof path, "/proc/%s/exe", folder);
    if (stat("/proc/self/exe", &own) != 0)
        return false;
    if (stat(path, &other) != 0)
        return (errno == EACCES || errno == EPERM) && has_same_name(folder);
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

bool
process_parent(struct process *ret_process)
{
    struct process process;
    pid_t parent = getppid();
    char folder[32];

    /* 0 is of another pid namespace, 1 also adopts orphans. */
    if (parent <= 1 || !process_self(&process))
        return false;
    snprintf(folder, sizeof folder, "%ld", (long)parent);
    if (!read_stat(folder, &process.pid, &process.start) ||
        process.pid != (unsigned long long)parent ||
        !runs_same_executable(folder) || getppid() != parent)
        return false;
    *ret_process = process;
    return true;
}

bool
process_is_gone(const struct process *process)
{
    unsigned long long pid;
    unsigned long long start;
    char folder[32];

    snprintf(folder, sizeof folder, "%llu", process->pid);
    if (read_stat(folder, &pid, &start))
        return start != process->start;
    /* /proc may hide it (hidepid); a number of another kind is of nobody. */
    return process->pid == 0 || process->pid > INT_MAX ||
           (kill((pid_t)process->pid, 0) != 0 && errno == ESRCH);
}

bool
process_same_boot(const struct process *a, const struct process *b)
{
    return strcmp(a->boot, b->boot) == 0;
}

bool
process_same_space(const struct process *a, const struct process *b)
{
    return process_same_boot(a, b) && a->space == b->space;
}

void
process_name(const struct process *process, char ret_name[PROCESS_NAME_SIZE])
{
    snprintf(ret_name, PROCESS_NAME_SIZE, "%s.%llu.%llu.%llu", process->boot,
             process->space, process->pid, process->start);
}

bool
process_parse(const char *name, size_t length, struct process *ret_process)
{
    struct process process;
    char copy[PROCESS_NAME_SIZE];
    char again[PROCESS_NAME_SIZE];
    const char *at = copy + PROCESS_BOOT_SIZE - 1;

    if (length >= sizeof copy || length < PROCESS_BOOT_SIZE)
        return false;
    memcpy(copy, name, length);
    copy[length] = '\0';
    if (!is_boot(copy))
        return false;
    snprintf(process.boot, sizeof process.boot, "%.36s", copy);
    if (*at++ != '.' || !read_number(&at, &process.space) || *at++ != '.' ||
        !read_number(&at, &process.pid) || *at++ != '.' ||
        !read_number(&at, &process.start))
        return false;
    process_name(&process, again);
    if (strcmp(copy, again) != 0)
        return false;
    *ret_process = process;
    return true;
}

void
process_executable(char ret_name[PROCESS_TITLE_SIZE])
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    const char *name;

    path[length > 0 ? length : 0] = '\0';
    name = strrchr(path, '/');
    snprintf(ret_name, PROCESS_TITLE_SIZE, "%.255s",
             name != NULL ? name + 1 : "");
}

void
process_title(char ret_title[PROCESS_TITLE_SIZE])
{
    if (!read_text("/proc/self/cmdline", ret_title, PROCESS_TITLE_SIZE))
        ret_title[0] = '\0';
}
