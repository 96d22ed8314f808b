/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/redis/store_redis.h"

#include "base/text.h"
#include "json/document.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keys of one page, and of one deletion. */
#define PAGE "500"

bool
redis_read_scope(const redisReply *scope, const redisReply *before,
                 struct json_object **ret_document,
                 struct revocation *ret_revocation)
{
    char what[JSONDOC_WHAT_MAX];
    char *again;
    bool is;

    *ret_document = NULL;
    if (scope->type != REDIS_REPLY_STRING ||
        before->type != REDIS_REPLY_STRING ||
        jsondoc_parse(scope->str, scope->len, ret_document, what) !=
            REASON_OK ||
        !server_seconds(before->str, &ret_revocation->before))
        return false;
    ret_revocation->issuer = jsondoc_string(*ret_document, "iss");
    ret_revocation->subject = jsondoc_string(*ret_document, "sub");
    ret_revocation->token_id = NULL;
    /* A login asks for one spelling, and no other revokes anything. */
    again = revocation_scope(ret_revocation);
    is = again != NULL && text_equal(again, scope->str);
    free(again);
    return is;
}

void
redis_say_odd_scope(const redisReply *scope, store_odd *odd, void *data)
{
    char what[STORE_WHAT_MAX];

    snprintf(what, sizeof what,
             BEFORE_KEY " has a member that is not a revocation, %s: it "
                        "matches no token; remove it with ZREM",
             scope->type == REDIS_REPLY_STRING
                 ? text_quote(scope->str, scope->len).text
                 : "without a text");
    odd(what, data);
}

redisReply *
redis_read_scopes(const struct server *state, char *ret_what)
{
    redisReply *reply;

    if (!SEND(state, ret_what, "ZRANGE", BEFORE_KEY, "0", "-1", "WITHSCORES") ||
        (reply = server_receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY,
                                ret_what)) == NULL)
        return NULL;
    if (reply->elements % 2 == 0)
        return reply;
    freeReplyObject(reply);
    server_failed(state, ret_what, "its list of revocations cannot be read");
    return NULL;
}

static bool
list_scopes(const struct server *state, store_each *each, store_odd *odd,
            void *data, char *ret_what)
{
    redisReply *reply = redis_read_scopes(state, ret_what);

    if (reply == NULL)
        return false;
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        struct json_object *document;
        struct revocation revocation;

        if (redis_read_scope(reply->element[i], reply->element[i + 1],
                             &document, &revocation))
            each(&revocation, data);
        else
            redis_say_odd_scope(reply->element[i], odd, data);
        jsondoc_free(document);
    }
    freeReplyObject(reply);
    return true;
}

char *
redis_key_pattern(const char *template)
{
    char *pattern = malloc(2 * strlen(template) + 1);
    char *into = pattern;

    for (; pattern != NULL && *template != '\0'; template ++) {
        if (*template == '%') {
            template ++;
            *into++ = *template == '%' ? '%' : '*';
            continue;
        }
        if (strchr("*?[]\\^", *template) != NULL)
            *into++ = '\\';
        *into++ = *template;
    }
    if (pattern != NULL)
        *into = '\0';
    return pattern;
}

/*
 * The jti in a key of a template that has %j alone; else the whole key, for
 * nobody can tell what stands for what. For the caller to free.
 */
static char *
jti_of_key(const char *template, const char *key)
{
    const char *percent = strchr(template, '%');
    size_t before = (size_t)(percent - template);
    const char *behind = percent + 2;
    size_t length = strlen(key);

    if (percent[1] != 'j' || strchr(behind, '%') != NULL ||
        length < before + strlen(behind))
        return strdup(key);
    return strndup(key + before, length - before - strlen(behind));
}

/* True for a cursor and keys that are texts. */
static bool
is_page(const redisReply *reply)
{
    if (reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_ARRAY)
        return false;
    for (size_t i = 0; i < reply->element[1]->elements; i++)
        if (reply->element[1]->element[i]->type != REDIS_REPLY_STRING)
            return false;
    return true;
}

/* One page of SCAN: the keys. NULL: `ret_what`. */
static redisReply *
read_page(const struct server *state, const char *pattern, char cursor[32],
          char *ret_what)
{
    redisReply *reply;

    connection_renew(state->connection);
    if (!SEND(state, ret_what, "SCAN", cursor, "MATCH", pattern, "COUNT",
              PAGE) ||
        (reply = server_receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY,
                                ret_what)) == NULL)
        return NULL;
    if (is_page(reply)) {
        snprintf(cursor, 32, "%s", reply->element[0]->str);
        return reply;
    }
    freeReplyObject(reply);
    server_failed(state, ret_what, "its list of keys cannot be read");
    return NULL;
}

bool
redis_each_page(const struct server *state, const char *pattern,
                bool (*each)(const struct server *state, const redisReply *keys,
                             void *data, char *ret_what),
                void *data, char *ret_what)
{
    char cursor[32] = "0";
    bool goes_on;

    do {
        redisReply *reply = read_page(state, pattern, cursor, ret_what);

        if (reply == NULL)
            return false;
        goes_on = reply->element[1]->elements == 0 ||
                  each(state, reply->element[1], data, ret_what);
        freeReplyObject(reply);
    } while (goes_on && !text_equal(cursor, "0"));
    return goes_on;
}

struct listing {
    store_each *each;
    void *data;
};

static bool
list_keys(const struct server *state, const redisReply *keys, void *data,
          char *ret_what)
{
    const struct listing *listing = data;

    for (size_t i = 0; i < keys->elements; i++) {
        const redisReply *key = keys->element[i];
        char *jti = jti_of_key(state->revocation_key, key->str);
        const struct revocation revocation = {.token_id = jti};

        if (jti == NULL) {
            server_failed(state, ret_what, "out of memory");
            return false;
        }
        listing->each(&revocation, listing->data);
        free(jti);
    }
    return true;
}

bool
redis_list(void *data, store_each *each, store_odd *odd, void *each_data,
           char ret_what[STORE_WHAT_MAX])
{
    const struct server *state = data;
    struct listing listing = {each, each_data};
    char *pattern = redis_key_pattern(state->revocation_key);
    bool done = false;

    if (pattern == NULL)
        server_failed(state, ret_what, "out of memory");
    else
        done = list_scopes(state, each, odd, each_data, ret_what) &&
               redis_each_page(state, pattern, list_keys, &listing, ret_what);
    free(pattern);
    return done;
}
