/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key_der.h"

#include "base/text.h"
#include "keys/key_pss.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/*
 * The three structures are walked here and their numbers handed over: OpenSSL's
 * decoder takes ten times as long to set itself up as to verify a signature.
 * 1. SubjectPublicKeyInfo (RFC 5280 section 4.1) and RSAPublicKey (RFC 8017
 *    appendix A.1.1) MUST be one element each from the first byte to the last,
 *    of definite lengths, and nothing may follow within them.
 * 2. The key type MUST be one of ours; a curve MUST be a named one (RFC 5480
 *    section 2.1.1), an Edwards key MUST NOT have parameters (RFC 8410).
 *    A key of id-RSASSA-PSS is used as its parameters say: key_pss.h.
 * 3. A certificate with a keyUsage MUST have digitalSignature in it (RFC 5280
 *    section 4.2.1.3). Its key is read as any other.
 */

/* id-RSASSA-PSS (RFC 4055 section 3.1), id-ecPublicKey (RFC 5480). */
#define OID_PSS "1.2.840.113549.1.1.10"
#define OID_EC  "1.2.840.10045.2.1"

/* A key as its AlgorithmIdentifier describes it. */
struct described {
    struct key_numbers numbers; /* of no kind: none of ours */
    struct key key;             /* what restricts it */
    char *wrong;                /* "": nothing more to say */
};

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

static bool
read_rsa(const unsigned char *der, size_t length,
         struct key_numbers *ret_numbers)
{
    struct input input = {der, der + length};
    struct key_numbers numbers = {.kind = key_kind(KEY_RSA)};
    struct input body;

    if (!take(&input, V_ASN1_SEQUENCE, &body) || input.at != input.end ||
        !take_positive(&body, &numbers.first) ||
        !take_positive(&body, &numbers.second) || body.at != body.end)
        return false;
    *ret_numbers = numbers;
    return true;
}

/* Bytes of the longest OID that is ours, in dots, and some. */
#define OID_MAX 64

/* An object in dots; "" where it is longer than any of ours. */
static void
write_oid(const ASN1_OBJECT *object, char ret_oid[OID_MAX])
{
    int length = OBJ_obj2txt(ret_oid, OID_MAX, object, 1);

    if (length <= 0 || length >= OID_MAX)
        ret_oid[0] = '\0';
}

/* Reads what an AlgorithmIdentifier says of a key; false: none of ours. */
static bool
identify(const X509_ALGOR *identifier, struct described *ret_key)
{
    const ASN1_OBJECT *object = NULL;
    const void *parameter = NULL;
    const struct key_kind *kind;
    char oid[OID_MAX];
    int type = V_ASN1_UNDEF;
    bool is_curve;

    X509_ALGOR_get0(&object, &type, &parameter, identifier);
    write_oid(object, oid);
    if (text_equal(oid, OID_PSS)) {
        ret_key->numbers.kind = key_kind(KEY_RSA);
        return key_pss_read(type, parameter, &ret_key->key, ret_key->wrong);
    }
    is_curve = text_equal(oid, OID_EC);
    if (is_curve && type == V_ASN1_OBJECT)
        write_oid(parameter, oid);
    kind = key_kind_identified(oid);
    if (kind == NULL || text_equal(kind->kty, "EC") != is_curve)
        return false;
    ret_key->numbers.kind = kind;
    return is_curve || type == V_ASN1_UNDEF ||
           (type == V_ASN1_NULL && kind->type == KEY_RSA);
}

static bool
read_spki(const unsigned char *der, size_t length, struct described *ret_key)
{
    struct input input = {der, der + length};
    struct input body;
    struct input bits;
    X509_ALGOR *identifier;
    const struct key_kind *kind;
    bool is_ours;

    if (!take(&input, V_ASN1_SEQUENCE, &body) || input.at != input.end)
        return false;
    identifier = d2i_X509_ALGOR(NULL, &body.at, (long)(body.end - body.at));
    if (identifier == NULL)
        return false;
    is_ours = identify(identifier, ret_key);
    kind = ret_key->numbers.kind;
    X509_ALGOR_free(identifier);
    /* The first byte says how many bits of the last do not count: none. */
    if (!is_ours || !take(&body, V_ASN1_BIT_STRING, &bits) ||
        body.at != body.end || bits.at == bits.end || *bits.at++ != 0)
        return false;
    length = (size_t)(bits.end - bits.at);
    if (kind->type == KEY_RSA)
        return read_rsa(bits.at, length, &ret_key->numbers);
    ret_key->numbers.first = (struct key_number){bits.at, length};
    return length > 0;
}

