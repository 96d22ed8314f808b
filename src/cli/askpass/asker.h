/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASKER_H
#define ASKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ASKER_WHAT_MAX 200

/* A process as /proc shows it. */
struct process {
    pid_t id;
    pid_t parent;
    unsigned long long start; /* tells it from a later one of the same number */
    uid_t real;
    uid_t effective;
    char name[32]; /* of its program, at most 15 bytes */
};

/* Reads a process. False: it is not there, or /proc hides it. */
bool process_read(pid_t id, struct process *ret_process);

enum asker {
    ASKER_REFUSED, /* neither of the two: it gets no token */
    ASKER_SSH,     /* OpenSSH's client, which says the host in each question */
    ASKER_SUDO     /* this machine's sudo */
};

/*
 * Identifies the program that asks: the parent of this process. A client before
 * OpenSSH 8.5 is refused, because it shows a server's question as it came, and
 * a server can write another host into it. `ret_what` is the reason of a
 * refusal.
 */
enum asker asker_identify(struct process *ret_asker,
                          char ret_what[ASKER_WHAT_MAX]);

/*
 * True if the asker's own arguments, without quotes and backslashes, and
 * percent-encoded or not, hold "@HOST)" other than behind "(USER", or if they
 * cannot be read. Then the address in front of a question may be a part of the
 * user's name that ssh was given.
 */
bool asker_was_told(const struct process *asker, const char *user,
                    const char *host);

#endif
