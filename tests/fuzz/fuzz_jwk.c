/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "keys/algorithm.h"
#include "json/document.h"
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
    struct json_object *jwk = NULL;
    struct key again = {0};

    MUST(text != NULL);
    MUST(jsondoc_parse(text, strlen(text), &jwk, what) == REASON_OK);
    MUST(key_from_jwk(jwk, &again, what) == KEY_GOOD);
    MUST(key_build(&again, what) == KEY_GOOD);
    MUST(again.type == key->type);
    MUST(key_thumbprint(key, before) && key_thumbprint(&again, after));
    MUST(strcmp(before, after) == 0);
    key_done(&again);
    jsondoc_free(jwk);
    free(text);
}

static void
check_jwk(struct json_object *jwk)
{
    char what[KEY_WHAT_MAX];
    struct key key = {0};

    if (key_from_jwk(jwk, &key, what) != KEY_GOOD) {
        key_done(&key);
        return;
    }
    MUST(key.kid == NULL || strlen(key.kid) <= KEY_KID_MAX);
    if (key.type == KEY_SECRET)
        MUST(key.secret_length >= 32);
    else if (key_build(&key, what) == KEY_GOOD) {
        MUST(key.type != KEY_RSA || EVP_PKEY_get_bits(key.public_key) >= 2048);
        check_again(&key);
    }
    key_done(&key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char what[JSONDOC_WHAT_MAX];
    struct json_object *document = NULL;
    struct json_object *set;

    if (jsondoc_parse((const char *)data, size, &document, what) != REASON_OK)
        return 0;
    check_jwk(document);
    if (jsondoc_find(document, "keys", &set))
        for (size_t i = 0; i < jsondoc_array_size(set); i++)
            check_jwk(jsondoc_array_item(set, i));
    jsondoc_free(document);
    return 0;
}
