/* SPDX-License-Identifier: BSD-2-Clause */
#include "companion.h"
#include "connection.h"
#include "jsondoc.h"
#include "readfile.h"
#include "secret.h"
#include "store.h"
#include "template.h"
#include "text.h"

#include <hiredis/hiredis.h>
#include <json-c/json.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * pam_jwt:used:NAME        the token NAME is used; expires with it
 * (revocation_key)         that it is there revokes one token
 * pam_jwt:revoked_before   sorted set: scope of a revocation, "before"
 *
 * Redis 6.2 or newer (SET with PXAT, ZADD with GT), Valkey.
 */
#define USED_KEY   "pam_jwt:used:"
#define BEFORE_KEY "pam_jwt:revoked_before"

/* How far this host's clock and the server's may be apart, in seconds. */
#define CLOCKS_APART_MAX 300

/* No answer of a login is nearly that large; a list is. */
#define ANSWER_MAX (16 * 1024 * 1024)

/* Elements of one array: two a revocation in the longest list. */
#define ELEMENTS_MAX 200000

#define PASSWORD_FILE_MAX 4096

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

struct state {
    struct connection *connection;
    redisReader *reader;
    redisReplyObjectFunctions functions; /* the reader's, with ours */
    redisReplyObjectFunctions defaults;
    const char *revocation_key;
    char name[PLACE_HOST_MAX + 16]; /* of the server, for messages */
};

/* Notes what went wrong, with the server's name before it. */
static enum store_answer failed(const struct state *state, char *ret_what,
                                const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum store_answer
failed(const struct state *state, char *ret_what, const char *format, ...)
{
    char text[STORE_WHAT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(ret_what, STORE_WHAT_MAX, "the state server %.120s: %.250s",
             text_bare(state->name).text, text);
    return STORE_FAILED;
}

/* Sends one command; its answer is due later. */
static bool
send_command(const struct state *state, char *ret_what, size_t count,
             const char *const *words)
{
    char what[CONNECTION_WHAT_MAX];
    char *bytes = NULL;
    int length = (int)redisFormatCommandArgv(&bytes, (int)count,
                                             (const char **)words, NULL);
    bool done = false;

    if (length < 0) {
        failed(state, ret_what, "out of memory");
        return false;
    }
    done = connection_send(state->connection, bytes, (size_t)length, what);
    if (!done)
        failed(state, ret_what, "%s", what);
    /* It may be the password. */
    explicit_bzero(bytes, (size_t)length);
    redisFreeCommand(bytes);
    return done;
}

#define SEND(state, ret_what, ...)                                          \
    send_command(state, ret_what,                                           \
                 sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *), \
                 (const char *const[]){__VA_ARGS__})

/*
 * The next answer, which is of one of two types; an error of the server is
 * none. NULL: `ret_what`. The caller frees it with freeReplyObject().
 */
static redisReply *
receive(const struct state *state, int type, int or_type, char *ret_what)
{
    char block[4096];
    char what[CONNECTION_WHAT_MAX];
    size_t total = 0;
    size_t got;
    void *answer = NULL;
    redisReply *reply;

    while (redisReaderGetReply(state->reader, &answer) == REDIS_OK &&
           answer == NULL && total < ANSWER_MAX) {
        if (!connection_receive(state->connection, block, sizeof block, &got,
                                what)) {
            failed(state, ret_what, "%s", what);
            return NULL;
        }
        total += got;
        if (redisReaderFeed(state->reader, block, got) != REDIS_OK)
            break;
    }
    reply = answer;
    if (reply == NULL)
        failed(state, ret_what, "its answer is not one of Redis");
    else if (reply->type == REDIS_REPLY_ERROR)
        failed(state, ret_what, "it refuses: %s", text_bare(reply->str).text);
    else if (reply->type != type && reply->type != or_type)
        failed(state, ret_what, "its answer is of another type");
    else
        return reply;
    if (reply != NULL)
        freeReplyObject(reply);
    return NULL;
}

/* An answer that only has to be there. */
static bool
received(const struct state *state, int type, char *ret_what)
{
    redisReply *reply = receive(state, type, type, ret_what);

    if (reply == NULL)
        return false;
    freeReplyObject(reply);
    return true;
}

/* A number of whole seconds, as Redis writes a score. */
static bool
read_seconds(const char *text, double *ret_seconds)
{
    double seconds = 0;

    if (*text == '\0' || strlen(text) > 16)
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        seconds = seconds * 10 + (*text - '0');
    }
    *ret_seconds = seconds;
    return true;
}

