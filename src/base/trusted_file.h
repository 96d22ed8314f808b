/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TRUSTED_FILE_H
#define TRUSTED_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define READFILE_WHAT_MAX 160

struct stat;

struct file {
    char *data; /* with a NUL behind the last byte, which does not count */
    size_t size;
    bool is_private; /* neither group nor others may read it */
    double changed;  /* when it was written last, seconds since the epoch */
};

/*
 * Reads a whole file of at most `size_max` bytes that may be trusted: regular,
 * owned by root or the effective user, not writable by group or others. All
 * of it is judged on the open descriptor, so that nothing can be swapped in
 * between; symbolic links are followed. False: `ret_what` says why, without
 * the path.
 */
bool readfile(const char *path, size_t size_max, struct file *ret_file,
              char ret_what[READFILE_WHAT_MAX])
    __attribute__((warn_unused_result));

/*
 * Opens a file that may be trusted, as readfile() does, to read it block by
 * block. -1: `ret_what` says why. readfile_close() is due for any other.
 */
int readfile_open(const char *path, char ret_what[READFILE_WHAT_MAX])
    __attribute__((warn_unused_result));

/* Reads up to `size` bytes; 0 of them is the end. False: `ret_what`. */
bool readfile_block(int descriptor, char *into, size_t size, size_t *ret_got,
                    char ret_what[READFILE_WHAT_MAX])
    __attribute__((warn_unused_result));

/* -1 is allowed. */
void readfile_close(int descriptor);

/*
 * True if what has this status belongs to root or the effective user, and
 * nobody else may write it. False: `ret_what` says why.
 */
bool readfile_trusts(const struct stat *status,
                     char ret_what[READFILE_WHAT_MAX]);

/* "cannot CALL: " and what errno means. */
void readfile_say(char ret_what[READFILE_WHAT_MAX], const char *call);

/* Wipes and frees; a zeroed file is allowed. */
void file_done(struct file *file);

#endif
