/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/redis/store_redis.h"

#include "base/text.h"
#include "base/uptime.h"
#include "store/sightings.h"
#include "json/document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So long behind its end, by two clocks, a used token may go. */
#define CLEAN_AFTER 3600

/* Words of one command, whose strings stay the replies'. */
struct words {
    const char **items;
    size_t count;
};

/* "COMMAND" or "COMMAND KEY" and room for `more` words. */
static bool
words_begin(struct words *words, const char *command, const char *key,
            size_t more)
{
    words->items = calloc(more + 2, sizeof *words->items);
    words->count = 0;
    if (words->items == NULL)
        return false;
    words->items[words->count++] = command;
    if (key != NULL)
        words->items[words->count++] = key;
    return true;
}

/* Sends a command on all keys of a page. */
static bool
send_page(const struct server *state, const char *command,
          const redisReply *keys, char *ret_what)
{
    struct words words;
    bool done;

    if (!words_begin(&words, command, NULL, keys->elements)) {
        server_failed(state, ret_what, "out of memory");
        return false;
    }
    for (size_t i = 0; i < keys->elements; i++)
        words.items[words.count++] = keys->element[i]->str;
    done = server_send(state, ret_what, words.count, words.items);
    free(words.items);
    return done;
}

/*
 * Runs a deletion of what was read under WATCH: it does nothing where that has
 * changed since, by `revoke` or a login. The next clean sees it then.
 */
static bool
delete_unchanged(const struct server *state, const struct words *deletion,
                 char *ret_what)
{
    redisReply *reply = NULL;

    if (SEND(state, ret_what, "MULTI") &&
        server_received(state, REDIS_REPLY_STATUS, ret_what) &&
        server_send(state, ret_what, deletion->count, deletion->items) &&
        server_received(state, REDIS_REPLY_STATUS, ret_what) &&
        SEND(state, ret_what, "EXEC"))
        reply =
            server_receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_NIL, ret_what);
    if (reply == NULL)
        return false;
    freeReplyObject(reply);
    return true;
}

struct cleaning {
    struct retention retention;
    struct sightings *sightings;
    char marked[64]; /* the key that was marked last */
};

/* True if a used token's key may go; its stretch is marked then. */
static bool
used_is_due(const struct server *state, const char *key, const char *value,
            struct cleaning *cleaning, char *ret_what)
{
    const struct retention *retention = &cleaning->retention;
    char mark[64];
    double end;

    if (!server_seconds(value, &end) || end + CLEAN_AFTER > retention->now ||
        (double)sightings_note(cleaning->sightings, key, (int64_t)end) <
            retention->used)
        return false;
    redis_gone_key(end, 0, mark);
    if (text_equal(mark, cleaning->marked))
        return true;
    connection_renew(state->connection);
    if (!SEND(state, ret_what, "SET", mark, "1") ||
        !server_received(state, REDIS_REPLY_STATUS, ret_what))
        return false;
    memcpy(cleaning->marked, mark, sizeof mark);
    return true;
}

/* True if a key that `revoke` made may go. */
static bool
key_is_due(const struct server *state, const char *key, const char *value,
           struct cleaning *cleaning, char *ret_what)
{
    const struct retention *retention = &cleaning->retention;
    char name[REVOCATION_NAME_SIZE];
    double before;
    double seen;

    (void)state;
    (void)ret_what;
    if (strncmp(value, OWN_VALUE, strlen(OWN_VALUE)) != 0 ||
        !server_seconds(value + strlen(OWN_VALUE), &before) ||
        !revocation_name(key, name))
        return false;
    seen = (double)sightings_note(cleaning->sightings, name, (int64_t)before);
    return retention->revoked > 0 && seen >= retention->revoked &&
           before + retention->revoked <= retention->now;
}

typedef bool is_due(const struct server *state, const char *key,
                    const char *value, struct cleaning *cleaning,
                    char *ret_what);

static bool
clean_page(const struct server *state, const redisReply *keys, is_due *due,
           struct cleaning *cleaning, char *ret_what)
{
    struct words deletion = {NULL, 0};
    redisReply *values = NULL;
    bool done = false;

    if (!words_begin(&deletion, "DEL", NULL, keys->elements))
        server_failed(state, ret_what, "out of memory");
    else if (send_page(state, "WATCH", keys, ret_what) &&
             server_received(state, REDIS_REPLY_STATUS, ret_what) &&
             send_page(state, "MGET", keys, ret_what))
        values = server_receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY,
                                ret_what);
    if (values == NULL)
        goto out;
    *ret_what = '\0';
    for (size_t i = 0; i < keys->elements && i < values->elements; i++)
        if (values->element[i]->type == REDIS_REPLY_STRING &&
            due(state, keys->element[i]->str, values->element[i]->str, cleaning,
                ret_what)) {
            sightings_drop(cleaning->sightings);
            deletion.items[deletion.count++] = keys->element[i]->str;
        }
    done = *ret_what == '\0' &&
           (deletion.count > 1
                ? delete_unchanged(state, &deletion, ret_what)
                : SEND(state, ret_what, "UNWATCH") &&
                      server_received(state, REDIS_REPLY_STATUS, ret_what));

out:
    if (values != NULL)
        freeReplyObject(values);
    free(deletion.items);
    return done;
}

