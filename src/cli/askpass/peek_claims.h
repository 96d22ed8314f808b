/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UNVERIFIED_H
#define UNVERIFIED_H

#include <stdbool.h>

struct json_object;

/*
 * What a token says of itself, its signature not looked at: for advice to
 * the person who holds it, never for a decision to let somebody in.
 */
struct unverified {
    struct json_object *payload;
    bool has_expires;
    bool has_not_before;
    double expires; /* seconds since 1970 */
    double not_before;
};

/* False: it is no JWT in compact form. unverified_done() is due when true. */
bool unverified_read(const char *token, struct unverified *ret_claims);

/*
 * True if an "aud" of the token names this host: HOST, or a URI with that host
 * (RFC 3986 section 3.2.2), in any case.
 */
bool unverified_names_host(const struct unverified *claims, const char *host);

/* The first "aud", "" for none. */
const char *unverified_audience(const struct unverified *claims);

void unverified_done(struct unverified *claims);

#endif
