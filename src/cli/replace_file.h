/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPLACE_FILE_H
#define REPLACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define REPLACEMENT_WHAT_MAX 160

/*
 * A new file that is there whole or not at all. Until it is in place it has no
 * name where the file system can do that (O_TMPFILE), so that it goes however
 * the program ends. Elsewhere it has a name of its own in the target's folder,
 * which is removed when the program ends by itself. Signals that end it wait
 * until replacement_done().
 */
struct replacement {
    /* Set by the caller; the target must outlive the replacement. */
    const char *target;
    mode_t mode;
    double changed; /* the file's time, seconds since 1970 */

    char *folder; /* of the target */
    char *path;   /* to read it by, until it is in place */
    char *name;   /* its own, NULL: it has none */
    int descriptor;
    bool is_open;
    bool holds_signals;
    bool is_in_place;
};

/*
 * Writes `size` bytes to the disk. False: `ret_what` says why.
 * replacement_done() is due in any case.
 */
bool replacement_make(struct replacement *replacement, const char *data,
                      size_t size, char ret_what[REPLACEMENT_WHAT_MAX])
    __attribute__((warn_unused_result));

/*
 * Puts it in the target's place, at once and for good: whoever opens the target
 * gets the whole of one or of the other, after a crash, too. False: `ret_what`
 * says why, and `is_in_place` whether it took the place all the same.
 */
bool replacement_keep(struct replacement *replacement,
                      char ret_what[REPLACEMENT_WHAT_MAX])
    __attribute__((warn_unused_result));

/* As replacement_keep(), but fails where the target is there. */
bool replacement_add(struct replacement *replacement,
                     char ret_what[REPLACEMENT_WHAT_MAX])
    __attribute__((warn_unused_result));

/* Removes it again from its place, if it is there. */
void replacement_take_back(struct replacement *replacement);

/* Frees; a file that is not in place goes. A zeroed one is allowed. */
void replacement_done(struct replacement *replacement);

/* All of it, however many calls it takes. False: errno says why. */
bool replacement_write(int descriptor, const char *data, size_t size)
    __attribute__((warn_unused_result));

#endif
