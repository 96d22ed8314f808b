/* SPDX-License-Identifier: BSD-2-Clause */
#include "key.h"

#include "text.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/*
 * Decodes one structure of one key type. The general reader tries every
 * decoder there is and costs two and a half times as much.
 */
static EVP_PKEY *
decode(const unsigned char *der, size_t length, const char *structure,
       const char *type)
{
    EVP_PKEY *public_key = NULL;
    OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(
        &public_key, "DER", structure, type, EVP_PKEY_PUBLIC_KEY, NULL, NULL);

    if (decoder != NULL &&
        (OSSL_DECODER_from_data(decoder, &der, &length) != 1 || length != 0)) {
        EVP_PKEY_free(public_key);
        public_key = NULL;
    }
    OSSL_DECODER_CTX_free(decoder);
    return public_key;
}

/* The key type of a SubjectPublicKeyInfo, from its AlgorithmIdentifier. */
static const char *
spki_type(const unsigned char *der, size_t length)
{
    X509_ALGOR *identifier;
    const ASN1_OBJECT *object = NULL;
    const char *type = NULL;
    long size;
    int tag;
    int class;

    if (ASN1_get_object(&der, &size, &tag, &class, (long)length) !=
            V_ASN1_CONSTRUCTED ||
        tag != V_ASN1_SEQUENCE)
        return NULL;
    identifier = d2i_X509_ALGOR(NULL, &der, size);
    if (identifier == NULL)
        return NULL;
    X509_ALGOR_get0(&object, NULL, NULL, identifier);
    switch (OBJ_obj2nid(object)) {
    case NID_rsaEncryption:
        type = "RSA";
        break;
    case NID_X9_62_id_ecPublicKey:
        type = "EC";
        break;
    case NID_ED25519:
        type = "ED25519";
        break;
    case NID_ED448:
        type = "ED448";
        break;
    default:
        break;
    }
    X509_ALGOR_free(identifier);
    return type;
}

static EVP_PKEY *
read_spki(const unsigned char *der, size_t length)
{
    const char *type = spki_type(der, length);

    return type != NULL ? decode(der, length, "SubjectPublicKeyInfo", type)
                        : NULL;
}

static enum key_result
read_certificate(const unsigned char *der, size_t length, time_t now,
                 EVP_PKEY **ret_public, char *what)
{
    const unsigned char *end = der;
    X509 *certificate = d2i_X509(NULL, &end, (long)length);
    enum key_result result = KEY_GOOD;

    if (certificate == NULL || end != der + length)
        result = key_say(KEY_BAD, what, "its certificate cannot be read");
    else if (X509_cmp_time(X509_get0_notBefore(certificate), &now) >= 0)
        result = key_say(KEY_BAD, what, "its certificate is not valid yet");
    else if (X509_cmp_time(X509_get0_notAfter(certificate), &now) <= 0)
        result = key_say(KEY_BAD, what, "its certificate has expired");
    else
        *ret_public = X509_get_pubkey(certificate);
    X509_free(certificate);
    return result;
}

static enum key_result
read_block(const char *label, const unsigned char *der, size_t length,
           time_t now, struct key *ret_key, char *what)
{
    EVP_PKEY *public_key = NULL;
    enum key_result result = KEY_GOOD;

    if (strstr(label, "PRIVATE KEY") != NULL)
        return key_say(KEY_PRIVATE, what,
                       "a private key where a public key belongs "
                       "(openssl pkey -pubout)");
    if (text_equal(label, PEM_STRING_PUBLIC))
        public_key = read_spki(der, length);
    else if (text_equal(label, PEM_STRING_RSA_PUBLIC))
        public_key = decode(der, length, "type-specific", "RSA");
    else if (text_equal(label, PEM_STRING_X509))
        result = read_certificate(der, length, now, &public_key, what);
    else
        return key_say(KEY_BAD, what,
                       "a PEM block that is no public key and no certificate");
    if (result == KEY_GOOD && public_key == NULL)
        result = key_say(KEY_BAD, what,
                         "its PEM block makes no RSA, EC or Edwards key");
    if (result == KEY_GOOD)
        result = key_from_public(public_key, ret_key, what);
    if (result != KEY_GOOD)
        EVP_PKEY_free(public_key);
    return result;
}

enum key_result
key_from_pem(const char *text, size_t length, time_t now, struct key *ret_key,
             char what[KEY_WHAT_MAX])
{
    BIO *input = BIO_new_mem_buf(text, (int)length);
    char *label = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    long size = 0;
    struct key key = {0};
    enum key_result result = KEY_NO_MEMORY;

    if (input == NULL)
        return KEY_NO_MEMORY;
    if (PEM_read_bio(input, &label, &header, &der, &size) != 1) {
        result = key_say(KEY_BAD, what, "its PEM text cannot be read");
        goto out;
    }
    result = read_block(label, der, (size_t)size, now, &key, what);
    if (result != KEY_GOOD)
        goto out;
    /*
     * A chain of certificates would trust every authority in it as a signer
     * of tokens, so that one file is one key.
     */
    if (strstr(text + BIO_tell(input), "-----BEGIN") != NULL) {
        key_done(&key);
        result = key_say(KEY_BAD, what,
                         "more than one PEM block; one file is "
                         "one key (key_file takes several files)");
        goto out;
    }
    *ret_key = key;

out:
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(der, (size_t)size);
    BIO_free(input);
    return result;
}
