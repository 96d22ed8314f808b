/* SPDX-License-Identifier: BSD-2-Clause */
#include "companion.h"
#include "connection.h"
#include "jsondoc.h"
#include "readfile.h"
#include "secret.h"
#include "sightings.h"
#include "store.h"
#include "template.h"
#include "text.h"
#include "uptime.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What `revoke` writes before the time: only such keys are clean's to delete.
 */
#define OWN_VALUE "pam-jwt "

/* Tokens that end within one stretch are marked as gone by one key. */
#define STRETCH (6 * 3600)

/* So long behind its end, by two clocks, a used token may go. */
#define CLEAN_AFTER 3600

/* Keys of one page, and of one deletion. */
#define PAGE "500"

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

/* Says who is revoked, by the `before` in the server's words. */
static enum store_answer
is_scope_revoked(const struct state *state, struct revocation *revocation,
                 double issued, char *ret_what)
{
    char *scope = revocation_scope(revocation);
    char words[REVOCATION_WORDS_MAX];
    redisReply *reply = NULL;
    enum store_answer answer = STORE_NO;

    if (scope == NULL)
        return failed(state, ret_what, "out of memory");
    if (SEND(state, ret_what, "ZSCORE", BEFORE_KEY, scope))
        reply = receive(state, REDIS_REPLY_STRING, REDIS_REPLY_NIL, ret_what);
    free(scope);
    if (reply == NULL)
        return STORE_FAILED;
    /* A "before" that is not a time is about this token, nobody knows how. */
    if (reply->type == REDIS_REPLY_STRING &&
        !read_seconds(reply->str, &revocation->before))
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

/* By its own key. One without a jti has none. */
static enum store_answer
is_one_revoked(const struct state *state, const struct ticket *ticket,
               char *ret_what)
{
    enum store_answer answer;
    char *key;

    if (ticket->token_id == NULL)
        return STORE_NO;
    key = revocation_key(state, ticket->issuer, ticket->token_id, ret_what);
    answer = key != NULL ? key_exists(state, key, ret_what) : STORE_FAILED;
    if (answer == STORE_YES)
        snprintf(ret_what, STORE_WHAT_MAX, "the token jti=%s, by the key %s",
                 text_bare(ticket->token_id).text, text_bare(key).text);
    free(key);
    return answer;
}

static enum store_answer
redis_revoked(void *data, const struct ticket *ticket,
              char ret_what[STORE_WHAT_MAX])
{
    enum store_answer answer = is_one_revoked(data, ticket, ret_what);
    struct revocation revocation;

    for (size_t i = 0; answer == STORE_NO && i < REVOCATION_SCOPES; i++)
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

static void
gone_key(double end, int neighbour, char key[64])
{
    double stretch = floor(end / STRETCH) + 1 + neighbour;

    snprintf(key, 64, GONE_KEY "%.0f", stretch * STRETCH);
}

/* Asks for the marks of a token's stretch; see received_gone(). */
static bool
send_gone(const struct state *state, const struct ticket *ticket,
          char *ret_what)
{
    char keys[3][64];

    /* The neighbours too: another clock_skew gives a token another end. */
    for (int i = 0; i < 3; i++)
        gone_key(end_of(ticket), i - 1, keys[i]);
    return SEND(state, ret_what, "EXISTS", keys[0], keys[1], keys[2]);
}

/* False: the token may have been used, and its key removed, or no answer. */
static bool
received_not_gone(const struct state *state, char *ret_what)
{
    redisReply *reply =
        receive(state, REDIS_REPLY_INTEGER, REDIS_REPLY_INTEGER, ret_what);
    bool is_gone;

    if (reply == NULL)
        return false;
    is_gone = reply->integer != 0;
    freeReplyObject(reply);
    if (is_gone)
        failed(state, ret_what,
               "used tokens that expired at this time were removed after that, "
               "and by this host's clock such a token has not expired: the "
               "clock was set back, correct it");
    return !is_gone;
}

static enum store_answer
redis_used(void *data, const struct ticket *ticket,
           char ret_what[STORE_WHAT_MAX])
{
    char key[sizeof USED_KEY + REVOCATION_NAME_SIZE] = USED_KEY;
    enum store_answer answer;

    if (!revocation_ticket_name(ticket, key + sizeof USED_KEY - 1))
        return failed(data, ret_what, "out of memory");
    answer = key_exists(data, key, ret_what);
    if (answer == STORE_NO && (!send_gone(data, ticket, ret_what) ||
                               !received_not_gone(data, ret_what)))
        return STORE_FAILED;
    return answer;
}

/* The answer to TIME. */
static bool
received_time(const struct state *state, double *ret_now, char *ret_what)
{
    redisReply *reply =
        receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, ret_what);
    bool done;

    if (reply == NULL)
        return false;
    done = reply->elements == 2 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           read_seconds(reply->element[0]->str, ret_now);
    freeReplyObject(reply);
    if (!done)
        failed(state, ret_what, "its time cannot be read");
    return done;
}

/* The server's own time: another witness against a clock that is set back. */
static bool
is_time_left(const struct state *state, double end, char *ret_what)
{
    double now;

    if (!received_time(state, &now, ret_what))
        return false;
    if (now < end)
        return true;
    failed(state, ret_what,
           "by its clock (%s) the token has long expired, by this host's it "
           "has not: correct the one that is wrong",
           text_time(now).text);
    return false;
}

static enum store_answer
redis_use(void *data, const struct ticket *ticket,
          char ret_what[STORE_WHAT_MAX])
{
    char key[sizeof USED_KEY + REVOCATION_NAME_SIZE] = USED_KEY;
    char value[32];
    redisReply *reply;
    bool was_set;

    if (!revocation_ticket_name(ticket, key + sizeof USED_KEY - 1))
        return failed(data, ret_what, "out of memory");
    snprintf(value, sizeof value, "%.0f", end_of(ticket));
    /* In this order: clean marks before it deletes. */
    if (!SEND(data, ret_what, "SET", key, value, "NX") ||
        !send_gone(data, ticket, ret_what) || !SEND(data, ret_what, "TIME") ||
        (reply = receive(data, REDIS_REPLY_STATUS, REDIS_REPLY_NIL,
                         ret_what)) == NULL)
        return STORE_FAILED;
    was_set = reply->type == REDIS_REPLY_STATUS;
    freeReplyObject(reply);
    if (!was_set)
        return STORE_YES;
    return received_not_gone(data, ret_what) &&
                   is_time_left(data, end_of(ticket), ret_what)
               ? STORE_NO
               : STORE_FAILED;
}

static bool
revoke_one(const struct state *state, const struct revocation *revocation,
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
           received(state, REDIS_REPLY_STATUS, ret_what);
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
        failed(data, ret_what, "out of memory");
        return false;
    }
    snprintf(before, sizeof before, "%.0f", revocation->before);
    /* GT: of two revocations of one subject the later stays. */
    if (SEND(data, ret_what, "ZADD", BEFORE_KEY, "GT", before, scope) &&
        received(data, REDIS_REPLY_INTEGER, ret_what) &&
        SEND(data, ret_what, "ZSCORE", BEFORE_KEY, scope))
        reply = receive(data, REDIS_REPLY_STRING, REDIS_REPLY_STRING, ret_what);
    free(scope);
    if (reply == NULL)
        return false;
    read_seconds(reply->str, ret_before);
    freeReplyObject(reply);
    return true;
}

