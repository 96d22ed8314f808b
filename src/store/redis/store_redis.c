/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/redis/store_redis.h"

#include "base/plugin.h"
#include "base/template.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far this host's clock and the server's may be apart, in seconds. */
#define CLOCKS_APART_MAX 300

#define USED_KEY_SIZE (sizeof USED_KEY + REVOCATION_NAME_SIZE)

/* Entries that are worth a word when nobody removes any. */
#define MANY 1000

/* Two days without clean, and somebody should hear of it. */
#define OVERDUE (2 * 86400)

/* The key of a token's own revocation, for the caller to free. */
static char *
revocation_key(const struct server *state, const char *issuer,
               const char *token_id, char *ret_what)
{
    const struct template_facts facts = {.issuer = issuer,
                                         .token_id = token_id};
    char *key = NULL;
    const char *missing = NULL;

    if (!template_expand(state->revocation_key, &facts, &key, &missing))
        server_failed(state, ret_what, "revocation_key needs %s",
                      missing != NULL ? missing : "memory");
    return key;
}

static enum store_answer
key_exists(const struct server *state, const char *key, char *ret_what)
{
    redisReply *reply;
    long long count;

    if (!SEND(state, ret_what, "EXISTS", key) ||
        (reply = server_receive(state, REDIS_REPLY_INTEGER, REDIS_REPLY_INTEGER,
                                ret_what)) == NULL)
        return STORE_FAILED;
    count = reply->integer;
    freeReplyObject(reply);
    return count != 0 ? STORE_YES : STORE_NO;
}

/* Says who is revoked, by the `before` in the server's words. */
static enum store_answer
is_scope_revoked(const struct server *state, struct revocation *revocation,
                 double issued, char *ret_what)
{
    char *scope = revocation_scope(revocation);
    char words[REVOCATION_WORDS_MAX];
    redisReply *reply = NULL;
    enum store_answer answer = STORE_NO;

    if (scope == NULL)
        return server_failed(state, ret_what, "out of memory");
    if (SEND(state, ret_what, "ZSCORE", BEFORE_KEY, scope))
        reply = server_receive(state, REDIS_REPLY_STRING, REDIS_REPLY_NIL,
                               ret_what);
    free(scope);
    if (reply == NULL)
        return STORE_FAILED;
    /* A "before" that is not a time is about this token, nobody knows how. */
    if (reply->type == REDIS_REPLY_STRING &&
        !server_seconds(reply->str, &revocation->before))
        revocation->before = INFINITY;
    if (reply->type == REDIS_REPLY_STRING &&
        revocation_covers(issued, revocation->before)) {
        revocation_words(revocation, words);
        snprintf(ret_what, STORE_WHAT_MAX, "%s", words);
        answer = STORE_YES;
    }
    freeReplyObject(reply);
    return answer;
}

/* By its own key, with one name of its issuer in place of %i. */
static enum store_answer
is_key_there(const struct server *state, const struct ticket *ticket,
             const char *issuer, char *ret_what)
{
    enum store_answer answer;
    char *key = revocation_key(state, issuer, ticket->token_id, ret_what);

    answer = key != NULL ? key_exists(state, key, ret_what) : STORE_FAILED;
    if (answer == STORE_YES)
        snprintf(ret_what, STORE_WHAT_MAX, "the token jti=%s, by the key %s",
                 text_log_value(ticket->token_id).text,
                 text_log_value(key).text);
    free(key);
    return answer;
}

/* One without a jti has no key; one without %i is the same for all names. */
static enum store_answer
is_one_revoked(const struct server *state, const struct ticket *ticket,
               char *ret_what)
{
    const size_t count = ticket_name_count(ticket);
    enum store_answer answer;

    if (ticket->token_id == NULL)
        return STORE_NO;
    answer = is_key_there(state, ticket, ticket->issuer, ret_what);
    for (size_t i = 0; answer == STORE_NO && count > 1 && i < count; i++)
        answer = is_key_there(state, ticket, ticket_name(ticket, i), ret_what);
    return answer;
}

static enum store_answer
redis_revoked(void *data, const struct ticket *ticket,
              char ret_what[STORE_WHAT_MAX])
{
    enum store_answer answer = is_one_revoked(data, ticket, ret_what);
    struct revocation revocation;

    for (size_t i = 0; answer == STORE_NO && i < revocation_count(ticket); i++)
        if (revocation_at(ticket, i, &revocation) &&
            revocation.token_id == NULL)
            answer =
                is_scope_revoked(data, &revocation, ticket->issued, ret_what);
    return answer;
}

/* When a token ends: the value of its key. */
static double
end_of(const struct ticket *ticket)
{
    return ceil(ticket->until) + CLOCKS_APART_MAX;
}

void
redis_gone_key(double end, int neighbour, char key[64])
{
    double stretch = floor(end / STRETCH) + 1 + neighbour;

    snprintf(key, 64, GONE_KEY "%.0f", stretch * STRETCH);
}

