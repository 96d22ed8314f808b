/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/algorithm.h"

#include "base/text.h"
#include "keys/key.h"

#define EDWARDS (KEY_ED25519 | KEY_ED448)

/* clang-format off */
static const struct algorithm algorithms[] = {
    /* name    key types   digest    hash  pss    default */
    {"HS256",  KEY_SECRET, "SHA256", 32,   false, true},
    {"HS384",  KEY_SECRET, "SHA384", 48,   false, false},
    {"HS512",  KEY_SECRET, "SHA512", 64,   false, false},
    {"RS256",  KEY_RSA,    "SHA256", 32,   false, true},
    {"RS384",  KEY_RSA,    "SHA384", 48,   false, false},
    {"RS512",  KEY_RSA,    "SHA512", 64,   false, false},
    {"PS256",  KEY_RSA,    "SHA256", 32,   true,  true},
    {"PS384",  KEY_RSA,    "SHA384", 48,   true,  false},
    {"PS512",  KEY_RSA,    "SHA512", 64,   true,  false},
    {"ES256",  KEY_P256,   "SHA256", 32,   false, true},
    {"ES384",  KEY_P384,   "SHA384", 48,   false, true},
    {"ES512",  KEY_P521,   "SHA512", 64,   false, true},
    {"EdDSA",  EDWARDS,    NULL,     0,    false, true},
};
/* clang-format on */

#define ALGORITHM_COUNT (sizeof algorithms / sizeof algorithms[0])

const struct algorithm *
algorithm_find(const char *name)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++)
        if (text_equal(algorithms[i].name, name))
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

bool
algorithm_fits(const struct algorithm *algorithm, const struct key *key)
{
    if ((algorithm->key_types & (unsigned)key->type) == 0)
        return false;
    if (key->type == KEY_SECRET && key->secret_length < algorithm->hash_size)
        return false;
    return key->only == NULL || key->only == algorithm;
}