/* Says why there is no key, unless that has been said. */
static enum key_result
say_no_key(const struct described *key)
{
    static const char text[] = "its bytes make no RSA, EC, Edwards or ML-DSA "
                               "key";
    const struct key_kind *kind = key->numbers.kind;

    if (key->wrong[0] != '\0')
        return KEY_BAD;
    return kind != NULL ? key_say_unmade(kind, key->wrong, text)
                        : key_say(KEY_BAD, key->wrong, text);
}

bool
key_der_numbers(const struct key *key, struct key_numbers *ret_numbers)
{
    char what[KEY_WHAT_MAX] = "";
    struct described described = {.wrong = what};

    if (key->is_pkcs1)
        return read_rsa(key->der, key->der_length, ret_numbers);
    if (!read_spki(key->der + key->spki_at, key->spki_length, &described))
        return false;
    *ret_numbers = described.numbers;
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

/* True if OpenSSL reads the key that was found by its place. */
static bool
has_key(X509 *certificate, const struct key *key)
{
    unsigned char *der = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool is_same = length > 0 && (size_t)length == key->spki_length &&
                   memcmp(der, key->der + key->spki_at, (size_t)length) == 0;

    OPENSSL_free(der);
    return is_same;
}

static bool
is_good_certificate(const struct key *key, char *what)
{
    const unsigned char *end = key->der;
    X509 *certificate = d2i_X509(NULL, &end, (long)key->der_length);
    bool is_good = false;

    if (certificate == NULL || end != key->der + key->der_length ||
        !has_key(certificate, key))
        key_say(KEY_BAD, what, "its certificate cannot be read");
    else
        is_good = is_for_signatures(certificate, key->now, what);
    X509_free(certificate);
    return is_good;
}

EVP_PKEY *
key_der_public(const struct key *key, char what[KEY_WHAT_MAX])
{
    struct described described = {.wrong = what};
    struct key_numbers *numbers = &described.numbers;
    EVP_PKEY *public_key = NULL;

    what[0] = '\0';
    if (key->is_certificate && !is_good_certificate(key, what))
        return NULL;
    if (key_der_numbers(key, numbers))
        public_key = numbers->kind->type == KEY_RSA
                         ? key_make_rsa(numbers->first, numbers->second)
                         : key_make_curve(numbers->kind, numbers->first);
    if (public_key == NULL)
        say_no_key(&described);
    return public_key;
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

/*
 * Finds the SubjectPublicKeyInfo of a certificate (RFC 5280 section 4.1) by its
 * place: to read all of one takes as long as a login.
 */
static bool
find_spki(const unsigned char *der, size_t length, struct input *ret_spki)
{
    static const int before[] = {V_ASN1_INTEGER, V_ASN1_SEQUENCE,
                                 V_ASN1_SEQUENCE, V_ASN1_SEQUENCE,
                                 V_ASN1_SEQUENCE};
    struct input input = {der, der + length};
    struct input certificate;
    struct input body;
    struct input content;

    if (!take(&input, V_ASN1_SEQUENCE, &certificate) || input.at != input.end ||
        !take(&certificate, V_ASN1_SEQUENCE, &body))
        return false;
    /* The version, [0], is a short one. */
    if (body.end - body.at > 2 && body.at[0] == 0xa0 &&
        body.at[1] < body.end - body.at - 2)
        body.at += 2 + body.at[1];
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (!take(&body, before[i], &content))
            return false;
    ret_spki->at = body.at;
    if (!take(&body, V_ASN1_SEQUENCE, &content))
        return false;
    ret_spki->end = body.at;
    return true;
}

enum key_result
key_from_der(enum key_der_form form, const unsigned char *der, size_t length,
             time_t now, struct key *ret_key, char what[KEY_WHAT_MAX])
{
    struct described described = {.wrong = what};
    struct key *key = &described.key;
    struct input spki = {der, der + length};

    what[0] = '\0';
    if (form == KEY_DER_CERTIFICATE && !find_spki(der, length, &spki))
        return key_say(KEY_BAD, what, "its certificate cannot be read");
    if (form == KEY_DER_PKCS1
            ? !read_rsa(der, length, &described.numbers)
            : !read_spki(spki.at, (size_t)(spki.end - spki.at), &described))
        return say_no_key(&described);
    /* A key that came alone: the log must say why no token is accepted. */
    if (!key_kind_is_available(described.numbers.kind))
        return say_no_key(&described);
    key->type = described.numbers.kind->type;
    key->is_pkcs1 = form == KEY_DER_PKCS1;
    key->is_certificate = form == KEY_DER_CERTIFICATE;
    key->now = now;
    key->spki_at = (size_t)(spki.at - der);
    key->spki_length = (size_t)(spki.end - spki.at);
    key->der_length = length;
    key->der = malloc(length);
    if (key->der == NULL)
        return KEY_NO_MEMORY;
    memcpy(key->der, der, length);
    *ret_key = *key;
    return KEY_GOOD;
}