/* Asks for the marks of a token's stretch; see received_gone(). */
static bool
send_gone(const struct server *state, const struct ticket *ticket,
          char *ret_what)
{
    char keys[3][64];

    /* The neighbours too: another clock_skew gives a token another end. */
    for (int i = 0; i < 3; i++)
        redis_gone_key(end_of(ticket), i - 1, keys[i]);
    return SEND(state, ret_what, "EXISTS", keys[0], keys[1], keys[2]);
}

/* False: the token may have been used, and its key removed, or no answer. */
static bool
received_not_gone(const struct server *state, char *ret_what)
{
    redisReply *reply = server_receive(state, REDIS_REPLY_INTEGER,
                                       REDIS_REPLY_INTEGER, ret_what);
    bool is_gone;

    if (reply == NULL)
        return false;
    is_gone = reply->integer != 0;
    freeReplyObject(reply);
    if (is_gone)
        server_failed(
            state, ret_what,
            "used tokens that expired at this time were removed after that, "
            "and by this host's clock such a token has not expired: the "
            "clock was set back, correct it");
    return !is_gone;
}

/* The key of a used token, by name `at` of its issuer. */
static bool
used_key(const struct server *state, const struct ticket *ticket, size_t at,
         char ret_key[USED_KEY_SIZE], char *ret_what)
{
    memcpy(ret_key, USED_KEY, sizeof USED_KEY);
    if (used_name(ticket, at, ret_key + sizeof USED_KEY - 1))
        return true;
    server_failed(state, ret_what, "out of memory");
    return false;
}

static enum store_answer
redis_used(void *data, const struct ticket *ticket,
           char ret_what[STORE_WHAT_MAX])
{
    char key[USED_KEY_SIZE];
    enum store_answer answer = STORE_NO;

    for (size_t i = 0; answer == STORE_NO && i < used_name_count(ticket); i++)
        answer = used_key(data, ticket, i, key, ret_what)
                     ? key_exists(data, key, ret_what)
                     : STORE_FAILED;
    if (answer == STORE_NO && (!send_gone(data, ticket, ret_what) ||
                               !received_not_gone(data, ret_what)))
        return STORE_FAILED;
    return answer;
}

/* The server's own time: another witness against a clock that is set back. */
static bool
is_time_left(const struct server *state, double end, char *ret_what)
{
    double now;

    if (!server_received_time(state, &now, ret_what))
        return false;
    if (now < end)
        return true;
    server_failed(
        state, ret_what,
        "by its clock (%s) the token has long expired, by this host's it "
        "has not: correct the one that is wrong",
        text_time(now).text);
    return false;
}

static bool
send_use(const struct server *state, const struct ticket *ticket, size_t at,
         char *ret_what)
{
    char key[USED_KEY_SIZE];
    char value[32];

    snprintf(value, sizeof value, "%.0f", end_of(ticket));
    return used_key(state, ticket, at, key, ret_what) &&
           SEND(state, ret_what, "SET", key, value, "NX");
}

/* STORE_NO: the key was not there, and is now. */
static enum store_answer
received_use(const struct server *state, char *ret_what)
{
    redisReply *reply =
        server_receive(state, REDIS_REPLY_STATUS, REDIS_REPLY_NIL, ret_what);
    bool was_set;

    if (reply == NULL)
        return STORE_FAILED;
    was_set = reply->type == REDIS_REPLY_STATUS;
    freeReplyObject(reply);
    return was_set ? STORE_NO : STORE_YES;
}

static enum store_answer
redis_use(void *data, const struct ticket *ticket,
          char ret_what[STORE_WHAT_MAX])
{
    const size_t last = used_name_count(ticket) - 1;
    enum store_answer answer = STORE_NO;

    /* One after the other: of two at once, one stops at the first name. */
    for (size_t i = 0; answer == STORE_NO && i < last; i++)
        answer = send_use(data, ticket, i, ret_what)
                     ? received_use(data, ret_what)
                     : STORE_FAILED;
    if (answer != STORE_NO)
        return answer;
    /* In this order: clean marks before it deletes. */
    if (!send_use(data, ticket, last, ret_what) ||
        !send_gone(data, ticket, ret_what) || !SEND(data, ret_what, "TIME"))
        return STORE_FAILED;
    answer = received_use(data, ret_what);
    if (answer != STORE_NO)
        return answer;
    return received_not_gone(data, ret_what) &&
                   is_time_left(data, end_of(ticket), ret_what)
               ? STORE_NO
               : STORE_FAILED;
}

static bool
revoke_one(const struct server *state, const struct revocation *revocation,
           char *ret_what)
{
    char *key = revocation_key(state, revocation->issuer, revocation->token_id,
                               ret_what);
    char value[sizeof OWN_VALUE + 32];
    bool done;

    if (key == NULL)
        return false;
    snprintf(value, sizeof value, OWN_VALUE "%.0f", revocation->before);
    done = SEND(state, ret_what, "SET", key, value) &&
           server_received(state, REDIS_REPLY_STATUS, ret_what);
    free(key);
    return done;
}

