/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key_pss.h"

#include "keys/algorithm.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>

/* Where a parameter is absent (RFC 4055 section 3.1). */
#define SALT_DEFAULT    20
#define TRAILER_DEFAULT 1

/* The hash that an identifier names, SHA-1 where it is absent. */
static int
hash_of(const X509_ALGOR *identifier)
{
    const ASN1_OBJECT *object = NULL;

    if (identifier == NULL)
        return NID_sha1;
    X509_ALGOR_get0(&object, NULL, NULL, identifier);
    return OBJ_obj2nid(object);
}

/* The hash of MGF1; NID_undef for another function. */
static int
mask_hash_of(const X509_ALGOR *identifier)
{
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    int type = V_ASN1_UNDEF;
    const unsigned char *der;
    X509_ALGOR *inner;
    int hash;

    if (identifier == NULL)
        return NID_sha1;
    X509_ALGOR_get0(&object, &type, &value, identifier);
    if (OBJ_obj2nid(object) != NID_mgf1)
        return NID_undef;
    if (type == V_ASN1_UNDEF)
        return NID_sha1;
    if (type != V_ASN1_SEQUENCE)
        return NID_undef;
    der = ASN1_STRING_get0_data(value);
    inner = d2i_X509_ALGOR(NULL, &der, ASN1_STRING_length(value));
    hash = inner != NULL ? hash_of(inner) : NID_undef;
    X509_ALGOR_free(inner);
    return hash;
}

static const struct algorithm *
algorithm_of(int hash)
{
    switch (hash) {
    case NID_sha256:
        return algorithm_find("PS256");
    case NID_sha384:
        return algorithm_find("PS384");
    case NID_sha512:
        return algorithm_find("PS512");
    default:
        return NULL;
    }
}

static long
number_of(const ASN1_INTEGER *number, long otherwise)
{
    return number != NULL ? ASN1_INTEGER_get(number) : otherwise;
}

/*
 * A JWS has the same hash twice, a salt as long as it (RFC 7518 section 3.5),
 * which is at least what the key wants, and the usual trailer.
 */
static bool
restrict_to(const RSA_PSS_PARAMS *parameters, struct key *ret_key, char *what)
{
    int hash = hash_of(parameters->hashAlgorithm);
    const struct algorithm *only = algorithm_of(hash);
    long salt = number_of(parameters->saltLength, SALT_DEFAULT);
    const char *name = OBJ_nid2sn(hash);

    if (only == NULL)
        snprintf(what, KEY_WHAT_MAX,
                 "an RSA-PSS key for the hash %s; tokens have SHA-256, SHA-384 "
                 "or SHA-512",
                 name != NULL ? name : "unknown");
    else if (mask_hash_of(parameters->maskGenAlgorithm) != hash)
        snprintf(what, KEY_WHAT_MAX,
                 "an RSA-PSS key whose MGF1 has another hash than its "
                 "signatures; %s has the same twice",
                 only->name);
    else if (salt < 0 || (size_t)salt > only->hash_size)
        snprintf(what, KEY_WHAT_MAX,
                 "an RSA-PSS key for a salt of at least %ld bytes; that of %s "
                 "has %zu",
                 salt, only->name, only->hash_size);
    else if (number_of(parameters->trailerField, TRAILER_DEFAULT) !=
             TRAILER_DEFAULT)
        snprintf(what, KEY_WHAT_MAX,
                 "an RSA-PSS key with a trailer of its own");
    else {
        ret_key->only = only;
        return true;
    }
    return false;
}

bool
key_pss_read(int type, const void *value, struct key *ret_key,
             char what[KEY_WHAT_MAX])
{
    const unsigned char *der;
    RSA_PSS_PARAMS *parameters;
    bool good;

    ret_key->is_pss_only = true;
    if (type == V_ASN1_UNDEF)
        return true;
    snprintf(what, KEY_WHAT_MAX,
             "an RSA-PSS key whose parameters cannot be "
             "read");
    if (type != V_ASN1_SEQUENCE)
        return false;
    der = ASN1_STRING_get0_data(value);
    parameters = d2i_RSA_PSS_PARAMS(NULL, &der, ASN1_STRING_length(value));
    if (parameters == NULL)
        return false;
    good = restrict_to(parameters, ret_key, what);
    RSA_PSS_PARAMS_free(parameters);
    if (good)
        what[0] = '\0';
    return good;
}