/* Reads one member of the sorted set. False: it is not one of a revocation. */
static bool
read_scope(const redisReply *scope, const redisReply *before,
           struct json_object **ret_document, struct revocation *ret_revocation)
{
    char what[JSONDOC_WHAT_MAX];
    char *again;
    bool is;

    *ret_document = NULL;
    if (scope->type != REDIS_REPLY_STRING ||
        before->type != REDIS_REPLY_STRING ||
        jsondoc_parse(scope->str, scope->len, ret_document, what) !=
            REASON_OK ||
        !read_seconds(before->str, &ret_revocation->before))
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

static void
say_odd_scope(const redisReply *scope, store_odd *odd, void *data)
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

/* All of the sorted set. NULL: `ret_what`. */
static redisReply *
read_scopes(const struct state *state, char *ret_what)
{
    return SEND(state, ret_what, "ZRANGE", BEFORE_KEY, "0", "-1", "WITHSCORES")
               ? receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, ret_what)
               : NULL;
}

static bool
list_scopes(const struct state *state, store_each *each, store_odd *odd,
            void *data, char *ret_what)
{
    redisReply *reply = read_scopes(state, ret_what);

    if (reply == NULL)
        return false;
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        struct json_object *document;
        struct revocation revocation;

        if (read_scope(reply->element[i], reply->element[i + 1], &document,
                       &revocation))
            each(&revocation, data);
        else
            say_odd_scope(reply->element[i], odd, data);
        jsondoc_free(document);
    }
    freeReplyObject(reply);
    return true;
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
read_page(const struct state *state, const char *pattern, char cursor[32],
          char *ret_what)
{
    redisReply *reply;

    connection_renew(state->connection);
    if (!SEND(state, ret_what, "SCAN", cursor, "MATCH", pattern, "COUNT",
              PAGE) ||
        (reply = receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY,
                         ret_what)) == NULL)
        return NULL;
    if (is_page(reply)) {
        snprintf(cursor, 32, "%s", reply->element[0]->str);
        return reply;
    }
    freeReplyObject(reply);
    failed(state, ret_what, "its list of keys cannot be read");
    return NULL;
}

