/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPLACE_FILE_H
#define REPLACE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define REPLACEMENT_WHAT_MAX 160

/* A file that is to take another's place, in the same folder. */
struct replacement {
    char *path; /* its own name, until it is kept */
    const char *target;
};

/*
 * Writes `size` bytes, mode 0644, under a name of its own, to the disk. The
 * file's time is `changed`, seconds since the epoch. `target` must outlive the
 * candidate. False: `ret_what` says why. candidate_done() is due in any case.
 */
bool replacement_make(const char *target, const char *data, size_t size,
                      double changed, struct replacement *ret_replacement,
                      char ret_what[REPLACEMENT_WHAT_MAX])
    __attribute__((warn_unused_result));

/*
 * Puts it in the target's place, at once and for good: whoever opens the target
 * gets the whole of one or of the other, after a crash, too.
 */
bool replacement_keep(struct replacement *replacement,
                      char ret_what[REPLACEMENT_WHAT_MAX])
    __attribute__((warn_unused_result));

/* Removes it unless it was kept; a zeroed candidate is allowed. */
void replacement_done(struct replacement *replacement);

/* All of it, however many calls it takes. False: errno says why. */
bool replacement_write(int descriptor, const char *data, size_t size)
    __attribute__((warn_unused_result));

#endif
