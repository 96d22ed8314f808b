/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_REDIS_H
#define STORE_REDIS_H

#include "store/redis/server.h"

/*
 * pam_jwt:used:NAME        the token NAME is used; the value is its end
 * pam_jwt:gone:END         used tokens that ended about then were removed
 * (revocation_key)         that it is there revokes one token; of `revoke`,
 *                          the value is "pam-jwt " and when
 * pam_jwt:revoked_before   sorted set: scope of a revocation, "before"
 * pam_jwt:cleaned          what clean has seen, and for how long
 *
 * Nothing expires by itself: the server's clock may be wrong, and a key that
 * it let go does not come back when the clock is right again. clean removes, by
 * the rules of the file store.
 *
 * Redis 6.2 or newer (ZADD with GT), Valkey.
 */
#define USED_KEY    "pam_jwt:used:"
#define GONE_KEY    "pam_jwt:gone:"
#define BEFORE_KEY  "pam_jwt:revoked_before"
#define CLEANED_KEY "pam_jwt:cleaned"

/* The line of it that says when that was, by the clock. */
#define CLEANED_AT "at"

/*
 * The text that `revoke` writes in front of the time: clean deletes only such
 * keys.
 */
#define OWN_VALUE "pam-jwt "

/* Tokens that end within one stretch are marked as gone by one key. */
#define STRETCH (6 * 3600)

/* Members of the store, which store.h describes. */
bool redis_list(void *data, store_each *each, store_odd *odd, void *each_data,
                char ret_what[STORE_WHAT_MAX]);
bool redis_clean(void *data, const struct retention *retention, store_odd *odd,
                 void *odd_data, char ret_what[STORE_WHAT_MAX]);

/* Names the mark of the stretch that `end` is in, or of a neighbour of it. */
void redis_gone_key(double end, int neighbour, char key[64]);

struct json_object;

/*
 * Reads one member of the sorted set; the strings are the document's, which
 * the caller frees in every case. False: it is not one of a revocation.
 */
bool redis_read_scope(const redisReply *scope, const redisReply *before,
                      struct json_object **ret_document,
                      struct revocation *ret_revocation);
void redis_say_odd_scope(const redisReply *scope, store_odd *odd, void *data);

/* Reads all of the sorted set. NULL: `ret_what`. */
redisReply *redis_read_scopes(const struct server *state, char *ret_what);

/*
 * Returns a pattern for SCAN: what the letters of the template stand for is
 * any. For the caller to free; NULL: out of memory.
 */
char *redis_key_pattern(const char *template);

/*
 * Calls `each` with the keys of every page, which are texts, until it returns
 * false and says why.
 */
bool redis_each_page(const struct server *state, const char *pattern,
                     bool (*each)(const struct server *state,
                                  const redisReply *keys, void *data,
                                  char *ret_what),
                     void *data, char *ret_what);

#endif
