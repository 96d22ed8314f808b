/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* The kernel's UUID of this boot, with the final NUL. */
#define PROCESS_BOOT_SIZE 37

/*
 * One process, which no other of any boot or pid namespace can be taken for,
 * although numbers are given again.
 */
struct process {
    char boot[PROCESS_BOOT_SIZE];
    unsigned long long space; /* inode of the pid namespace */
    unsigned long long pid;
    unsigned long long start; /* clock ticks since boot, proc(5) */
};

/* Three numbers of 20 digits, a UUID, and what stands between them. */
#define PROCESS_NAME_SIZE (PROCESS_BOOT_SIZE + 3 * 21 + 1)

/*
 * Finds out which process this is, or which one its parent is. The parent must
 * run the same executable: then it has forked this one. False: /proc does not
 * say, and errno why; ENOENT: it is missing, or of another pid namespace.
 */
bool process_self(struct process *ret_process);
bool process_parent(struct process *ret_process);

/* True if `process`, of this boot and pid namespace, has ended. */
bool process_is_gone(const struct process *process);

/* True if the two are of one boot, or also of one pid namespace. */
bool process_same_boot(const struct process *a, const struct process *b);
bool process_same_space(const struct process *a, const struct process *b);

/* Writes BOOT.SPACE.PID.START, in which no byte needs care in a file's name. */
void process_name(const struct process *process,
                  char ret_name[PROCESS_NAME_SIZE]);

/* Reads the first `length` bytes of such a name; no other spelling is taken. */
bool process_parse(const char *name, size_t length,
                   struct process *ret_process);

/*
 * The file name of the executable, of at most 255 bytes; "" if /proc does not
 * say. The title is what ps shows of this process, cut to as much.
 */
#define PROCESS_TITLE_SIZE 256
void process_executable(char ret_name[PROCESS_TITLE_SIZE]);
void process_title(char ret_title[PROCESS_TITLE_SIZE]);

/* Reads PID's line of /proc/PID/stat as far as it is needed. For tests. */
bool process_parse_stat(const char *line, unsigned long long *ret_pid,
                        unsigned long long *ret_start);

#endif
