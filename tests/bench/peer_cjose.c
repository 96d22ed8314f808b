/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"
#include "peer.h"

#include <cjose/cjose.h>

static void *
load(const struct task *task)
{
    size_t length;
    const char *data = bench_read(task->key_file, &length);
    json_t *set = NULL;
    void *key = NULL;

    if (data == NULL)
        return NULL;
    if (task->form == FORM_SECRET)
        return cjose_jwk_create_oct_spec((const uint8_t *)data, length, NULL);
    if (task->form == FORM_JWK)
        return cjose_jwk_import(data, length, NULL);
    /* It knows no sets: Jansson finds the key, and that alone is made. */
    set = json_loadb(data, length, 0, NULL);
    key = cjose_jwk_import_json((cjose_header_t *)peer_find_kid(set, task->kid),
                                NULL);
    json_decref(set);
    return key;
}

static bool
judge(cjose_jws_t *jws, const cjose_jwk_t *key, const struct task *task)
{
    uint8_t *data = NULL;
    size_t length = 0;
    json_t *payload;
    bool accepted;

    if (!peer_text_is((json_t *)cjose_jws_get_protected(jws), "alg",
                      task->algorithm) ||
        !cjose_jws_verify(jws, key, NULL) ||
        !cjose_jws_get_plaintext(jws, &data, &length, NULL))
        return false;
    payload = json_loadb((const char *)data, length, 0, NULL);
    accepted = peer_claims_hold(payload, task->user);
    json_decref(payload);
    return accepted;
}

static bool
verify(void *key, const struct task *task, const char *token)
{
    cjose_jws_t *jws = cjose_jws_import(token, strlen(token), NULL);
    bool accepted = jws != NULL && judge(jws, key, task);

    cjose_jws_release(jws);
    return accepted;
}

static void
unload(void *key)
{
    cjose_jwk_release(key);
}

const struct implementation implementation_cjose = {
    .name = "cjose",
    .algorithms = "HS256 RS256 PS256 ES256",
    .forms = FORM_SECRET | FORM_JWK | FORM_SET,
    .keeps_keys = true,
    .load = load,
    .verify = verify,
    .unload = unload,
};
