/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEYSET_LOADING_H
#define KEYSET_LOADING_H

#include "keys/keyset.h"

/* The inputs of loading one file, and the lists for what is wrong with it. */
struct loading {
    const struct keyset_policy *policy;
    time_t now;
    struct strings *problems;
    struct strings *notes;
    unsigned types; /* the key types of algorithms that are allowed */
    /* The last public key with an "alg" that was allowed: most are alike. */
    const struct algorithm *last_only;
    enum key_type last_type;
    size_t bytes;   /* that the files to come may have */
    size_t entries; /* that their sets may have, */
    size_t nodes;   /* and names and values */
};

/*
 * Adds "FILE: what", or "FILE: key N, kid K: what". `lines` may be NULL. False:
 * out of memory.
 */
bool keyset_complain(struct strings *lines, const char *path, const char *what);
bool keyset_complain_key(struct strings *lines, const char *path,
                         const struct key *key, const char *what);

/*
 * Says that no allowed algorithm fits the key, and what to write to use it.
 */
void keyset_say_excluded(const struct key *key, unsigned allowed,
                         char ret_what[KEY_WHAT_MAX]);

/* Makes room for all keys of a file. False: out of memory. */
bool keyset_make_room(struct keyfile *file, size_t count);

/* Adopts the key, for which there is room. */
void keyset_add(struct keyfile *file, const struct key *key);

/* True if an algorithm of `allowed`, 0 for the defaults, fits the key. */
bool keyset_allows(unsigned allowed, const struct key *key);

/*
 * Reads a JWK or a JWK Set. Mixed and private sets are judged on every member
 * before any is left out (INTERFACE "Which key"). False: out of memory.
 */
bool keyset_load_json(struct keyfile *file, struct loading *loading);

#endif
