/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key_form.h"

#include "json/nodes.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Said last, when nothing is recognised. */
static const char not_a_key[] =
    "not PEM, JWK, JWK Set or base64 of a DER key or certificate";

/* How a file begins, blanks left off. */
static const struct {
    const char *start;
    const char *say;
} starts[] = {
    {"[", "a JSON array; a JWK Set is an object: {\"keys\":[...]}"},
    {"\"", "a JSON string; the key is what stands inside (jq -r)"},
    {"<", "HTML or XML, perhaps an error page"},
    {"HTTP/", "the headers of an HTTP answer stand first (curl without -i)"},
    {"---- BEGIN SSH2", "an SSH key (ssh-keygen -i -f FILE, then -e -m PKCS8)"},
    {"ssh-", "an SSH key (ssh-keygen -e -m PKCS8 -f FILE)"},
    {"ecdsa-sha2-", "an SSH key (ssh-keygen -e -m PKCS8 -f FILE)"},
    {"sk-", "an SSH key, which needs its security key and signs no tokens"},
    {"Modulus=", "a bare modulus (openssl rsa -pubin without -modulus)"},
};

/* Forms that are recognised by a part anywhere in the text. */
static const struct {
    const char *part;
    const char *say;
} parts[] = {
    {"-----END", "a PEM text without its first line, -----BEGIN ...-----"},
    {"END PUBLIC KEY", "a PEM text whose lines are not of five hyphens each"},
    {"END CERTIFICATE", "a PEM text whose lines are not of five hyphens each"},
    {" ssh-", "a line of SSH's authorized_keys or known_hosts"},
    {" ecdsa-sha2-", "a line of SSH's authorized_keys or known_hosts"},
    {"Public-Key:", "what openssl prints with -text (leave -noout off)"},
};

/* How the bytes begin where it is no text as it should be. */
static const char *
guess_bytes(const char *data, size_t size)
{
    if (size == 0)
        return "the file is empty";
    if (strncmp(data, "\xef\xbb\xbf", 3) == 0)
        return "a byte order mark stands in front (save it without)";
    if (strncmp(data, "\xff\xfe", 2) == 0 || strncmp(data, "\xfe\xff", 2) == 0)
        return "UTF-16 text (iconv -f UTF-16 -t UTF-8)";
    if (strncmp(data, "\x1f\x8b", 2) == 0)
        return "compressed data (gunzip)";
    if (data[0] == '0' && (data[1] & 0x80) != 0)
        return "DER (openssl pkey -pubin -inform DER)";
    if (strlen(data) < size)
        return "NUL bytes: not a text, or one in UTF-16";
    return NULL;
}

/* One word of printable characters, as shared secrets are. */
static bool
is_word(const char *text)
{
    size_t length = 0;

    while (isgraph((unsigned char)text[length]))
        length++;
    return length > 0 && text[length + strspn(text + length, "\r\n")] == '\0';
}

const char *
key_form_guess(const char *data, size_t size)
{
    const char *say = guess_bytes(data, size);
    const char *text = data + strspn(data, " \t\r\n");

    if (say != NULL)
        return say;
    if (*text == '\0')
        return "the file is blank";
    for (size_t i = 0; i < COUNT(starts); i++)
        if (strncmp(text, starts[i].start, strlen(starts[i].start)) == 0)
            return starts[i].say;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (strstr(text, parts[i].part) != NULL)
            return parts[i].say;
    return is_word(text) ? "a text, which is not a public key; a shared secret "
                           "belongs into secret_file"
                         : not_a_key;
}

/* A string that begins so, in any member. */
static bool
has_text(const struct jsontext *text, const char *start)
{
    const struct jsonnode *root = jsontext_root(text);

    for (struct jsonnode *at = jsonnode_first(text, root); at != NULL;
         at = jsonnode_next(text, root, at)) {
        const char *value =
            at[1].kind == JSONNODE_STRING ? jsonnode_string(text, &at[1]) : "";

        if (strncmp(value, start, strlen(start)) == 0)
            return true;
    }
    return false;
}

static bool
has_any(const struct jsontext *text, const char *const *names)
{
    for (; *names != NULL; names++)
        if (jsontext_has(text, jsontext_root(text), *names))
            return true;
    return false;
}

const char *
key_form_guess_json(const struct jsontext *text)
{
    static const char *const chain[] = {"x5c", "x5u", NULL};
    static const char *const discovery[] = {"jwks_uri", NULL};
    static const char *const around[] = {"key", "public_key", "publicKey",
                                         "value", NULL};
    static const char *const error[] = {"error", "errors", "message", NULL};

    if (has_any(text, chain))
        return "a JWK without \"kty\"; x5c is not read (write its certificate "
               "as PEM)";
    if (has_any(text, discovery))
        return "an issuer's description, not its keys (pam-jwt jwks fetch "
               "--issuer)";
    if (has_any(text, around))
        return "an object around a key: the key is what stands inside (jq -r); "
               "a JWK Set has its keys in \"keys\", which is an array";
    if (has_any(text, error))
        return "a server's error message, not its keys";
    if (has_text(text, "-----BEGIN"))
        return "a map of certificates, which is not a JWK Set (ask the issuer "
               "for that: Google's is /oauth2/v3/certs)";
    return "neither a JWK (\"kty\") nor a JWK Set (\"keys\")";
}
