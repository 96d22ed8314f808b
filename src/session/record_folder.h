/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RECORD_FOLDER_H
#define RECORD_FOLDER_H

#include "session/process.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Records of logins between processes: sshd authenticates
 * keyboard-interactive in a child from which nothing but the PAM environment
 * comes back, and that is not ours alone. One file a process, in a folder that
 * only its owner, root, can use.
 */
#define RECORD_PARENT "/run"
#define RECORD_FOLDER "pam_jwt"

/* Claims of a token of max_token_size, escaped, several times over. */
#define RECORD_SIZE_MAX ((size_t)256 * 1024)

#define RECORD_ERROR_MAX 160

/*
 * Makes the folder below `parent` if it is missing, and opens it. -1: it, or
 * its parent, cannot be made, is a link or a file, is not the effective user's,
 * or can be used by others; `ret_error` says which, safe to log. The caller
 * closes it.
 */
int record_folder_make(const char *parent, char ret_error[RECORD_ERROR_MAX])
    __attribute__((warn_unused_result));

/*
 * Opens the folder, if it is there and as record_folder_make() leaves it;
 * otherwise `ret_folder` is -1: nothing in it is ours. False: that cannot be
 * told. The caller closes it.
 */
bool record_folder_open(const char *parent, int *ret_folder)
    __attribute__((warn_unused_result));

/*
 * Leaves `text` as the pending record of `process`, in the place of an older
 * one: it counts for nothing yet. It is there whole or not at all.
 */
bool record_write(int folder, const struct process *process, const char *text)
    __attribute__((warn_unused_result));

/* Makes the pending record of `from` the confirmed one of `to`. */
bool record_confirm(int folder, const struct process *from,
                    const struct process *to)
    __attribute__((warn_unused_result));

/* True if `process` has a confirmed record. */
bool record_is_confirmed(int folder, const struct process *process);

/*
 * Reads the confirmed record of `process`; the caller frees it. False: what is
 * there is not a file of the effective user's alone, is too large, or cannot be
 * read. True and NULL: nothing is there.
 */
bool record_read(int folder, const struct process *process, char **ret_text)
    __attribute__((warn_unused_result));

/* Removes what `process` has left, of either state. */
void record_remove(int folder, const struct process *process);

/*
 * Removes the records of processes that are gone: of another boot, of this pid
 * namespace and ended, or of another one and older than a day. `self` is this
 * process.
 */
void record_sweep(int folder, const struct process *self);

#endif
