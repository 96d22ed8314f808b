/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_H
#define TOKEN_H

#include "keys/keyset.h"
#include "token/claims.h"
#include "token/jws.h"

/* The requirements on a token. */
struct token_policy {
    unsigned algorithms;  /* bits of algorithm_bit(), 0 for the defaults */
    struct strings types; /* accepted "typ" values; empty for the default */
    bool refuse_refresh;  /* and every other kind but access tokens */
    struct claims_policy claims;
};

/* A token that was looked at. */
struct token {
    struct jws jws;
    struct json_object *payload; /* NULL unless the signature holds */
    struct claims claims;        /* filled as far as the checks went */
};

/*
 * Verification begins (RFC 7519 section 7.2) with the form and the header of
 * at most `size_max` bytes, which need no keys. token_done() is due in every
 * case; `text` must outlive the token.
 */
enum reason token_parse(const char *text, size_t length, size_t size_max,
                        struct token *ret_token, struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * It goes on with type, algorithm, key, signature, payload, kind, claims.
 * Nothing of the payload is looked at before the signature holds. What is wrong
 * with keys on the way goes to `problems`.
 */
enum reason token_verify(struct token *token, const struct token_policy *policy,
                         struct keyset *keys,
                         const struct template_facts *facts, double now,
                         struct strings *problems, struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Wipes and frees; a zeroed token is allowed. */
void token_done(struct token *token);

#endif
