/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "store/store_uri.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * How long one store may be open, in milliseconds: connecting, TLS and every
 * answer together. A server that does not answer refuses the login, and the
 * person should not wait long for that.
 */
#define CONNECTION_TIME_MAX 2000

/* Room for a sentence that says what went wrong. */
#define CONNECTION_WHAT_MAX 200

struct connection;

/*
 * Connects to a server, with TLS where the address says so: 1.2 or newer, the
 * server's certificate for its host's name, by the authorities of
 * `place->ca_file` or else the system's. A name is looked up as the system
 * does, which has timeouts of its own (resolv.conf); the rest has
 * CONNECTION_TIME_MAX in all. NULL: `ret_what`.
 */
struct connection *connection_open(const struct store_uri *store_uri,
                                   const struct address *address,
                                   char ret_what[CONNECTION_WHAT_MAX]);

/* Sends all of it. False: `ret_what`. */
bool connection_send(struct connection *connection, const char *bytes,
                     size_t length, char ret_what[CONNECTION_WHAT_MAX]);

/* Waits for at least one byte. False: `ret_what`. */
bool connection_receive(struct connection *connection, char *into, size_t size,
                        size_t *ret_got, char ret_what[CONNECTION_WHAT_MAX]);

/* Begins CONNECTION_TIME_MAX anew, for a caller whom no login waits for. */
void connection_renew(struct connection *connection);

/* NULL is allowed. */
void connection_close(struct connection *connection);

#endif