static bool
log_in(const struct state *state, const struct place *place,
       const struct address *address, char *ret_what)
{
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    bool done = false;

    if (place->password_file == NULL)
        return true;
    if (!readfile(place->password_file, PASSWORD_FILE_MAX, &file, what))
        failed(state, ret_what, "state_password_file: %s", what);
    else if (!file.is_private)
        failed(state, ret_what,
               "state_password_file: others may read it (chmod 600)");
    else {
        if (file.size > 0 && file.data[file.size - 1] == '\n')
            file.data[file.size - 1] = '\0';
        done = SEND(state, ret_what, "AUTH",
                    address->user[0] != '\0' ? address->user : "default",
                    file.data) &&
               received(state, REDIS_REPLY_STATUS, ret_what);
    }
    file_done(&file);
    return done;
}

static bool
choose_database(const struct state *state, unsigned database, char *ret_what)
{
    char number[16];

    if (database == 0)
        return true;
    snprintf(number, sizeof number, "%u", database);
    return SEND(state, ret_what, "SELECT", number) &&
           received(state, REDIS_REPLY_STATUS, ret_what);
}

/* hiredis makes room for as many elements as a server says there will be. */
static void *
create_array(const redisReadTask *task, element_count count)
{
    const struct state *state = task->privdata;

    return count <= ELEMENTS_MAX ? state->defaults.createArray(task, count)
                                 : NULL;
}

/* A reader of answers. False: out of memory. */
static bool
make_reader(struct state *state)
{
    state->reader = redisReaderCreate();
    if (state->reader == NULL)
        return false;
    state->defaults = *state->reader->fn;
    state->functions = state->defaults;
    state->functions.createArray = create_array;
    state->reader->fn = &state->functions;
    state->reader->privdata = state;
    return true;
}

static void
redis_close(void *data)
{
    struct state *state = data;

    connection_close(state->connection);
    if (state->reader != NULL)
        redisReaderFree(state->reader);
    free(state);
}

static void *
redis_open(const struct place *place, const struct address *address,
           char ret_what[STORE_WHAT_MAX])
{
    struct state *state = calloc(1, sizeof *state);
    char what[CONNECTION_WHAT_MAX] = "out of memory";

    if (state == NULL) {
        snprintf(ret_what, STORE_WHAT_MAX, "out of memory");
        return NULL;
    }
    state->revocation_key = place->revocation_key;
    if (address->kind == PLACE_UNIX)
        snprintf(state->name, sizeof state->name, "%.*s", PLACE_HOST_MAX,
                 address->path);
    else
        snprintf(state->name, sizeof state->name, "%s:%s", address->host,
                 address->port);
    if (make_reader(state))
        state->connection = connection_open(place, address, what);
    if (state->connection == NULL)
        failed(state, ret_what, "%s", what);
    else if (log_in(state, place, address, ret_what) &&
             choose_database(state, address->database, ret_what))
        return state;
    redis_close(state);
    return NULL;
}

/* The key of a token's own revocation, for the caller to free. */
static char *
revocation_key(const struct state *state, const char *issuer,
               const char *token_id, char *ret_what)
{
    const struct template_facts facts = {.issuer = issuer,
                                         .token_id = token_id};
    char *key = NULL;
    const char *missing = NULL;

    if (!template_expand(state->revocation_key, &facts, &key, &missing))
        failed(state, ret_what, "revocation_key needs %s",
               missing != NULL ? missing : "memory");
    return key;
}

static enum store_answer
key_exists(const struct state *state, const char *key, char *ret_what)
{
    redisReply *reply;
    long long count;

    if (!SEND(state, ret_what, "EXISTS", key) ||
        (reply = receive(state, REDIS_REPLY_INTEGER, REDIS_REPLY_INTEGER,
                         ret_what)) == NULL)
        return STORE_FAILED;
    count = reply->integer;
    freeReplyObject(reply);
    return count != 0 ? STORE_YES : STORE_NO;
}

