/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "keys/algorithm.h"
#include "keys/jwk.h"
#include "keys/key.h"

#include <openssl/evp.h>
#include <string.h>

/* A key that is built passes its own checks again in its canonical form. */
static void
check_again(const struct key *key)
{
    char *text = key_canonical(key);
    char before[KEY_THUMBPRINT_SIZE];
    char after[KEY_THUMBPRINT_SIZE];
    char what[KEY_WHAT_MAX];
    struct jsontext json = {0};
    struct jwk jwk;
    struct key again = {0};

    MUST(text != NULL);
    MUST(jsontext_read(text, strlen(text), SIZE_MAX, &json, what) == REASON_OK);
    jwk_read(&json, jsontext_root(&json), &jwk);
    MUST(key_from_jwk(&jwk, &again, what) == KEY_GOOD);
    MUST(key_build(&again, what) == KEY_GOOD);
    MUST(again.type == key->type);
    MUST(key_thumbprint(key, before) && key_thumbprint(&again, after));
    MUST(strcmp(before, after) == 0);
    key_done(&again);
    jsontext_done(&json);
    free(text);
}

static void
check_jwk(const struct jsontext *json, const struct jsonnode *entry)
{
    char what[KEY_WHAT_MAX];
    struct jwk jwk;
    struct key key = {0};

    jwk_read(json, entry, &jwk);
    if (key_from_jwk(&jwk, &key, what) != KEY_GOOD) {
        key_done(&key);
        return;
    }
    MUST(key.kid == NULL || strlen(key.kid) <= KEY_KID_MAX);
    if (key.type == KEY_SECRET) {
        MUST(key.secret_length >= KEY_SECRET_MIN);
        MUST(key_build(&key, what) != KEY_GOOD || key_is_built(&key));
    } else if (key_build(&key, what) == KEY_GOOD) {
        MUST(key.type != KEY_RSA || EVP_PKEY_get_bits(key.public_key) >= 2048);
        check_again(&key);
    }
    key_done(&key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char what[JSONDOC_WHAT_MAX];
    struct jsontext json = {0};
    char *text = malloc(size + 1);
    const struct jsonnode *set;

    MUST(text != NULL);
    memcpy(text, data, size);
    if (jsontext_read(text, size, SIZE_MAX, &json, what) == REASON_OK) {
        check_jwk(&json, jsontext_root(&json));
        set = jsontext_find(&json, jsontext_root(&json), "keys");
        if (set != NULL && set->kind == JSONNODE_ARRAY)
            for (struct jsonnode *at = jsonnode_first(&json, set); at != NULL;
                 at = jsonnode_next(&json, set, at))
                check_jwk(&json, at);
        jsontext_done(&json);
    }
    free(text);
    return 0;
}
