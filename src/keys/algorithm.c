/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/algorithm.h"

#include "base/text.h"
#include "keys/key.h"

/* The older name comes first: it is what most verifiers know (issue). */
#define EDWARDS (KEY_ED25519 | KEY_ED448)

/* clang-format off */
static const struct algorithm algorithms[] = {
    /* name        key types    digest    hash  pss    default */
    {"HS256",     KEY_SECRET,  "SHA256", 32,   false, true},
    {"HS384",     KEY_SECRET,  "SHA384", 48,   false, false},
    {"HS512",     KEY_SECRET,  "SHA512", 64,   false, false},
    {"RS256",     KEY_RSA,     "SHA256", 32,   false, true},
    {"RS384",     KEY_RSA,     "SHA384", 48,   false, false},
    {"RS512",     KEY_RSA,     "SHA512", 64,   false, false},
    {"PS256",     KEY_RSA,     "SHA256", 32,   true,  true},
    {"PS384",     KEY_RSA,     "SHA384", 48,   true,  false},
    {"PS512",     KEY_RSA,     "SHA512", 64,   true,  false},
    {"ES256",     KEY_P256,    "SHA256", 32,   false, true},
    {"ES384",     KEY_P384,    "SHA384", 48,   false, true},
    {"ES512",     KEY_P521,    "SHA512", 64,   false, true},
    {"EdDSA",      EDWARDS,     NULL,     0,    false, true},
    {"Ed25519",    KEY_ED25519, NULL,     0,    false, true},
    {"Ed448",      KEY_ED448,   NULL,     0,    false, true},
    {"ML-DSA-44",  KEY_MLDSA44, NULL,     0,    false, true},
    {"ML-DSA-65",  KEY_MLDSA65, NULL,     0,    false, true},
    {"ML-DSA-87",  KEY_MLDSA87, NULL,     0,    false, true},
};
/* clang-format on */

#define ALGORITHM_COUNT (sizeof algorithms / sizeof algorithms[0])

const struct algorithm *
algorithm_find(const char *name)
{
    /* The first letter decides for most: it is asked of each key of a set. */
    for (size_t i = 0; name != NULL && i < ALGORITHM_COUNT; i++)
        if (algorithms[i].name[0] == name[0] &&
            text_equal(algorithms[i].name, name))
            return &algorithms[i];
    return NULL;
}

const struct algorithm *
algorithm_at(size_t at)
{
    return at < ALGORITHM_COUNT ? &algorithms[at] : NULL;
}

unsigned
algorithm_bit(const struct algorithm *algorithm)
{
    return 1U << (algorithm - algorithms);
}

/*
 * True for two names of one algorithm. Where the key alone decides how it
 * signs, the names differ in the keys that they take, and in nothing else.
 */
static bool
is_same(const struct algorithm *a, const struct algorithm *b)
{
    return a == b || (a->digest == NULL && b->digest == NULL &&
                      (a->key_types & b->key_types) != 0);
}

bool
algorithm_is_allowed(const struct algorithm *algorithm, unsigned allowed)
{
    if (allowed == 0)
        return algorithm->is_default;
    if ((allowed & algorithm_bit(algorithm)) != 0)
        return true;
    for (size_t i = 0; algorithm->key_types == EDWARDS && i < ALGORITHM_COUNT;
         i++)
        if ((allowed & algorithm_bit(&algorithms[i])) != 0 &&
            is_same(algorithm, &algorithms[i]))
            return true;
    return false;
}

bool
algorithm_is_of(const struct algorithm *algorithm, const struct key *key)
{
    return (algorithm->key_types & (unsigned)key->type) != 0 &&
           (key->only == NULL || is_same(key->only, algorithm));
}

bool
algorithm_fits(const struct algorithm *algorithm, const struct key *key)
{
    if (key->type == KEY_SECRET && key->secret_length < algorithm->hash_size)
        return false;
    if (key->is_pss_only && !algorithm->is_pss)
        return false;
    return algorithm_is_of(algorithm, key);
}