/*
 * Calls `each` with the keys of every page, until it returns false and says
 * why.
 */
static bool
each_page(const struct state *state, const char *pattern,
          bool (*each)(const struct state *state, const redisReply *keys,
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
list_keys(const struct state *state, const redisReply *keys, void *data,
          char *ret_what)
{
    const struct listing *listing = data;

    for (size_t i = 0; i < keys->elements; i++) {
        const redisReply *key = keys->element[i];
        char *jti = jti_of_key(state->revocation_key, key->str);
        const struct revocation revocation = {.token_id = jti};

        if (jti == NULL) {
            failed(state, ret_what, "out of memory");
            return false;
        }
        listing->each(&revocation, listing->data);
        free(jti);
    }
    return true;
}

static bool
redis_list(void *data, store_each *each, store_odd *odd, void *each_data,
           char ret_what[STORE_WHAT_MAX])
{
    const struct state *state = data;
    struct listing listing = {each, each_data};
    char *pattern = key_pattern(state->revocation_key);
    bool done = false;

    if (pattern == NULL)
        failed(state, ret_what, "out of memory");
    else
        done = list_scopes(state, each, odd, each_data, ret_what) &&
               each_page(state, pattern, list_keys, &listing, ret_what);
    free(pattern);
    return done;
}

/* Reads a setting of the server. False: it may not be asked for. */
static bool
read_setting(const struct state *state, const char *name, char value[64])
{
    char what[STORE_WHAT_MAX];
    redisReply *reply = NULL;
    bool done;

    if (SEND(state, what, "CONFIG", "GET", name))
        reply = receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, what);
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
        reply =
            receive(data, REDIS_REPLY_INTEGER, REDIS_REPLY_INTEGER, ret_what);
    if (reply == NULL)
        return false;
    *ret_count = (uint64_t)reply->integer;
    freeReplyObject(reply);
    return true;
}

/* Entries that are worth a word when nobody removes any. */
#define MANY 1000

/* Two days without clean, and somebody should hear of it. */
#define OVERDUE (2 * 86400)

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
    reply = receive(data, REDIS_REPLY_STRING, REDIS_REPLY_NIL, what);
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

/* What a server forgets, a login forgets. */
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
send_page(const struct state *state, const char *command,
          const redisReply *keys, char *ret_what)
{
    struct words words;
    bool done;

    if (!words_begin(&words, command, NULL, keys->elements)) {
        failed(state, ret_what, "out of memory");
        return false;
    }
    for (size_t i = 0; i < keys->elements; i++)
        words.items[words.count++] = keys->element[i]->str;
    done = send_command(state, ret_what, words.count, words.items);
    free(words.items);
    return done;
}

/*
 * Runs a deletion of what was read under WATCH: it does nothing where that has
 * changed since, by `revoke` or a login. The next clean sees it then.
 */
static bool
delete_unchanged(const struct state *state, const struct words *deletion,
                 char *ret_what)
{
    redisReply *reply = NULL;

    if (SEND(state, ret_what, "MULTI") &&
        received(state, REDIS_REPLY_STATUS, ret_what) &&
        send_command(state, ret_what, deletion->count, deletion->items) &&
        received(state, REDIS_REPLY_STATUS, ret_what) &&
        SEND(state, ret_what, "EXEC"))
        reply = receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_NIL, ret_what);
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
used_is_due(const struct state *state, const char *key, const char *value,
            struct cleaning *cleaning, char *ret_what)
{
    const struct retention *retention = &cleaning->retention;
    char mark[64];
    double end;

    if (!read_seconds(value, &end) || end + CLEAN_AFTER > retention->now ||
        (double)sightings_note(cleaning->sightings, key, (int64_t)end) <
            retention->used)
        return false;
    gone_key(end, 0, mark);
    if (text_equal(mark, cleaning->marked))
        return true;
    connection_renew(state->connection);
    if (!SEND(state, ret_what, "SET", mark, "1") ||
        !received(state, REDIS_REPLY_STATUS, ret_what))
        return false;
    memcpy(cleaning->marked, mark, sizeof mark);
    return true;
}

/* True if a key that `revoke` made may go. */
static bool
key_is_due(const struct state *state, const char *key, const char *value,
           struct cleaning *cleaning, char *ret_what)
{
    const struct retention *retention = &cleaning->retention;
    char name[REVOCATION_NAME_SIZE];
    double before;
    double seen;

    (void)state;
    (void)ret_what;
    if (strncmp(value, OWN_VALUE, strlen(OWN_VALUE)) != 0 ||
        !read_seconds(value + strlen(OWN_VALUE), &before) ||
        !revocation_name(key, name))
        return false;
    seen = (double)sightings_note(cleaning->sightings, name, (int64_t)before);
    return retention->revoked > 0 && seen >= retention->revoked &&
           before + retention->revoked <= retention->now;
}

typedef bool is_due(const struct state *state, const char *key,
                    const char *value, struct cleaning *cleaning,
                    char *ret_what);

static bool
clean_page(const struct state *state, const redisReply *keys, is_due *due,
           struct cleaning *cleaning, char *ret_what)
{
    struct words deletion = {NULL, 0};
    redisReply *values = NULL;
    bool done = false;

    if (!words_begin(&deletion, "DEL", NULL, keys->elements))
        failed(state, ret_what, "out of memory");
    else if (send_page(state, "WATCH", keys, ret_what) &&
             received(state, REDIS_REPLY_STATUS, ret_what) &&
             send_page(state, "MGET", keys, ret_what))
        values = receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, ret_what);
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
                      received(state, REDIS_REPLY_STATUS, ret_what));

