/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "base/text.h"
#include "keys/algorithm.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static EVP_PKEY *
make(const char *type, OSSL_PARAM *parameters)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

/* An OSSL_PARAM has its bytes in the order of the machine. */
static OSSL_PARAM
as_parameter(const char *name, struct key_number number, unsigned char *into)
{
    static const union {
        unsigned char bytes[2];
        uint16_t number;
    } order = {.number = 1};

    for (size_t i = 0; i < number.length; i++)
        into[i] = number.bytes[order.bytes[0] == 1 ? number.length - 1 - i : i];
    return OSSL_PARAM_construct_BN(name, into, number.length);
}

EVP_PKEY *
key_make_rsa(struct key_number modulus, struct key_number exponent)
{
    unsigned char *bytes = malloc(modulus.length + exponent.length);
    EVP_PKEY *public_key = NULL;

    /* With an even modulus OpenSSL verifies nothing. */
    if (bytes != NULL && modulus.bytes[modulus.length - 1] % 2 == 1) {
        OSSL_PARAM parameters[] = {
            as_parameter(OSSL_PKEY_PARAM_RSA_N, modulus, bytes),
            as_parameter(OSSL_PKEY_PARAM_RSA_E, exponent,
                         bytes + modulus.length),
            OSSL_PARAM_construct_end()};

        public_key = make("RSA", parameters);
    }
    free(bytes);
    return public_key;
}

/* OpenSSL writes to none of these, whatever its types say. */
static EVP_PKEY *
make_ec(const struct key_kind *kind, struct key_number point)
{
    char *group = (char *)(uintptr_t)kind->group;
    unsigned char *bytes = (unsigned char *)(uintptr_t)point.bytes;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes,
                                          point.length),
        OSSL_PARAM_construct_end()};

    return make("EC", parameters);
}

/* RFC 5480 section 2.2: the hybrid form MUST NOT be used. */
static bool
is_point_form(struct key_number point)
{
    return point.length > 0 && point.bytes[0] >= 0x02 && point.bytes[0] <= 0x04;
}

EVP_PKEY *
key_make_curve(const struct key_kind *kind, struct key_number point)
{
    if (text_equal(kind->kty, "EC"))
        return is_point_form(point) ? make_ec(kind, point) : NULL;
    return point.length == kind->size
               ? EVP_PKEY_new_raw_public_key_ex(NULL, kind->group, NULL,
                                                point.bytes, point.length)
               : NULL;
}

bool
key_kind_is_available(const struct key_kind *kind)
{
    return ((unsigned)kind->type & KEY_MLDSA) == 0 ||
           algorithm_is_available(algorithm_find(kind->crv));
}

enum key_result
key_say_unmade(const struct key_kind *kind, char what[KEY_WHAT_MAX],
               const char *text)
{
    if (key_kind_is_available(kind))
        return key_say(KEY_BAD, what, text);
    snprintf(what, KEY_WHAT_MAX,
             "%s needs " ALGORITHM_NEEDS ", this host has OpenSSL %s",
             kind->crv, OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
    return KEY_BAD;
}
