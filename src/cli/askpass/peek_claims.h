/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PEEK_CLAIMS_H
#define PEEK_CLAIMS_H

#include <stdbool.h>

struct json_object;

/*
 * Claims of a token whose signature was not checked: for advice to the person
 * who holds it, never for a decision to let somebody in.
 */
struct peek_claims {
    struct json_object *payload;
    bool has_expires;
    bool has_not_before;
    double expires; /* seconds since 1970 */
    double not_before;
};

/* False: it is no JWT in compact form. unverified_done() is due when true. */
bool peek_claims_read(const char *token, struct peek_claims *ret_claims);

/*
 * True if an "aud" of the token names this host: HOST, or a URI with that host
 * (RFC 3986 section 3.2.2), in any case.
 */
bool peek_claims_names_host(const struct peek_claims *claims, const char *host);

/* The first "aud", "" for none. */
const char *peek_claims_audience(const struct peek_claims *claims);

void peek_claims_done(struct peek_claims *claims);

#endif
