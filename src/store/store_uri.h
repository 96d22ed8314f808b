/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_URI_H
#define STORE_URI_H

#include <limits.h>
#include <stdbool.h>

/* Where the state of a host or of a fleet is kept, as it was written. */
struct store_uri {
    char *state;          /* file:DIR, redis://..., rediss://..., unix:PATH */
    char *password_file;  /* NULL: none; the next two likewise */
    char *ca_file;        /* PEM, whom rediss:// trusts */
    char *client_file;    /* PEM, certificate and private key for rediss:// */
    char *revocation_key; /* template of a Redis key, %j and %i */
};

enum store_uri_kind {
    STORE_URI_FILE,
    STORE_URI_TCP,
    STORE_URI_TLS,
    STORE_URI_UNIX
};

#define STORE_URI_HOST_MAX 255

/* `state`, taken apart. */
struct address {
    enum store_uri_kind kind;
    char path[PATH_MAX]; /* of a folder or a socket */
    char user[64];       /* "" for Redis's default user */
    char host[STORE_URI_HOST_MAX +
              1]; /* a name or an address without brackets */
    char port[6]; /* decimal */
    unsigned database;
};

/*
 * Takes the text of `state` apart:
 *   file:DIR                             an absolute folder
 *   redis[s]://[USER@]HOST[:PORT][/DB]   port 6379, database 0
 *   unix:PATH                            a socket, database 0
 * NULL, or what is wrong, without a byte of the text: it may hold a password.
 */
const char *store_uri_parse(const char *state, struct address *ret_address);

/* True if two places are the same state. */
bool store_uri_same(const struct store_uri *a, const struct store_uri *b);

/* NULL, or which of the settings do not go together. */
const char *store_uri_mistake(const struct store_uri *store_uri);

/* Frees; a zeroed place is allowed. */
void store_uri_done(struct store_uri *store_uri);

#endif
