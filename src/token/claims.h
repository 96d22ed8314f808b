/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CLAIMS_H
#define CLAIMS_H

#include "base/strings.h"
#include "base/template.h"
#include "base/verdict.h"
#include "token/rule.h"
#include "json/document.h"

#include <stdbool.h>

/* The longest identity; provider IDs have up to 255 bytes (OpenID Connect). */
#define CLAIMS_IDENTITY_MAX 256

/* The requirements on the claims of a token. Durations are in seconds. */
struct claims_policy {
    struct strings issuers;  /* exact "iss", one of them; empty: any */
    struct strings audience; /* templates of which "aud" must have one */
    char *user_claim;        /* name or JSON pointer of the identity */
    bool lowers_identity;    /* its ASCII letters are lower-cased */
    double clock_skew;
    double max_lifetime; /* 0: any */
    double max_age;      /* 0: any */
    struct requirements requirements;
};

/*
 * The facts of a payload; the strings are the document's or its own, so that it
 * is not copied, and NULL when absent.
 */
struct claims {
    const char *identity;
    bool is_integer; /* the identity was one, and is its decimal form */
    const char *issuer;
    const char *subject;
    const char *token_id; /* "jti" */
    double expires;       /* seconds since 1970 */
    double issued;        /* "iat", NAN when absent */
    /* Where `subject` and `identity` point to when they are integers. */
    char subject_digits[JSONDOC_SCALAR_MAX];
    char identity_digits[JSONDOC_SCALAR_MAX];
    /* Where `identity` points to when it was lower-cased. */
    char identity_lower[CLAIMS_IDENTITY_MAX + 1];
};

/*
 * Judges the claims of a payload whose signature holds, at `now` (seconds
 * since 1970): issuer, audience, times (RFC 7519 section 4.1),
 * identity, rules. A claim that a rule looks at and that has the wrong type is
 * BAD_CLAIM, never absent.
 */
enum reason claims_check(struct json_object *payload,
                         const struct claims_policy *policy,
                         const struct template_facts *facts, double now,
                         struct claims *ret_claims, struct verdict *verdict)
    __attribute__((warn_unused_result));

#endif
