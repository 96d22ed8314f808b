/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EACH_STORE_H
#define EACH_STORE_H

#include "config/config.h"

/* One state of a configuration, open. */
struct states_one {
    const struct store_uri *store_uri;
    struct replay replay;
    const struct strings *names; /* of the issuer, where sections name it */
    double keep;      /* seconds that a revocation must last, 0: for ever */
    double keep_used; /* seconds that a used token must last */
    double skew;      /* the largest clock_skew of its sections */
};

/* Which states of a configuration, and for what. */
struct states_wanted {
    const char *command;
    const char *config;
    const char *issuer; /* NULL: any */
    bool revocation;    /* those alone that are asked for revocations */
    bool warns;         /* says which sections would not ask */
};

/*
 * Calls `each` with every different state that the sections of a file consult,
 * or those alone that a token of the issuer, by any of its names, may come to.
 * False of `each` says in `ret_what` what failed; the others have their turn
 * all the same. Returns the exit code: 3 where no section consults a state,
 * with a message that has the lines to add.
 */
int states_each(const struct states_wanted *wanted,
                bool (*each)(const struct states_one *one, void *data,
                             char ret_what[STORE_WHAT_MAX]),
                void *data);

#endif