static bool
clean_used_page(const struct server *state, const redisReply *keys, void *data,
                char *ret_what)
{
    return clean_page(state, keys, used_is_due, data, ret_what);
}

static bool
clean_key_page(const struct server *state, const redisReply *keys, void *data,
               char *ret_what)
{
    return clean_page(state, keys, key_is_due, data, ret_what);
}

/* True if a member of the sorted set may go. */
static bool
scope_is_due(const redisReply *scope, const redisReply *before,
             struct cleaning *cleaning, store_odd *odd, void *odd_data)
{
    const struct retention *retention = &cleaning->retention;
    char name[REVOCATION_NAME_SIZE];
    struct json_object *document;
    struct revocation revocation;
    bool is_one = redis_read_scope(scope, before, &document, &revocation) &&
                  revocation_name(scope->str, name);
    double seen;

    jsondoc_free(document);
    if (!is_one) {
        redis_say_odd_scope(scope, odd, odd_data);
        return false;
    }
    seen = (double)sightings_note(cleaning->sightings, name,
                                  (int64_t)revocation.before);
    return retention->revoked > 0 && seen >= retention->revoked &&
           revocation.before + retention->revoked <= retention->now;
}

static bool
clean_scopes(const struct server *state, struct cleaning *cleaning,
             store_odd *odd, void *odd_data, char *ret_what)
{
    struct words deletion = {NULL, 0};
    redisReply *reply = NULL;
    bool done = false;

    connection_renew(state->connection);
    if (SEND(state, ret_what, "WATCH", BEFORE_KEY) &&
        server_received(state, REDIS_REPLY_STATUS, ret_what))
        reply = redis_read_scopes(state, ret_what);
    if (reply == NULL)
        return false;
    if (!words_begin(&deletion, "ZREM", BEFORE_KEY, reply->elements)) {
        server_failed(state, ret_what, "out of memory");
        goto out;
    }
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (scope_is_due(reply->element[i], reply->element[i + 1], cleaning,
                         odd, odd_data)) {
            sightings_drop(cleaning->sightings);
            deletion.items[deletion.count++] = reply->element[i]->str;
        }
    done = deletion.count > 2
               ? delete_unchanged(state, &deletion, ret_what)
               : SEND(state, ret_what, "UNWATCH") &&
                     server_received(state, REDIS_REPLY_STATUS, ret_what);

out:
    freeReplyObject(reply);
    free(deletion.items);
    return done;
}

/*
 * Reads the record of what clean has seen. If two hosts write it at once,
 * either is right.
 */
static struct sightings *
read_cleaned(const struct server *state, char *ret_what)
{
    struct uptime uptime;
    struct sightings *sightings;
    redisReply *reply;

    if (!uptime_read(&uptime)) {
        server_failed(state, ret_what,
                      "how long this host runs cannot be read");
        return NULL;
    }
    if (!SEND(state, ret_what, "GET", CLEANED_KEY) ||
        (reply = server_receive(state, REDIS_REPLY_STRING, REDIS_REPLY_NIL,
                                ret_what)) == NULL)
        return NULL;
    sightings = sightings_read(
        reply->type == REDIS_REPLY_STRING ? reply->str : NULL, &uptime, true);
    freeReplyObject(reply);
    if (sightings == NULL)
        server_failed(state, ret_what, "out of memory");
    return sightings;
}

static bool
write_cleaned(const struct server *state, const struct sightings *sightings,
              char *ret_what)
{
    char *text = sightings_text(sightings);
    bool done;

    if (text == NULL) {
        server_failed(state, ret_what, "out of memory");
        return false;
    }
    connection_renew(state->connection);
    done = SEND(state, ret_what, "SET", CLEANED_KEY, text) &&
           server_received(state, REDIS_REPLY_STATUS, ret_what);
    free(text);
    return done;
}

static bool
clean_all(const struct server *state, struct cleaning *cleaning, store_odd *odd,
          void *odd_data, char *ret_what)
{
    char *pattern = redis_key_pattern(state->revocation_key);
    bool done = false;

    if (pattern == NULL)
        server_failed(state, ret_what, "out of memory");
    else
        done = redis_each_page(state, USED_KEY "*", clean_used_page, cleaning,
                               ret_what) &&
               redis_each_page(state, pattern, clean_key_page, cleaning,
                               ret_what) &&
               clean_scopes(state, cleaning, odd, odd_data, ret_what);
    free(pattern);
    return done;
}

bool
redis_clean(void *data, const struct retention *retention, store_odd *odd,
            void *odd_data, char ret_what[STORE_WHAT_MAX])
{
    struct cleaning cleaning = {.retention = *retention};
    double now;
    bool done;

    if (!SEND(data, ret_what, "TIME") ||
        !server_received_time(data, &now, ret_what))
        return false;
    /* An entry has expired only if both clocks say so. */
    cleaning.retention.now = fmin(now, retention->now);
    cleaning.sightings = read_cleaned(data, ret_what);
    if (cleaning.sightings == NULL)
        return false;
    sightings_note(cleaning.sightings, CLEANED_AT, (int64_t)retention->now);
    done = clean_all(data, &cleaning, odd, odd_data, ret_what) &&
           write_cleaned(data, cleaning.sightings, ret_what);
    sightings_free(cleaning.sightings);
    return done;
}
