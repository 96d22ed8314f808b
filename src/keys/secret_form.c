/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/secret_form.h"

#include "base/base64.h"
#include "base/secret.h"
#include "keys/public_material.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A text that is a secret:
 * 1. It MUST have from 1 to SECRET_FORM_MAX bytes.
 * 2. It MUST NOT be, in any reading, something that everybody may read.
 * 3. It MUST be one line of 0x21 to 0x7e, with single spaces inside; one final
 *    newline is not part of it.
 * 4. It MUST be written as the encoding says.
 */

static const char *const names[] = {
    [SECRET_TEXT] = "text",
    [SECRET_HEX] = "hex",
    [SECRET_BASE64] = "base64",
    [SECRET_BASE64URL] = "base64url",
};

const char *
secret_form_encoding_name(enum secret_encoding encoding)
{
    return names[encoding];
}

static bool
say_at(char what[KEY_WHAT_MAX], const char *text, size_t offset)
{
    snprintf(what, KEY_WHAT_MAX, "%s at offset %zu", text, offset);
    return false;
}

/* A line end that is not the one at the end of the file. */
static bool
say_line_end(char what[KEY_WHAT_MAX], const char *data, size_t size, size_t at)
{
    for (size_t i = at; i < size; i++)
        if (data[i] != '\n')
            return say_at(what, "a secret is one line, another line begins",
                          at + 1);
    return say_at(what, "more than one newline at the end (printf %s)", at);
}

/* Which byte is not of a text, and what to do about it. */
static bool
say_byte(char what[KEY_WHAT_MAX], const char *data, size_t size, size_t at)
{
    static const char bom[] = "\xef\xbb\xbf";

    switch (data[at]) {
    case '\n':
        return say_line_end(what, data, size, at);
    case '\r':
        return say_at(what, "a carriage return (CR, 0x0d; tr -d '\\r')", at);
    case '\t':
        return say_at(what, "a tab", at);
    case ' ':
        return say_at(what,
                      at == 0 ? "a blank at the beginning"
                              : "a blank at the end, or two in a row,",
                      at);
    case '\0':
        return say_at(what,
                      "a NUL byte (raw bytes: base64 -w0 FILE, and "
                      "secret_encoding = base64)",
                      at);
    default:
        if (at == 0 && size > 2 && memcmp(data, bom, 3) == 0)
            return say_at(what, "a byte order mark (BOM)", at);
        return say_at(what,
                      "a byte that is not printable ASCII (raw bytes: base64 "
                      "-w0 FILE, and secret_encoding = base64)",
                      at);
    }
}

/* Encoded text may be wrapped, as `openssl rand -base64 64` does. */
static bool
is_line(const char *data, size_t size, bool is_wrapped, char what[KEY_WHAT_MAX])
{
    size_t end = size > 0 && data[size - 1] == '\n' ? size - 1 : size;

    for (size_t i = 0; i < end; i++) {
        bool is_inside =
            i > 0 && i + 1 < end && data[i + 1] > ' ' && data[i - 1] > ' ';

        if (data[i] > ' ' && data[i] < 0x7f)
            continue;
        if (!is_inside || !(data[i] == ' ' || (is_wrapped && data[i] == '\n')))
            return say_byte(what, data, size, i);
    }
    if (end == 0)
        snprintf(what, KEY_WHAT_MAX, "the file is empty (pam-jwt keygen)");
    return end > 0;
}

static size_t
without_padding(const char *text, size_t length)
{
    if (length % 4 == 0)
        for (int padding = 0; padding < 2 && length > 0; padding++)
            if (text[length - 1] == '=')
                length--;
    return length;
}

/* Puts back the padding that base64_decode() wants; there is room for it. */
static size_t
with_padding(char *text, size_t length)
{
    while (length % 4 != 0)
        text[length++] = '=';
    return length;
}

bool
secret_form_decode(const char *text, size_t length,
                   enum secret_encoding encoding, unsigned char *into,
                   size_t *ret_length)
{
    char *digits = (char *)into; /* each decoder may work in place */
    size_t count = 0;

    if (encoding == SECRET_TEXT) {
        memcpy(into, text, length);
        *ret_length = length;
        return true;
    }
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\n')
            digits[count++] = text[i];
    if (encoding == SECRET_HEX)
        return hex_decode(digits, count, into, ret_length);
    if (encoding == SECRET_BASE64)
        return base64_decode(digits, with_padding(digits, count), into,
                             ret_length);
    return base64url_decode(digits, without_padding(digits, count), into,
                            ret_length);
}

static bool
is_digit_of(char c, enum secret_encoding encoding)
{
    static const char *const digits[] = {
        [SECRET_HEX] = "0123456789abcdefABCDEF",
        [SECRET_BASE64] = "+/=",
        [SECRET_BASE64URL] = "-_=",
    };
    bool is_word =
        (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

    return c == ' ' || c == '\n' || strchr(digits[encoding], c) != NULL ||
           (encoding != SECRET_HEX && is_word);
}

static void
say_encoding(char what[KEY_WHAT_MAX], const char *text, size_t length,
             enum secret_encoding encoding)
{
    size_t at = 0;

    while (at < length && is_digit_of(text[at], encoding))
        at++;
    if (at < length)
        snprintf(what, KEY_WHAT_MAX,
                 "not %s, as secret_encoding says: another character at "
                 "offset %zu",
                 names[encoding], at);
    else
        snprintf(what, KEY_WHAT_MAX,
                 "not %s, as secret_encoding says: the digits are not all "
                 "there, or too many",
                 names[encoding]);
}

enum reason
secret_form_read(const char *data, size_t size, enum secret_encoding encoding,
                 unsigned char **ret_secret, size_t *ret_length,
                 char ret_what[KEY_WHAT_MAX])
{
    unsigned char *secret;
    enum reason reason;

    if (size > SECRET_FORM_MAX) {
        snprintf(ret_what, KEY_WHAT_MAX,
                 "%zu bytes, a secret has at most %d (openssl rand -hex 32)",
                 size, SECRET_FORM_MAX);
        return REASON_KEY_UNAVAILABLE;
    }
    reason = public_material_judge((const unsigned char *)data, size, ret_what);
    if (reason != REASON_OK)
        return reason;
    if (!is_line(data, size, encoding != SECRET_TEXT, ret_what))
        return REASON_KEY_UNAVAILABLE;
    if (data[size - 1] == '\n')
        size--;
    secret = malloc(size + 3);
    if (secret == NULL)
        return REASON_NO_MEMORY;
    if (!secret_form_decode(data, size, encoding, secret, ret_length)) {
        secret_free(secret, size + 3);
        say_encoding(ret_what, data, size, encoding);
        return REASON_KEY_UNAVAILABLE;
    }
    /* Behind the decoded bytes stand digits that were read. */
    explicit_bzero(secret + *ret_length, size + 3 - *ret_length);
    *ret_secret = secret;
    return REASON_OK;
}
