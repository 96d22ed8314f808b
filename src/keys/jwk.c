/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/jwk.h"

#include "base/text.h"

#include <string.h>

/* Results of find_member() for names that are not in enum jwk_member. */
#define PRIVATE (JWK_MEMBERS + 1)
#define OTHER   (JWK_MEMBERS + 2)

/* A name of at most three letters as a number, so that a switch takes it. */
#define PACK(a, b, c) ((unsigned)(a) | (unsigned)(b) << 8 | (unsigned)(c) << 16)

static unsigned
pack(const char *name, size_t length)
{
    const unsigned char *at = (const unsigned char *)name;

    return PACK(at[0], length > 1 ? at[1] : 0, length > 2 ? at[2] : 0);
}

/*
 * In a large set this is done fifty thousand times. Private are those of RFC
 * 7518 section 6.2.2 and 6.3.2, and of RFC 9964 section 3.
 */
static unsigned
find_member(const char *name, size_t length)
{
    if (length == 0 || length > 3) {
        if (length == 7 && memcmp(name, "key_ops", 7) == 0)
            return JWK_KEY_OPS;
        return length == 4 && memcmp(name, "priv", 4) == 0 ? PRIVATE : OTHER;
    }
    switch (pack(name, length)) {
    case PACK('k', 't', 'y'):
        return JWK_KTY;
    case PACK('c', 'r', 'v'):
        return JWK_CRV;
    case PACK('k', 'i', 'd'):
        return JWK_KID;
    case PACK('u', 's', 'e'):
        return JWK_USE;
    case PACK('a', 'l', 'g'):
        return JWK_ALG;
    case PACK('p', 'u', 'b'):
        return JWK_PUB;
    case PACK('x', '5', 'c'):
    case PACK('x', '5', 'u'):
        return JWK_X5C;
    case 'x':
        return JWK_X;
    case 'y':
        return JWK_Y;
    case 'n':
        return JWK_N;
    case 'e':
        return JWK_E;
    case 'k':
        return JWK_K;
    case 'd':
    case 'p':
    case 'q':
    case PACK('d', 'p', 0):
    case PACK('d', 'q', 0):
    case PACK('q', 'i', 0):
    case PACK('o', 't', 'h'):
        return PRIVATE;
    default:
        return OTHER;
    }
}

void
jwk_read(const struct jsontext *text, const struct jsonnode *entry,
         struct jwk *ret_jwk)
{
    struct jwk jwk = {.text = text};
    struct jsonnode *at = NULL;
    const char *kty;

    if (entry->kind == JSONNODE_OBJECT)
        at = jsonnode_first(text, entry);
    for (; at != NULL; at = jsonnode_next(text, entry, at)) {
        unsigned member;

        if (at->is_escaped)
            jsonnode_unescape(text, at);
        member = find_member(text->text + at->at, at->length);
        if (member == OTHER || at[1].kind == JSONNODE_NULL)
            continue;
        if (member == PRIVATE)
            jwk.is_private = true;
        else
            jwk.members[member] = (uint32_t)(at + 1 - text->nodes.items);
    }
    kty = jwk_string(&jwk, JWK_KTY);
    jwk.is_secret = kty != NULL && kty[0] == 'o' && text_equal(kty, "oct");
    /* In a public key it would be a mistake, too. */
    if (!jwk.is_secret && jwk.members[JWK_K] != 0)
        jwk.is_private = true;
    *ret_jwk = jwk;
}

const enum jwk_member *
jwk_numbers(const struct key_kind *kind)
{
    static const enum jwk_member of_rsa[] = {JWK_N, JWK_E, JWK_MEMBERS};
    static const enum jwk_member of_ec[] = {JWK_X, JWK_Y, JWK_MEMBERS};
    static const enum jwk_member of_okp[] = {JWK_X, JWK_MEMBERS};
    static const enum jwk_member of_akp[] = {JWK_PUB, JWK_MEMBERS};

    if (kind->type == KEY_RSA)
        return of_rsa;
    if (text_equal(kind->kty, "EC"))
        return of_ec;
    return text_equal(kind->kty, "AKP") ? of_akp : of_okp;
}

const char *
jwk_name(enum jwk_member member)
{
    switch (member) {
    case JWK_N:
        return "n";
    case JWK_E:
        return "e";
    case JWK_X:
        return "x";
    case JWK_Y:
        return "y";
    default:
        return "pub";
    }
}
