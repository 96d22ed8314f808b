/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JWK_H
#define JWK_H

#include "keys/key.h"
#include "json/nodes.h"

#include <stdbool.h>
#include <stdint.h>

/* The members of a JWK that anything is done with. */
enum jwk_member {
    JWK_KTY,
    JWK_CRV,
    JWK_KID,
    JWK_USE,
    JWK_KEY_OPS,
    JWK_ALG,
    JWK_K,
    JWK_N,
    JWK_E,
    JWK_X,
    JWK_Y,
    JWK_PUB,
    JWK_X5C, /* or x5u */
    JWK_MEMBERS
};

/* Where they stand in a text. A member that is null is absent. */
struct jwk {
    const struct jsontext *text;   /* borrowed */
    uint32_t members[JWK_MEMBERS]; /* their nodes, 0: absent */
    bool is_secret;                /* of kty "oct" */
    bool is_private; /* it holds what belongs to nobody but its owner: a
                        private member, or "k" of another kty */
};

/* The members that hold a public key of the kind; JWK_MEMBERS is last. */
const enum jwk_member *jwk_numbers(const struct key_kind *kind);

/* The name of one of these. */
const char *jwk_name(enum jwk_member member);

/* Looks at one entry of a set, which may be anything. */
void jwk_read(const struct jsontext *text, const struct jsonnode *entry,
              struct jwk *ret_jwk);

/* The value of a member; NULL: absent. */
static inline struct jsonnode *
jwk_value(const struct jwk *jwk, enum jwk_member member)
{
    return jwk->members[member] != 0
               ? jwk->text->nodes.items + jwk->members[member]
               : NULL;
}

/* Returns a member's string, which the text owns; NULL for another type. */
static inline char *
jwk_string(const struct jwk *jwk, enum jwk_member member)
{
    struct jsonnode *value = jwk_value(jwk, member);

    return value != NULL && value->kind == JSONNODE_STRING
               ? jsonnode_string(jwk->text, value)
               : NULL;
}

#endif
