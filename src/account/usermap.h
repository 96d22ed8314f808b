/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef USERMAP_H
#define USERMAP_H

#include "base/verdict.h"

#include <stdbool.h>
#include <stddef.h>

/* A million lines of plain identities have some 40 MB. */
#define USERMAP_FILE_MAX (64 * 1024 * 1024)

/* The longest line, more than any expression and account name. */
#define USERMAP_LINE_MAX 8192

/* The longest account name that a line can give. */
#define USERMAP_USER_MAX 256

/* One line of the map. */
struct usermap_line {
    size_t number;        /* in the file, from 1 */
    const char *identity; /* exact text, or the expression without slashes */
    const char *user; /* the account; behind an expression, with \1 and \\ */
    bool is_expression;
};

/*
 * Maps an identity to a local account by the lines of a file, in the spirit of
 * PostgreSQL's pg_ident: IDENTITY LOCAL-USER, exact text or /regex/ that must
 * match all of the identity, with \1 to \9 in the user and \\ for a backslash.
 * With `user`: whether a line gives that account. Without: the first that a
 * line gives. The file is read to its end: OK, and `ret_user` is for the caller
 * to free; NO_MAPPING, where no line has the identity; USER_MISMATCH, where
 * none gives this account; BAD_CONFIG, where any line is mistaken or the file
 * may not be trusted; or NO_MEMORY.
 */
enum reason usermap_choose(const char *path, const char *identity,
                           const char *user, char **ret_user,
                           struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * Calls `see` for each line that is no comment, in order. What it returns other
 * than NULL is a mistake of that line, and ends the reading: OK or BAD_CONFIG.
 */
enum reason usermap_each(const char *path,
                         const char *(*see)(void *context,
                                            const struct usermap_line *line),
                         void *context, struct verdict *verdict)
    __attribute__((warn_unused_result));

#endif
