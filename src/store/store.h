/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_H
#define STORE_H

#include "store/revocation.h"
#include "store/store_uri.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The operations of a store of used and revoked tokens: the file store, and
 * that of Redis, which is a shared object of its own.
 */

/* Room for what went wrong, or for what took a token back; safe to log. */
#define STORE_WHAT_MAX 600

/* Zero is no answer: it refuses. */
enum store_answer {
    STORE_FAILED = 0, /* `ret_what` says why */
    STORE_NO,
    STORE_YES
};

/* Called with each revocation of a list. */
typedef void store_each(const struct revocation *revocation, void *data);

/*
 * Called with each entry that cannot be read as a revocation. `what` says which
 * and what to do, safe to print; the other entries have their turn all the
 * same.
 */
typedef void store_odd(const char *what, void *data);

/* How long `clean` keeps entries, in seconds. */
struct retention {
    double now;     /* by this host's clock */
    double used;    /* a used token, from when it was first seen expired */
    double revoked; /* a revocation; 0: for ever */
};

struct store {
    const char *identity; /* plugin_identity */

    /* NULL: `ret_what` says why. */
    void *(*open)(const struct store_uri *store_uri,
                  const struct address *address, char ret_what[STORE_WHAT_MAX]);
    void (*close)(void *state);

    /*
     * Decides whether a revocation is about this token; `ret_what` says which.
     */
    enum store_answer (*revoked)(void *state, const struct ticket *ticket,
                                 char ret_what[STORE_WHAT_MAX]);

    /* Decides whether it was used; nothing changes. */
    enum store_answer (*used)(void *state, const struct ticket *ticket,
                              char ret_what[STORE_WHAT_MAX]);

    /*
     * Uses it. STORE_NO: it had not been, and from now on is, even if the
     * power fails; of all who ask for one "iss" and "jti" at most one hears
     * that, and of those who ask for one token exactly one.
     */
    enum store_answer (*use)(void *state, const struct ticket *ticket,
                             char ret_what[STORE_WHAT_MAX]);

    /*
     * Adds a revocation, which lasts if the power fails. One of the same scope
     * with a later `before` stays; `ret_before` is the one in force. Several at
     * once wait for each other.
     */
    bool (*revoke)(void *state, const struct revocation *revocation,
                   double *ret_before, char ret_what[STORE_WHAT_MAX]);
    bool (*list)(void *state, store_each *each, store_odd *odd, void *data,
                 char ret_what[STORE_WHAT_MAX]);

    /*
     * Tells if the store may lose or keep too much: STORE_YES, and `ret_what`
     * has what an administrator should know, when clean is long overdue, or a
     * server may forget.
     */
    enum store_answer (*overdue)(void *state, double now,
                                 char ret_what[STORE_WHAT_MAX]);

    /* How many entries it keeps; with Redis, keys of the whole database. */
    bool (*size)(void *state, uint64_t *ret_count,
                 char ret_what[STORE_WHAT_MAX]);

    /*
     * Removes used tokens and revocations that are past their time by the clock
     * and have been seen long enough (sightings.h): a wrong clock alone removes
     * nothing. Never part of a login.
     */
    bool (*clean)(void *state, const struct retention *retention,
                  store_odd *odd, void *data, char ret_what[STORE_WHAT_MAX]);
};

extern const struct store store_file;

#endif
