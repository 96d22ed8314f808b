/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <rhonabwy.h>

static jwk_t *
load_from_set(const char *data, const char *kid)
{
    jwks_t *set = NULL;
    jwk_t *key = NULL;

    if (r_jwks_init(&set) == RHN_OK &&
        r_jwks_import_from_json_str(set, data) == RHN_OK)
        key = r_jwks_get_by_kid(set, kid);
    r_jwks_free(set);
    return key;
}

static void *
load(const struct task *task)
{
    size_t length;
    const char *data = bench_read(task->key_file, &length);
    const unsigned char *bytes = (const unsigned char *)data;
    jwk_t *key = NULL;
    int result;

    if (data == NULL)
        return NULL;
    if (task->form == FORM_SET)
        return load_from_set(data, task->kid);
    if (r_jwk_init(&key) != RHN_OK)
        return NULL;
    if (task->form == FORM_SECRET)
        result = r_jwk_import_from_symmetric_key(key, bytes, length);
    else if (task->form == FORM_JWK)
        result = r_jwk_import_from_json_str(key, data);
    else
        result = r_jwk_import_from_pem_der(key, R_X509_TYPE_PUBKEY,
                                           R_FORMAT_PEM, bytes, length);
    if (result == RHN_OK)
        return key;
    r_jwk_free(key);
    return NULL;
}

static bool
verify(void *key, const struct task *task, const char *token)
{
    jwt_t *jwt = r_jwt_quick_parse(token, R_PARSE_NONE, 0);
    bool accepted =
        jwt != NULL &&
        r_jwt_get_sign_alg(jwt) == r_str_to_jwa_alg(task->algorithm) &&
        r_jwt_verify_signature(jwt, key, 0) == RHN_OK &&
        r_jwt_validate_claims(jwt, R_JWT_CLAIM_EXP, R_JWT_CLAIM_NOW,
                              R_JWT_CLAIM_SUB, task->user, R_JWT_CLAIM_JTI,
                              NULL, R_JWT_CLAIM_NOP) == RHN_OK;

    r_jwt_free(jwt);
    return accepted;
}

static void
unload(void *key)
{
    r_jwk_free(key);
}

const struct implementation implementation_rhonabwy = {
    .name = "rhonabwy",
    .algorithms = "HS256 RS256 PS256 ES256 EdDSA",
    .forms = FORM_SECRET | FORM_PEM | FORM_JWK | FORM_SET,
    .keeps_keys = true,
    .load = load,
    .verify = verify,
    .unload = unload,
};
