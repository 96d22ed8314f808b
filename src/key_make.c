/* SPDX-License-Identifier: BSD-2-Clause */
#include "key.h"

#include "text.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

EVP_PKEY *
key_from_data(const char *type, int selection, OSSL_PARAM_BLD *builder)
{
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (parameters == NULL || context == NULL ||
        EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, selection, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

EVP_PKEY *
key_make_rsa(struct key_number modulus, struct key_number exponent)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn(modulus.bytes, (int)modulus.length, NULL);
    BIGNUM *e = BN_bin2bn(exponent.bytes, (int)exponent.length, NULL);
    EVP_PKEY *public_key = NULL;

    if (builder != NULL && n != NULL && e != NULL &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        public_key = key_from_data("RSA", EVP_PKEY_PUBLIC_KEY, builder);
    BN_free(n);
    BN_free(e);
    OSSL_PARAM_BLD_free(builder);
    return public_key;
}

static EVP_PKEY *
make_ec(const struct key_kind *kind, struct key_number point)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *public_key = NULL;

    if (builder != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
                                        kind->group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY,
                                         point.bytes, point.length) == 1)
        public_key = key_from_data("EC", EVP_PKEY_PUBLIC_KEY, builder);
    OSSL_PARAM_BLD_free(builder);
    return public_key;
}

EVP_PKEY *
key_make_curve(const struct key_kind *kind, struct key_number point)
{
    if (text_equal(kind->kty, "EC"))
        return make_ec(kind, point);
    return point.length == kind->size
               ? EVP_PKEY_new_raw_public_key_ex(NULL, kind->group, NULL,
                                                point.bytes, point.length)
               : NULL;
}