static bool
redis_revoke(void *data, const struct revocation *revocation,
             double *ret_before, char ret_what[STORE_WHAT_MAX])
{
    char before[32];
    char *scope;
    redisReply *reply = NULL;

    *ret_before = revocation->before;
    if (revocation->token_id != NULL)
        return revoke_one(data, revocation, ret_what);
    scope = revocation_scope(revocation);
    if (scope == NULL) {
        server_failed(data, ret_what, "out of memory");
        return false;
    }
    snprintf(before, sizeof before, "%.0f", revocation->before);
    /* GT: of two revocations of one subject the later stays. */
    if (SEND(data, ret_what, "ZADD", BEFORE_KEY, "GT", before, scope) &&
        server_received(data, REDIS_REPLY_INTEGER, ret_what) &&
        SEND(data, ret_what, "ZSCORE", BEFORE_KEY, scope))
        reply = server_receive(data, REDIS_REPLY_STRING, REDIS_REPLY_STRING,
                               ret_what);
    free(scope);
    if (reply == NULL)
        return false;
    server_seconds(reply->str, ret_before);
    freeReplyObject(reply);
    return true;
}

/* Reads a setting of the server. False: it may not be asked for. */
static bool
read_setting(const struct server *state, const char *name, char value[64])
{
    char what[STORE_WHAT_MAX];
    redisReply *reply = NULL;
    bool done;

    if (SEND(state, what, "CONFIG", "GET", name))
        reply =
            server_receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, what);
    if (reply == NULL)
        return false;
    done =
        reply->elements == 2 && reply->element[1]->type == REDIS_REPLY_STRING;
    if (done)
        snprintf(value, 64, "%s", reply->element[1]->str);
    freeReplyObject(reply);
    return done;
}

static bool
redis_size(void *data, uint64_t *ret_count, char ret_what[STORE_WHAT_MAX])
{
    redisReply *reply = NULL;

    if (SEND(data, ret_what, "DBSIZE"))
        reply = server_receive(data, REDIS_REPLY_INTEGER, REDIS_REPLY_INTEGER,
                               ret_what);
    if (reply == NULL)
        return false;
    *ret_count = (uint64_t)reply->integer;
    freeReplyObject(reply);
    return true;
}

/* True if there is much, and clean has not run for days. */
static bool
is_left_alone(void *data, double now)
{
    char what[STORE_WHAT_MAX];
    redisReply *reply = NULL;
    uint64_t count;
    int64_t at = 0;
    const char *line;

    if (!redis_size(data, &count, what) || count < MANY ||
        !SEND(data, what, "GET", CLEANED_KEY))
        return false;
    reply = server_receive(data, REDIS_REPLY_STRING, REDIS_REPLY_NIL, what);
    if (reply == NULL)
        return false;
    line = reply->type == REDIS_REPLY_STRING
               ? strstr(reply->str, "\n" CLEANED_AT " ")
               : NULL;
    if (line != NULL)
        sscanf(line, "\n" CLEANED_AT " %18" SCNd64, &at);
    freeReplyObject(reply);
    return (double)at + OVERDUE < now;
}

/*
 * Reports a server that may forget keys: used tokens would be accepted again.
 */
static enum store_answer
redis_overdue(void *data, double now, char ret_what[STORE_WHAT_MAX])
{
    char policy[64];
    char appends[64];
    char syncs[64];

    if (!read_setting(data, "maxmemory-policy", policy) ||
        !read_setting(data, "appendonly", appends) ||
        !read_setting(data, "appendfsync", syncs))
        snprintf(ret_what, STORE_WHAT_MAX,
                 "the server does not tell its settings to this user (CONFIG "
                 "GET), so it is unknown whether it forgets tokens when its "
                 "memory is full or its power fails: allow +config|get, or "
                 "look there");
    else if (!text_equal(policy, "noeviction"))
        snprintf(ret_what, STORE_WHAT_MAX,
                 "the server may forget used and revoked tokens when its "
                 "memory is full: set maxmemory-policy noeviction");
    else if (!text_equal(appends, "yes") || !text_equal(syncs, "always"))
        snprintf(ret_what, STORE_WHAT_MAX,
                 "the server forgets used and revoked tokens when it is "
                 "restarted or its power fails: set appendonly yes and "
                 "appendfsync always");
    else if (is_left_alone(data, now))
        snprintf(ret_what, STORE_WHAT_MAX,
                 "nothing has been removed from the server for days: have "
                 "pam-jwt clean run every day on some host");
    else
        return STORE_NO;
    return STORE_YES;
}

extern const struct store pam_jwt_redis_store;
const struct store pam_jwt_redis_store = {
    .identity = plugin_identity,
    .open = server_open,
    .close = server_close,
    .revoked = redis_revoked,
    .used = redis_used,
    .use = redis_use,
    .revoke = redis_revoke,
    .list = redis_list,
    .overdue = redis_overdue,
    .size = redis_size,
    .clean = redis_clean,
};
