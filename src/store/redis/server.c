/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/redis/server.h"

#include "base/secret.h"
#include "base/text.h"
#include "base/trusted_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

enum store_answer
server_failed(const struct server *state, char *ret_what, const char *format,
              ...)
{
    char text[STORE_WHAT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(ret_what, STORE_WHAT_MAX, "the state server %.120s: %.250s",
             text_log_value(state->name).text, text);
    return STORE_FAILED;
}

bool
server_send(const struct server *state, char *ret_what, size_t count,
            const char *const *words)
{
    char what[CONNECTION_WHAT_MAX];
    char *bytes = NULL;
    int length = (int)redisFormatCommandArgv(&bytes, (int)count,
                                             (const char **)words, NULL);
    bool done = false;

    if (length < 0) {
        server_failed(state, ret_what, "out of memory");
        return false;
    }
    done = connection_send(state->connection, bytes, (size_t)length, what);
    if (!done)
        server_failed(state, ret_what, "%s", what);
    /* It may be the password. */
    explicit_bzero(bytes, (size_t)length);
    redisFreeCommand(bytes);
    return done;
}

redisReply *
server_receive(const struct server *state, int type, int or_type,
               char *ret_what)
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
            server_failed(state, ret_what, "%s", what);
            return NULL;
        }
        total += got;
        if (redisReaderFeed(state->reader, block, got) != REDIS_OK)
            break;
    }
    reply = answer;
    if (reply == NULL)
        server_failed(state, ret_what, "its answer is not one of Redis");
    else if (reply->type == REDIS_REPLY_ERROR)
        server_failed(state, ret_what, "it refuses: %s",
                      text_log_value(reply->str).text);
    else if (reply->type != type && reply->type != or_type)
        server_failed(state, ret_what, "its answer is of another type");
    else
        return reply;
    if (reply != NULL)
        freeReplyObject(reply);
    return NULL;
}

bool
server_received(const struct server *state, int type, char *ret_what)
{
    redisReply *reply = server_receive(state, type, type, ret_what);

    if (reply == NULL)
        return false;
    freeReplyObject(reply);
    return true;
}

bool
server_seconds(const char *text, double *ret_seconds)
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
log_in(const struct server *state, const struct store_uri *store_uri,
       const struct address *address, char *ret_what)
{
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    bool done = false;

    if (store_uri->password_file == NULL)
        return true;
    if (!readfile(store_uri->password_file, PASSWORD_FILE_MAX, &file, what))
        server_failed(state, ret_what, "state_password_file: %s", what);
    else if (!file.is_private)
        server_failed(state, ret_what,
                      "state_password_file: others may read it (chmod 600)");
    else {
        if (file.size > 0 && file.data[file.size - 1] == '\n')
            file.data[file.size - 1] = '\0';
        done = SEND(state, ret_what, "AUTH",
                    address->user[0] != '\0' ? address->user : "default",
                    file.data) &&
               server_received(state, REDIS_REPLY_STATUS, ret_what);
    }
    file_done(&file);
    return done;
}

static bool
choose_database(const struct server *state, unsigned database, char *ret_what)
{
    char number[16];

    if (database == 0)
        return true;
    snprintf(number, sizeof number, "%u", database);
    return SEND(state, ret_what, "SELECT", number) &&
           server_received(state, REDIS_REPLY_STATUS, ret_what);
}

/* hiredis makes room for as many elements as a server says there will be. */
static void *
create_array(const redisReadTask *task, element_count count)
{
    const struct server *state = task->privdata;

    return count <= ELEMENTS_MAX ? state->defaults.createArray(task, count)
                                 : NULL;
}

/* A reader of answers. False: out of memory. */
static bool
make_reader(struct server *state)
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

void
server_close(void *data)
{
    struct server *state = data;

    connection_close(state->connection);
    if (state->reader != NULL)
        redisReaderFree(state->reader);
    free(state);
}

void *
server_open(const struct store_uri *store_uri, const struct address *address,
            char ret_what[STORE_WHAT_MAX])
{
    struct server *state = calloc(1, sizeof *state);
    char what[CONNECTION_WHAT_MAX] = "out of memory";

    if (state == NULL) {
        snprintf(ret_what, STORE_WHAT_MAX, "out of memory");
        return NULL;
    }
    state->revocation_key = store_uri->revocation_key;
    if (address->kind == STORE_URI_UNIX)
        snprintf(state->name, sizeof state->name, "%.*s", STORE_URI_HOST_MAX,
                 address->path);
    else
        snprintf(state->name, sizeof state->name, "%s:%s", address->host,
                 address->port);
    if (make_reader(state))
        state->connection = connection_open(store_uri, address, what);
    if (state->connection == NULL)
        server_failed(state, ret_what, "%s", what);
    else if (log_in(state, store_uri, address, ret_what) &&
             choose_database(state, address->database, ret_what))
        return state;
    server_close(state);
    return NULL;
}

bool
server_received_time(const struct server *state, double *ret_now,
                     char *ret_what)
{
    redisReply *reply =
        server_receive(state, REDIS_REPLY_ARRAY, REDIS_REPLY_ARRAY, ret_what);
    bool done;

    if (reply == NULL)
        return false;
    done = reply->elements == 2 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           server_seconds(reply->element[0]->str, ret_now);
    freeReplyObject(reply);
    if (!done)
        server_failed(state, ret_what, "its time cannot be read");
    return done;
}