static enum store_answer
is_taken_back(const struct state *state, const char *scope, double issued,
              char *ret_what)
{
    redisReply *reply;
    enum store_answer answer = STORE_NO;
    double before;

    if (!SEND(state, ret_what, "ZSCORE", BEFORE_KEY, scope) ||
        (reply = receive(state, REDIS_REPLY_STRING, REDIS_REPLY_NIL,
                         ret_what)) == NULL)
        return STORE_FAILED;
    if (reply->type == REDIS_REPLY_STRING &&
        (!read_seconds(reply->str, &before) ||
         revocation_covers(issued, before))) {
        snprintf(ret_what, STORE_WHAT_MAX, "by %s, all issued until %s",
                 text_bare(scope).text, text_bare(reply->str).text);
        answer = STORE_YES;
    }
    freeReplyObject(reply);
    return answer;
}

static enum store_answer
redis_revoked(void *data, const struct ticket *ticket,
              char ret_what[STORE_WHAT_MAX])
{
    char *key =
        revocation_key(data, ticket->issuer, ticket->token_id, ret_what);
    enum store_answer answer =
        key != NULL ? key_exists(data, key, ret_what) : STORE_FAILED;
    struct revocation revocation;

    if (answer == STORE_YES)
        snprintf(ret_what, STORE_WHAT_MAX, "by the key %s",
                 text_bare(key).text);
    free(key);
    for (size_t i = 0; answer == STORE_NO && i < REVOCATION_SCOPES; i++) {
        char *scope;

        if (!revocation_at(ticket, i, &revocation) ||
            revocation.token_id != NULL)
            continue;
        scope = revocation_scope(&revocation);
        answer = scope != NULL
                     ? is_taken_back(data, scope, ticket->issued, ret_what)
                     : failed(data, ret_what, "out of memory");
        free(scope);
    }
    return answer;
}

static enum store_answer
redis_used(void *data, const struct ticket *ticket,
           char ret_what[STORE_WHAT_MAX])
{
    char key[sizeof USED_KEY + REVOCATION_NAME_SIZE] = USED_KEY;

    if (!revocation_ticket_name(ticket, key + sizeof USED_KEY - 1))
        return failed(data, ret_what, "out of memory");
    return key_exists(data, key, ret_what);
}

/*
 * The server's own time, after the key was set: where that is past the moment
 * at which the key goes, the key may have gone before, and this host's clock is
 * behind.
 */
static bool
is_time_left(const struct state *state, double until, char *ret_what)
{
    redisReply *reply =
        receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, ret_what);
    double now = INFINITY;

    if (reply == NULL)
        return false;
    if (reply->elements == 2 && reply->element[0]->type == REDIS_REPLY_STRING)
        read_seconds(reply->element[0]->str, &now);
    freeReplyObject(reply);
    if (now < until)
        return true;
    failed(state, ret_what,
           "by its clock (%.0f) the token has long expired: check the clocks "
           "of both",
           now);
    return false;
}

static enum store_answer
redis_use(void *data, const struct ticket *ticket,
          char ret_what[STORE_WHAT_MAX])
{
    char key[sizeof USED_KEY + REVOCATION_NAME_SIZE] = USED_KEY;
    double until = ceil(ticket->until) + CLOCKS_APART_MAX;
    char at[32];
    redisReply *reply;
    bool was_set;

    if (!revocation_ticket_name(ticket, key + sizeof USED_KEY - 1))
        return failed(data, ret_what, "out of memory");
    /* Redis counts in 64-bit milliseconds; tokens may end later than that. */
    snprintf(at, sizeof at, "%.0f", fmin(until * 1000, 4e15));
    if (!SEND(data, ret_what, "SET", key, "1", "NX", "PXAT", at) ||
        !SEND(data, ret_what, "TIME") ||
        (reply = receive(data, REDIS_REPLY_STATUS, REDIS_REPLY_NIL,
                         ret_what)) == NULL)
        return STORE_FAILED;
    was_set = reply->type == REDIS_REPLY_STATUS;
    freeReplyObject(reply);
    if (!was_set)
        return STORE_YES;
    return is_time_left(data, until, ret_what) ? STORE_NO : STORE_FAILED;
}

