/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"
#include "peer.h"

#include <jose/b64.h>
#include <jose/jws.h>

static void *
load(const struct task *task)
{
    size_t length;
    const char *data = bench_read(task->key_file, &length);
    json_t *set;
    json_t *key;

    if (data == NULL)
        return NULL;
    if (task->form == FORM_SECRET)
        return json_pack("{s:s,s:o}", "kty", "oct", "k",
                         jose_b64_enc(data, length));
    if (task->form == FORM_JWK)
        return json_loadb(data, length, 0, NULL);
    /* Given the whole set it tries every key: one finds the right one first. */
    set = json_loadb(data, length, 0, NULL);
    key = json_incref(peer_find_kid(set, task->kid));
    json_decref(set);
    return key;
}

/* The compact form as its JSON form, which is all that the library takes. */
static json_t *
to_object(const char *token)
{
    const char *payload = strchr(token, '.') + 1;
    const char *signature = strchr(payload, '.') + 1;

    return json_pack("{s:s%,s:s%,s:s}", "protected", token,
                     (size_t)(payload - token) - 1, "payload", payload,
                     (size_t)(signature - payload) - 1, "signature", signature);
}

static bool
verify(void *key, const struct task *task, const char *token)
{
    json_t *jws = to_object(token);
    json_t *header = jose_b64_dec_load(json_object_get(jws, "protected"));
    json_t *payload = NULL;
    bool accepted = peer_text_is(header, "alg", task->algorithm) &&
                    jose_jws_ver(NULL, jws, NULL, key, false);

    if (accepted) {
        payload = jose_b64_dec_load(json_object_get(jws, "payload"));
        accepted = peer_claims_hold(payload, task->user);
    }
    json_decref(payload);
    json_decref(header);
    json_decref(jws);
    return accepted;
}

static void
unload(void *key)
{
    json_decref(key);
}

const struct implementation implementation_jose = {
    .name = "jose",
    .algorithms = "HS256 RS256 PS256 ES256",
    .forms = FORM_SECRET | FORM_JWK | FORM_SET,
    .keeps_keys = true,
    .load = load,
    .verify = verify,
    .unload = unload,
};
