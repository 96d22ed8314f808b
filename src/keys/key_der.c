/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key_der.h"

#include "base/text.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/*
 * The three structures are walked here and their numbers handed over: OpenSSL's
 * decoder takes ten times as long to set itself up as to verify a signature.
 * 1. SubjectPublicKeyInfo (RFC 5280 section 4.1) and RSAPublicKey (RFC 8017
 *    appendix A.1.1) MUST be one element each from the first byte to the last,
 *    of definite lengths, and nothing may follow within them.
 * 2. The key type MUST be one of ours; a curve MUST be a named one (RFC 5480
 *    section 2.1.1), an Edwards key MUST NOT have parameters (RFC 8410).
 * 3. A certificate with a keyUsage MUST have digitalSignature in it (RFC 5280
 *    section 4.2.1.3). Its key is read as any other.
 */

/* The bytes that are left to read. */
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

bool
key_der_recognize(const unsigned char *der, size_t length,
                  enum key_der_form *ret_form)
{
    struct input input = {der, der + length};
    struct input number;
    struct input first;
    struct input body;

    if (!take(&input, V_ASN1_SEQUENCE, &body) || input.at != input.end)
        return false;
    if (take(&body, V_ASN1_INTEGER, &number))
        *ret_form = KEY_DER_PKCS1;
    else if (!take(&body, V_ASN1_SEQUENCE, &first))
        return false;
    else if (take(&body, V_ASN1_BIT_STRING, &first))
        *ret_form = KEY_DER_SPKI;
    else if (take(&body, V_ASN1_SEQUENCE, &first))
        *ret_form = KEY_DER_CERTIFICATE;
    else
        return false;
    return true;
}

/* True if a certificate may be used for signatures now; `what` says why not. */
static bool
is_for_signatures(X509 *certificate, time_t now, char *what)
{
    const char *wrong = NULL;

    if (X509_cmp_time(X509_get0_notBefore(certificate), &now) >= 0)
        wrong = "its certificate is not valid yet";
    else if (X509_cmp_time(X509_get0_notAfter(certificate), &now) <= 0)
        wrong = "its certificate has expired";
    else if ((X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) == 0)
        wrong = "its certificate is not for signatures: keyUsage lacks "
                "digitalSignature";
    if (wrong != NULL)
        key_say(KEY_BAD, what, wrong);
    return wrong == NULL;
}

static EVP_PKEY *
read_public(X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    EVP_PKEY *public_key = length > 0 ? read_spki(der, (size_t)length) : NULL;

    OPENSSL_free(der);
    return public_key;
}

static enum key_result
read_certificate(const unsigned char *der, size_t length, time_t now,
                 EVP_PKEY **ret_public, char *what)
{
    const unsigned char *end = der;
    X509 *certificate = d2i_X509(NULL, &end, (long)length);
    enum key_result result = KEY_BAD;

    if (certificate == NULL || end != der + length) {
        key_say(KEY_BAD, what, "its certificate cannot be read");
    } else if (is_for_signatures(certificate, now, what)) {
        *ret_public = read_public(certificate);
        result = KEY_GOOD;
    }
    X509_free(certificate);
    return result;
}

enum key_result
key_from_der(enum key_der_form form, const unsigned char *der, size_t length,
             time_t now, struct key *ret_key, char what[KEY_WHAT_MAX])
{
    EVP_PKEY *public_key = NULL;
    enum key_result result = KEY_GOOD;

    if (form == KEY_DER_SPKI)
        public_key = read_spki(der, length);
    else if (form == KEY_DER_PKCS1)
        public_key = read_rsa(der, length);
    else
        result = read_certificate(der, length, now, &public_key, what);
    if (result == KEY_GOOD && public_key == NULL)
        result =
            key_say(KEY_BAD, what, "its bytes make no RSA, EC or Edwards key");
    if (result == KEY_GOOD)
        result = key_from_public(public_key, ret_key, what);
    if (result != KEY_GOOD)
        EVP_PKEY_free(public_key);
    return result;
}
