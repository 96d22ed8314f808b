/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REVOCATION_H
#define REVOCATION_H

#include "base/strings.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The facts by which a token is known again. NULL: absent. Without a "jti" it
 * cannot be revoked by that; without an "iat" it counts as issued before any
 * revocation.
 */
struct ticket {
    const char *issuer;             /* "iss" */
    const struct strings *known_as; /* all names of that issuer, "iss" among
                                       them; NULL or empty: it has but one */
    const char *token_id;           /* "jti" */
    const char *subject;            /* "sub" */
    double issued;                  /* "iat", seconds since 1970; NAN: absent */
    double until; /* when it is no longer accepted, skew included */
};

/*
 * A revocation: of one token by its jti; or else all of a subject, or all,
 * with an "iat" up to `before`. An issuer narrows either. NULL: any.
 */
struct revocation {
    const char *issuer;
    const char *subject;
    const char *token_id;
    double before; /* whole seconds; of a jti, when it was revoked */
};

/* How many names the issuer of a token has: 0 without "iss". */
size_t ticket_name_count(const struct ticket *ticket);

/* Name `at` of its issuer, below ticket_name_count(). */
const char *ticket_name(const struct ticket *ticket, size_t at);

/* How many scopes can revoke a token: see revocation_at(). */
size_t revocation_count(const struct ticket *ticket);

/*
 * Scope `at` that a ticket is in: by jti, all, by subject; then for each name
 * of the issuer by jti, all of the issuer, by subject. False: the ticket lacks
 * what it would need. `before` stays 0.
 */
bool revocation_at(const struct ticket *ticket, size_t at,
                   struct revocation *ret_revocation);

/*
 * True if a token with this "iat" is one of those issued until `before`: by the
 * whole second, so that a fraction of the second of a revocation is no way out.
 */
bool revocation_covers(double issued, double before);

/*
 * Returns what is revoked, in one spelling: a JSON object with the members
 * "iss", "sub" and "jti" that are given. For the caller to free; NULL: out of
 * memory.
 */
char *revocation_scope(const struct revocation *revocation);

/*
 * True if a token can be what a revocation says: its strings are UTF-8 without
 * U+0000, and no longer than the longest token. Only such a revocation may be
 * written. False: `ret_what` says what is wrong.
 */
bool revocation_can_match(const struct revocation *revocation,
                          const char **ret_what);

/* Room for a revocation in words. */
#define REVOCATION_WORDS_MAX (3 * (TEXT_SHOWN_MAX + 16) + 64)

/*
 * Says what is revoked, safe to log: "the token jti=a", "all tokens of sub=b
 * iss=c issued until 2026-11-24T12:00:00Z".
 */
void revocation_words(const struct revocation *revocation,
                      char ret_words[REVOCATION_WORDS_MAX]);

/* Bytes of a name made of a scope, with the final NUL. */
#define REVOCATION_NAME_SIZE 44

/*
 * A file's name or key for a text: base64url of its SHA-256, so that whatever
 * an issuer writes stays one harmless name. False: out of memory.
 */
bool revocation_name(const char *scope, char ret_name[REVOCATION_NAME_SIZE]);

/*
 * The same for a token that is used: by "jti" and name `at` of its issuer
 * alone. A token has such a name for every name of its issuer, and one without
 * "iss" has one, too: see used_name_count().
 */
bool used_name(const struct ticket *ticket, size_t at,
               char ret_name[REVOCATION_NAME_SIZE]);
size_t used_name_count(const struct ticket *ticket);

#endif