static bool
revoke_one(const struct state *state, const struct revocation *revocation,
           double keep, char *ret_what)
{
    char *key = revocation_key(state, revocation->issuer, revocation->token_id,
                               ret_what);
    char seconds[32];
    char value[32];
    bool done;

    if (key == NULL)
        return false;
    snprintf(seconds, sizeof seconds, "%.0f", keep);
    snprintf(value, sizeof value, "%.0f", revocation->before);
    done = keep > 0 ? SEND(state, ret_what, "SET", key, value, "EX", seconds)
                    : SEND(state, ret_what, "SET", key, value);
    free(key);
    return done && received(state, REDIS_REPLY_STATUS, ret_what);
}

static bool
redis_revoke(void *data, const struct revocation *revocation, double keep,
             char ret_what[STORE_WHAT_MAX])
{
    char before[32];
    char *scope;
    bool done;

    if (revocation->token_id != NULL)
        return revoke_one(data, revocation, keep, ret_what);
    scope = revocation_scope(revocation);
    if (scope == NULL) {
        failed(data, ret_what, "out of memory");
        return false;
    }
    snprintf(before, sizeof before, "%.0f", revocation->before);
    /* GT: of two revocations of one subject the later stays. */
    done = SEND(data, ret_what, "ZADD", BEFORE_KEY, "GT", before, scope) &&
           received(data, REDIS_REPLY_INTEGER, ret_what);
    free(scope);
    return done;
}

/* One scope and its "before", as ZRANGE lists them. */
static bool
list_scope(const char *scope, const char *before, store_each *each, void *data)
{
    char what[JSONDOC_WHAT_MAX];
    struct json_object *document = NULL;
    struct revocation revocation;
    bool goes_on = false;

    if (jsondoc_parse(scope, strlen(scope), &document, what) == REASON_OK &&
        read_seconds(before, &revocation.before)) {
        revocation.issuer = jsondoc_string(document, "iss");
        revocation.subject = jsondoc_string(document, "sub");
        revocation.token_id = NULL;
        goes_on = each(&revocation, data);
    }
    jsondoc_free(document);
    return goes_on;
}

static bool
list_scopes(const struct state *state, store_each *each, void *data,
            char *ret_what)
{
    redisReply *reply;
    bool goes_on = true;

    if (!SEND(state, ret_what, "ZRANGE", BEFORE_KEY, "0", "-1", "WITHSCORES") ||
        (reply = receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY,
                         ret_what)) == NULL)
        return false;
    for (size_t i = 0; goes_on && i + 1 < reply->elements; i += 2)
        goes_on = reply->element[i]->type == REDIS_REPLY_STRING &&
                  reply->element[i + 1]->type == REDIS_REPLY_STRING &&
                  list_scope(reply->element[i]->str, reply->element[i + 1]->str,
                             each, data);
    freeReplyObject(reply);
    if (!goes_on)
        failed(state, ret_what, BEFORE_KEY " has what is no revocation");
    return goes_on;
}

/* A pattern for SCAN: what the letters of the template stand for is any. */
static char *
key_pattern(const char *template)
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

static bool
list_key(const struct state *state, const redisReply *key, store_each *each,
         void *data)
{
    char *jti = key->type == REDIS_REPLY_STRING
                    ? jti_of_key(state->revocation_key, key->str)
                    : NULL;
    const struct revocation revocation = {.token_id = jti};
    bool goes_on = jti != NULL && each(&revocation, data);

    free(jti);
    return goes_on;
}

