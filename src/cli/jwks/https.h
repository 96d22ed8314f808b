/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HTTPS_H
#define HTTPS_H

#include <stdbool.h>
#include <stddef.h>

#define HTTPS_WHAT_MAX 320

/* An ETag of more bytes is not kept; asking without it costs one reply. */
#define HTTPS_TAG_MAX 256

/* A request to a server. */
struct https_request {
    const char *url;
    const char *ca_file;  /* PEM; NULL: the authorities of the system */
    const char *token;    /* of RFC 6750, for this host alone; NULL: none */
    const char *etag;     /* of what is there already; NULL: none */
    const char *modified; /* the same, by Last-Modified */
    size_t size_max;      /* bytes of the body */
    double deadline;      /* on https_clock() */
};

/* The server's reply. */
struct https_reply {
    bool is_unchanged; /* 304: what is there is what it has */
    char *body;        /* with a NUL behind the last byte */
    size_t size;
    char etag[HTTPS_TAG_MAX]; /* "" for none */
    char modified[HTTPS_TAG_MAX];
    double max_age; /* Cache-Control, less Age: seconds (RFC 9111) */
    double date;    /* the server's clock, seconds since the epoch; 0: unsaid */
};

/* True if both URLs have the same host and port, and https. */
bool https_is_same_host(const char *a, const char *b);

/* Seconds of a clock that nobody sets. */
double https_clock(void);

/*
 * Gets `url` by HTTPS and nothing else: TLS 1.2 at least, the certificate and
 * its name verified, no cookie, no password, no compression. Follows at most
 * three redirects, and those only to the same host and port. False: `ret_what`
 * says why. https_done() is due in any case.
 */
bool https_get(const struct https_request *request,
               struct https_reply *ret_reply, char ret_what[HTTPS_WHAT_MAX])
    __attribute__((warn_unused_result));

/* Frees; a zeroed reply is allowed. */
void https_done(struct https_reply *reply);

#endif
