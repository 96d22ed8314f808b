/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEY_SET_H
#define KEY_SET_H

#include "base/strings.h"

#include <stdbool.h>

/* Contents of a key set that an issuer publishes. */
struct jwksfile {
    struct strings keys;     /* the good ones: "kid K (RSA)" */
    struct strings problems; /* "NAME: what is wrong" */
};

/*
 * Judges the JWK Set in `path` as the module would: every key is built. False:
 * it holds no key that anything can be verified with, or one that must not be
 * published (a secret, a private key); the last of the problems says so. In
 * them the file is called `name`. jwksfile_done() is due in any case.
 */
bool jwksfile_read(const char *path, const char *name,
                   struct jwksfile *ret_file)
    __attribute__((warn_unused_result));

/* The problem lines of a file at `path`, appended with `name` in its place. */
void jwksfile_rename(const struct strings *problems, const char *path,
                     const char *name, struct strings *ret_problems);

/* Says the problems on stderr, unless they are a part of the JSON. */
void jwksfile_complain(const struct jwksfile *file, const char *command,
                       bool json);

/*
 * Returns what to print of it: `state`, `name`, the keys; the caller frees.
 * Made before the file is put in place, it cannot fail any more then.
 */
char *jwksfile_text(const struct jwksfile *file, const char *state,
                    const char *name, bool json)
    __attribute__((warn_unused_result));

/* Frees; a zeroed file is allowed. */
void jwksfile_done(struct jwksfile *file);

#endif
