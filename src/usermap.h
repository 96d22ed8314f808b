/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef USERMAP_H
#define USERMAP_H

#include "verdict.h"

/* A million lines of plain identities have some 40 MB. */
#define USERMAP_FILE_MAX (64 * 1024 * 1024)

/* The longest account name that a line can give. */
#define USERMAP_USER_MAX 256

/*
 * Maps an identity to a local account by the lines of a file, in the spirit of
 * PostgreSQL's pg_ident: IDENTITY LOCAL-USER, exact text or /regex/ that must
 * match all of the identity, with \1 to \9 in the user. With `user`: whether a
 * line gives that account. Without: the first that a line gives. The file is
 * read to its end: OK, and `ret_user` is for the caller to free; NO_MAPPING,
 * where no line has the identity; USER_MISMATCH, where none gives this account;
 * BAD_CONFIG, where any line is mistaken or the file may not be trusted; or
 * NO_MEMORY.
 */
enum reason usermap_choose(const char *path, const char *identity,
                           const char *user, char **ret_user,
                           struct verdict *verdict)
    __attribute__((warn_unused_result));

#endif
