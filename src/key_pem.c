/* SPDX-License-Identifier: BSD-2-Clause */
#include "key.h"

#include "text.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/*
 * The three structures are walked here and their numbers handed over: OpenSSL's
 * decoder takes ten times as long to set itself up as to verify a signature.
 * 1. SubjectPublicKeyInfo (RFC 5280 section 4.1) and RSAPublicKey (RFC 8017
 *    appendix A.1.1) MUST be one element each from the first byte to the last,
 *    of definite lengths, and nothing may follow within them.
 * 2. The key type MUST be one of ours; a curve MUST be a named one (RFC 5480
 *    section 2.1.1), an Edwards key MUST NOT have parameters (RFC 8410).
 */

/* What is left to read. */
struct input {
    const unsigned char *at;
    const unsigned char *end;
};

/* Takes the next element, which must have the tag, and gives its content. */
static bool
take(struct input *input, int wanted, struct input *ret_content)
{
    const unsigned char *content = input->at;
    int form = wanted == V_ASN1_SEQUENCE ? V_ASN1_CONSTRUCTED : 0;
    long size;
    int tag;
    int class;

    if (ASN1_get_object(&content, &size, &tag, &class,
                        (long)(input->end - input->at)) != form ||
        tag != wanted || class != V_ASN1_UNIVERSAL)
        return false;
    *ret_content = (struct input){content, content + size};
    input->at = content + size;
    return true;
}

static bool
take_positive(struct input *input, struct key_number *ret_number)
{
    struct input content;

    if (!take(input, V_ASN1_INTEGER, &content) || content.at == content.end ||
        (*content.at & 0x80) != 0)
        return false;
    *ret_number =
        (struct key_number){content.at, (size_t)(content.end - content.at)};
    return true;
}

static EVP_PKEY *
read_rsa(const unsigned char *der, size_t length)
{
    struct input input = {der, der + length};
    struct key_number modulus;
    struct key_number exponent;
    struct input body;

    return take(&input, V_ASN1_SEQUENCE, &body) && input.at == input.end &&
                   take_positive(&body, &modulus) &&
                   take_positive(&body, &exponent) && body.at == body.end
               ? key_make_rsa(modulus, exponent)
               : NULL;
}

/* The kind that an AlgorithmIdentifier names; NULL for none of ours. */
static const struct key_kind *
identify(const X509_ALGOR *identifier)
{
    const ASN1_OBJECT *object = NULL;
    const void *parameter = NULL;
    const struct key_kind *kind;
    int type = V_ASN1_UNDEF;
    bool is_curve;
    int nid;

    X509_ALGOR_get0(&object, &type, &parameter, identifier);
    nid = OBJ_obj2nid(object);
    is_curve = nid == NID_X9_62_id_ecPublicKey;
    if (is_curve)
        nid = type == V_ASN1_OBJECT ? OBJ_obj2nid(parameter) : NID_undef;
    else if (type != V_ASN1_UNDEF &&
             !(type == V_ASN1_NULL && nid == NID_rsaEncryption))
        return NULL;
    kind = key_kind_numbered(nid);
    return kind != NULL && text_equal(kind->kty, "EC") == is_curve ? kind
                                                                   : NULL;
}

static EVP_PKEY *
read_spki(const unsigned char *der, size_t length)
{
    struct input input = {der, der + length};
    struct input body;
    struct input bits;
    X509_ALGOR *identifier;
    const struct key_kind *kind;

    if (!take(&input, V_ASN1_SEQUENCE, &body) || input.at != input.end)
        return NULL;
    identifier = d2i_X509_ALGOR(NULL, &body.at, (long)(body.end - body.at));
    if (identifier == NULL)
        return NULL;
    kind = identify(identifier);
    X509_ALGOR_free(identifier);
    /* The first byte says how many bits of the last do not count: none. */
    if (kind == NULL || !take(&body, V_ASN1_BIT_STRING, &bits) ||
        body.at != body.end || bits.at == bits.end || *bits.at++ != 0)
        return NULL;
    length = (size_t)(bits.end - bits.at);
    return kind->type == KEY_RSA
               ? read_rsa(bits.at, length)
               : key_make_curve(kind, (struct key_number){bits.at, length});
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
        public_key = read_rsa(der, length);
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