/* One page of SCAN; the cursor of the next, "0" behind the last. */
static bool
list_page(const struct state *state, const char *pattern, char cursor[32],
          store_each *each, void *data, char *ret_what)
{
    redisReply *reply;
    bool goes_on;

    if (!SEND(state, ret_what, "SCAN", cursor, "MATCH", pattern, "COUNT",
              "1000") ||
        (reply = receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY,
                         ret_what)) == NULL)
        return false;
    goes_on = reply->elements == 2 &&
              reply->element[0]->type == REDIS_REPLY_STRING &&
              reply->element[1]->type == REDIS_REPLY_ARRAY;
    if (goes_on)
        snprintf(cursor, 32, "%s", reply->element[0]->str);
    for (size_t i = 0; goes_on && i < reply->element[1]->elements; i++)
        goes_on = list_key(state, reply->element[1]->element[i], each, data);
    freeReplyObject(reply);
    if (!goes_on)
        failed(state, ret_what, "its list of keys is none");
    return goes_on;
}

static bool
redis_list(void *data, store_each *each, void *each_data,
           char ret_what[STORE_WHAT_MAX])
{
    const struct state *state = data;
    char cursor[32] = "0";
    char *pattern;
    bool goes_on = list_scopes(state, each, each_data, ret_what);

    pattern = key_pattern(state->revocation_key);
    if (pattern == NULL)
        return failed(state, ret_what, "out of memory");
    while (goes_on) {
        goes_on = list_page(state, pattern, cursor, each, each_data, ret_what);
        if (text_equal(cursor, "0"))
            break;
    }
    free(pattern);
    return goes_on;
}

/* A setting of the server; "" where it may not be asked for. */
static void
read_setting(const struct state *state, const char *name, char value[64])
{
    char what[STORE_WHAT_MAX];
    redisReply *reply = NULL;

    value[0] = '\0';
    if (SEND(state, what, "CONFIG", "GET", name))
        reply = receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, what);
    if (reply == NULL)
        return;
    if (reply->elements == 2 && reply->element[1]->type == REDIS_REPLY_STRING)
        snprintf(value, 64, "%s", reply->element[1]->str);
    freeReplyObject(reply);
}

/* What a server forgets, a login forgets. */
static enum store_answer
redis_overdue(void *data, double now, char ret_what[STORE_WHAT_MAX])
{
    char policy[64];
    char appends[64];
    char syncs[64];

    (void)now;
    read_setting(data, "maxmemory-policy", policy);
    read_setting(data, "appendonly", appends);
    read_setting(data, "appendfsync", syncs);
    if (policy[0] != '\0' && !text_equal(policy, "noeviction"))
        snprintf(ret_what, STORE_WHAT_MAX,
                 "the server may forget used tokens when its memory is full: "
                 "set maxmemory-policy noeviction");
    else if (appends[0] != '\0' &&
             (!text_equal(appends, "yes") || !text_equal(syncs, "always")))
        snprintf(ret_what, STORE_WHAT_MAX,
                 "the server forgets used tokens when it is restarted or its "
                 "power fails: set appendonly yes and appendfsync always");
    else
        return STORE_NO;
    return STORE_YES;
}

static bool
redis_size(void *data, uint64_t *ret_count, char ret_what[STORE_WHAT_MAX])
{
    redisReply *reply = NULL;

    if (SEND(data, ret_what, "DBSIZE"))
        reply =
            receive(data, REDIS_REPLY_INTEGER, REDIS_REPLY_INTEGER, ret_what);
    if (reply == NULL)
        return false;
    *ret_count = (uint64_t)reply->integer;
    freeReplyObject(reply);
    return true;
}

/* Keys expire by themselves. */
static bool
redis_clean(void *data, double now, double revoked_before,
            char ret_what[STORE_WHAT_MAX])
{
    char until[32];

    (void)now;
    snprintf(until, sizeof until, "(%.0f", revoked_before);
    return SEND(data, ret_what, "ZREMRANGEBYSCORE", BEFORE_KEY, "-inf",
                until) &&
           received(data, REDIS_REPLY_INTEGER, ret_what);
}

extern const struct store pam_jwt_redis_store;
const struct store pam_jwt_redis_store = {
    .identity = companion_identity,
    .open = redis_open,
    .close = redis_close,
    .revoked = redis_revoked,
    .used = redis_used,
    .use = redis_use,
    .revoke = redis_revoke,
    .list = redis_list,
    .overdue = redis_overdue,
    .size = redis_size,
    .clean = redis_clean,
};