out:
    if (values != NULL)
        freeReplyObject(values);
    free(deletion.items);
    return done;
}

static bool
clean_used_page(const struct state *state, const redisReply *keys, void *data,
                char *ret_what)
{
    return clean_page(state, keys, used_is_due, data, ret_what);
}

static bool
clean_key_page(const struct state *state, const redisReply *keys, void *data,
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
    bool is_one = read_scope(scope, before, &document, &revocation) &&
                  revocation_name(scope->str, name);
    double seen;

    jsondoc_free(document);
    if (!is_one) {
        say_odd_scope(scope, odd, odd_data);
        return false;
    }
    seen = (double)sightings_note(cleaning->sightings, name,
                                  (int64_t)revocation.before);
    return retention->revoked > 0 && seen >= retention->revoked &&
           revocation.before + retention->revoked <= retention->now;
}

static bool
clean_scopes(const struct state *state, struct cleaning *cleaning,
             store_odd *odd, void *odd_data, char *ret_what)
{
    struct words deletion = {NULL, 0};
    redisReply *reply = NULL;
    bool done = false;

    connection_renew(state->connection);
    if (SEND(state, ret_what, "WATCH", BEFORE_KEY) &&
        received(state, REDIS_REPLY_STATUS, ret_what))
        reply = read_scopes(state, ret_what);
    if (reply == NULL)
        return false;
    if (!words_begin(&deletion, "ZREM", BEFORE_KEY, reply->elements)) {
        failed(state, ret_what, "out of memory");
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
                     received(state, REDIS_REPLY_STATUS, ret_what);

out:
    freeReplyObject(reply);
    free(deletion.items);
    return done;
}

/* What clean has seen; of two hosts that write it at once one is right. */
static struct sightings *
read_cleaned(const struct state *state, char *ret_what)
{
    struct uptime uptime;
    struct sightings *sightings;
    redisReply *reply;

    if (!uptime_read(&uptime)) {
        failed(state, ret_what, "how long this host runs cannot be read");
        return NULL;
    }
    if (!SEND(state, ret_what, "GET", CLEANED_KEY) ||
        (reply = receive(state, REDIS_REPLY_STRING, REDIS_REPLY_NIL,
                         ret_what)) == NULL)
        return NULL;
    sightings = sightings_read(
        reply->type == REDIS_REPLY_STRING ? reply->str : NULL, &uptime, true);
    freeReplyObject(reply);
    if (sightings == NULL)
        failed(state, ret_what, "out of memory");
    return sightings;
}

static bool
write_cleaned(const struct state *state, const struct sightings *sightings,
              char *ret_what)
{
    char *text = sightings_text(sightings);
    bool done;

    if (text == NULL) {
        failed(state, ret_what, "out of memory");
        return false;
    }
    connection_renew(state->connection);
    done = SEND(state, ret_what, "SET", CLEANED_KEY, text) &&
           received(state, REDIS_REPLY_STATUS, ret_what);
    free(text);
    return done;
}

static bool
clean_all(const struct state *state, struct cleaning *cleaning, store_odd *odd,
          void *odd_data, char *ret_what)
{
    char *pattern = key_pattern(state->revocation_key);
    bool done = false;

    if (pattern == NULL)
        failed(state, ret_what, "out of memory");
    else
        done = each_page(state, USED_KEY "*", clean_used_page, cleaning,
                         ret_what) &&
               each_page(state, pattern, clean_key_page, cleaning, ret_what) &&
               clean_scopes(state, cleaning, odd, odd_data, ret_what);
    free(pattern);
    return done;
}

static bool
redis_clean(void *data, const struct retention *retention, store_odd *odd,
            void *odd_data, char ret_what[STORE_WHAT_MAX])
{
    struct cleaning cleaning = {.retention = *retention};
    double now;
    bool done;

    if (!SEND(data, ret_what, "TIME") || !received_time(data, &now, ret_what))
        return false;
    /* What has expired has done so by both clocks. */
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
