/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PLACE_H
#define PLACE_H

#include <limits.h>
#include <stdbool.h>

/* Where the state of a host or of a fleet is kept, as it was written. */
struct place {
    char *state;          /* file:DIR, redis://..., rediss://..., unix:PATH */
    char *password_file;  /* NULL: none; the next two likewise */
    char *ca_file;        /* PEM, whom rediss:// trusts */
    char *client_file;    /* PEM, certificate and private key for rediss:// */
    char *revocation_key; /* template of a Redis key, %j and %i */
};

enum place_kind {
    PLACE_FILE,
    PLACE_TCP,
    PLACE_TLS,
    PLACE_UNIX
};

#define PLACE_HOST_MAX 255

/* `state`, taken apart. */
struct address {
    enum place_kind kind;
    char path[PATH_MAX];           /* of a folder or a socket */
    char user[64];                 /* "" for Redis's default user */
    char host[PLACE_HOST_MAX + 1]; /* a name or an address without brackets */
    char port[6];                  /* decimal */
    unsigned database;
};

/*
 * Takes the text of `state` apart:
 *   file:DIR                             an absolute folder
 *   redis[s]://[USER@]HOST[:PORT][/DB]   port 6379, database 0
 *   unix:PATH                            a socket, database 0
 * NULL, or what is wrong, without a byte of the text: it may hold a password.
 */
const char *place_parse(const char *state, struct address *ret_address);

/* Whether two places are the same state. */
bool place_same(const struct place *a, const struct place *b);

/* NULL, or which of the settings do not go together. */
const char *place_mistake(const struct place *place);

/* Frees; a zeroed place is allowed. */
void place_done(struct place *place);

#endif
