/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SERVER_H
#define SERVER_H

#include "store/redis/connection.h"
#include "store/store.h"

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>

/* A server that speaks Redis's protocol, open. */
struct server {
    struct connection *connection;
    redisReader *reader;
    redisReplyObjectFunctions functions; /* the reader's, with ours */
    redisReplyObjectFunctions defaults;
    const char *revocation_key;
    char name[STORE_URI_HOST_MAX + 16]; /* for messages */
};

/* Members of the store, which store.h describes. */
void *server_open(const struct store_uri *store_uri,
                  const struct address *address, char ret_what[STORE_WHAT_MAX]);
void server_close(void *data);

/* STORE_FAILED; notes what went wrong, with the server's name before it. */
enum store_answer server_failed(const struct server *state, char *ret_what,
                                const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sends one command; its answer is due later. */
bool server_send(const struct server *state, char *ret_what, size_t count,
                 const char *const *words);

#define SEND(state, ret_what, ...)                                         \
    server_send(state, ret_what,                                           \
                sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *), \
                (const char *const[]){__VA_ARGS__})

/*
 * Receives the next answer, which is of one of two types; an error of the
 * server is not. NULL: `ret_what`. The caller frees it with freeReplyObject().
 */
redisReply *server_receive(const struct server *state, int type, int or_type,
                           char *ret_what);

/* Receives an answer that only has to be there. */
bool server_received(const struct server *state, int type, char *ret_what);

/* Receives the answer to TIME. */
bool server_received_time(const struct server *state, double *ret_now,
                          char *ret_what);

/* Reads a number of whole seconds, as Redis writes a score. */
bool server_seconds(const char *text, double *ret_seconds);

#endif
