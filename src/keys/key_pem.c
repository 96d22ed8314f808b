/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "base/base64.h"
#include "base/text.h"
#include "keys/key_der.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static enum key_result
read_block(const char *label, const unsigned char *der, size_t length,
           time_t now, struct key *ret_key, char *what)
{
    enum key_der_form form;

    if (strstr(label, "PRIVATE KEY") != NULL)
        return key_say(KEY_PRIVATE, what,
                       "a private key where a public key belongs "
                       "(openssl pkey -pubout)");
    if (text_equal(label, PEM_STRING_PUBLIC))
        form = KEY_DER_SPKI;
    else if (text_equal(label, PEM_STRING_RSA_PUBLIC))
        form = KEY_DER_PKCS1;
    else if (text_equal(label, PEM_STRING_X509))
        form = KEY_DER_CERTIFICATE;
    else
        return key_say(
            KEY_BAD, what,
            "a PEM block that is neither a public key nor a certificate");
    return key_from_der(form, der, length, now, ret_key, what);
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
    const char *rest;

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
    rest = text + BIO_tell(input);
    if (strspn(rest, " \t\r\n") != length - (size_t)(rest - text)) {
        key_done(&key);
        result = key_say(KEY_BAD, what,
                         memmem(rest, length - (size_t)(rest - text),
                                "-----BEGIN", 10) != NULL
                             ? "more than one PEM block; one file is "
                               "one key (key_file takes several files)"
                             : "something behind its PEM block; one file is "
                               "one key");
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

enum key_result
key_from_bare(const char *text, size_t length, time_t now, struct key *ret_key,
              char what[KEY_WHAT_MAX])
{
    unsigned char *der = malloc(BASE64_DECODED_MAX(length + 3));
    char *digits = malloc(length + 3);
    enum key_result result = KEY_NO_MEMORY;
    enum key_der_form form;
    size_t count = 0;
    size_t size = 0;

    if (der == NULL || digits == NULL)
        goto out;
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
            digits[count++] = text[i];
    /* The padding may be left off. */
    while (count % 4 > 1 && digits[count - 1] != '=')
        digits[count++] = '=';
    result = KEY_FOREIGN;
    if (base64_decode(digits, count, der, &size) &&
        key_der_recognize(der, size, &form))
        result = key_from_der(form, der, size, now, ret_key, what);

out:
    free(der);
    free(digits);
    return result;
}
