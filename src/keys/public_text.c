/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/public_text.h"

#include <string.h>
#include <strings.h>

/* Pairs of digits in a row that are a fingerprint or a dump, not a word. */
#define PAIRS_MIN 8

#define NUMBER_MIN 150 /* decimal digits; a modulus has 154 or more */

#define SCHEME_MIN 3 /* letters in front of "://" */
#define HOST_MIN   3 /* characters behind it */

#define RECORD_MIN 32 /* digits behind the numbers of a record of DNS */

#define AGE_LENGTH 62 /* of a public key of age: "age1" and 58 characters */

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* A text that is still to be read. */
struct rest {
    const char *at;
    const char *end;
};

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of one UTF-8 character (RFC 3629 section 4); 0: not a character. */
static size_t
character_length(const struct rest *rest)
{
    unsigned char first = (unsigned char)*rest->at;
    size_t length = first < 0x80                    ? 1
                    : first >= 0xc2 && first < 0xe0 ? 2
                    : first >= 0xe0 && first < 0xf0 ? 3
                    : first >= 0xf0 && first < 0xf5 ? 4
                                                    : 0;

    if (length > (size_t)(rest->end - rest->at))
        return 0;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)rest->at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

bool
public_text_is(const char *text, size_t length)
{
    struct rest rest = {text, text + length};

    while (rest.at < rest.end) {
        size_t size = character_length(&rest);

        if (size == 0 || (size == 1 && (*rest.at < ' ' || *rest.at == 0x7f) &&
                          !is_blank(*rest.at)))
            return false;
        rest.at += size;
    }
    return true;
}

static bool
begins(const struct rest *rest, const char *word)
{
    size_t length = strlen(word);

    return (size_t)(rest->end - rest->at) >= length &&
           strncasecmp(rest->at, word, length) == 0;
}

static bool
skip_any(struct rest *rest, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (begins(rest, words[i])) {
            rest->at += strlen(words[i]);
            return true;
        }
    return false;
}

static void
skip_blanks(struct rest *rest)
{
    while (rest->at < rest->end && is_blank(*rest->at))
        rest->at++;
}

/* Blanks, invisible characters, and what opens a string in a program. */
static void
skip_wrapping(struct rest *rest)
{
    static const char *const wrapping[] = {" ",
                                           "\t",
                                           "\n",
                                           "\v",
                                           "\f",
                                           "\r",
                                           "\"",
                                           "'",
                                           "`",
                                           "\\",
                                           "(",
                                           "b'",
                                           "b\"",
                                           "u'",
                                           "u\"",
                                           "r'",
                                           "r\"",
                                           "$'",
                                           "\xc2\xa0",
                                           "\xe2\x80\x8b",
                                           "\xe2\x81\xa0",
                                           "\xef\xbb\xbf"};

    while (skip_any(rest, wrapping, COUNT(wrapping)))
        continue;
}

static bool
is_json(const struct rest *rest)
{
    struct rest behind = *rest;
    char open = behind.at < behind.end ? *behind.at : '\0';

    if (open != '{' && open != '[')
        return false;
    behind.at++;
    skip_blanks(&behind);
    if (behind.at == behind.end)
        return false;
    return strchr("\"'\\{", *behind.at) != NULL ||
           (open == '[' && *behind.at == '[') ||
           rest->end[-1] == (open == '{' ? '}' : ']');
}

/* True if all of the text is base64, of either alphabet, or hexadecimal. */
static bool
is_digits(const char *at, const char *end)
{
    while (at < end && (is_letter(*at) || is_digit(*at) ||
                        (*at != '\0' && strchr("+/-_=", *at) != NULL)))
        at++;
    return at == end;
}

/*
 * A name and a value: NAME=VALUE, NAME: VALUE, or a member of JSON. The "=" at
 * the end of base64 has no value behind it. A name of one letter has digits as
 * its value, as in n=2Ng0: many a good secret begins with a letter and "=".
 */
static bool
is_setting(const struct rest *rest)
{
    const char *at = rest->at;
    bool is_short;

    if (at == rest->end || !(is_letter(*at) || *at == '_'))
        return false;
    while (at < rest->end && (is_letter(*at) || is_digit(*at) ||
                              (*at != '\0' && strchr("_.-", *at) != NULL)))
        at++;
    is_short = at - rest->at < 2;
    if (rest->end - at >= 2 &&
        ((at[0] == ':' && at[1] == ' ') || (at[0] == '"' && at[1] == ':')))
        return true;
    while (at < rest->end && *at == ' ')
        at++;
    if (at == rest->end || *at != '=')
        return false;
    for (at++; at < rest->end && is_blank(*at); at++)
        continue;
    return at < rest->end && *at != '=' &&
           (!is_short || is_digits(at, rest->end));
}

static bool
is_markup(const struct rest *rest)
{
    return rest->end - rest->at >= 2 && rest->at[0] == '<' &&
           (is_letter(rest->at[1]) || rest->at[1] == '!' || rest->at[1] == '?');
}

/* "SHA256:", "sha256/", "SHA-256 " and the like. */
static bool
is_fingerprint(const struct rest *rest)
{
    static const char *const hashes[] = {"sha256",  "sha-256", "sha384",
                                         "sha-384", "sha512",  "sha-512",
                                         "sha1",    "sha-1"};
    struct rest behind = *rest;

    return skip_any(&behind, hashes, COUNT(hashes)) && behind.at < behind.end &&
           *behind.at != '\0' && strchr(":/- (=", *behind.at) != NULL;
}

/* Hexadecimal digits two by two, with a colon, hyphen or space in between. */
static bool
is_pairs(const struct rest *rest)
{
    const char *at = rest->at;
    size_t pairs = 0;

    while (rest->end - at >= 2 && is_hex(at[0]) && is_hex(at[1])) {
        pairs++;
        at += 2;
        if (at == rest->end || strchr(":- ", *at) == NULL || *at == '\0')
            break;
        at++;
    }
    return pairs >= PAIRS_MIN;
}

/* A host's name with a dot in it, in small letters; a port; a path behind. */
static bool
is_host(const struct rest *rest)
{
    const char *at = rest->at;
    bool has_dot = false;

    while (at < rest->end && ((*at >= 'a' && *at <= 'z') || is_digit(*at) ||
                              *at == '-' || *at == '.')) {
        has_dot |= *at == '.';
        at++;
    }
    if (at < rest->end && *at == ':')
        for (at++; at < rest->end && is_digit(*at);)
            at++;
    return has_dot && at - rest->at >= 4 && at < rest->end && *at == '/';
}

static bool
is_url(const struct rest *rest)
{
    static const char *const beginnings[] = {
        "data:", "urn:",  "did:",  "www.",   "md5:",  "mailto:",
        "/etc/", "/usr/", "/var/", "/home/", "/opt/", "/root/"};
    struct rest behind = *rest;
    const char *at = rest->at;

    if (skip_any(&behind, beginnings, COUNT(beginnings)) || is_host(rest))
        return true;
    if (begins(rest, "//")) {
        behind.at += 2;
        return is_host(&behind);
    }
    while (at < rest->end && (is_letter(*at) || is_digit(*at) || *at == '+' ||
                              *at == '.' || *at == '-'))
        at++;
    return at > rest->at && is_letter(*rest->at) && rest->end - at >= 3 &&
           memcmp(at, "://", 3) == 0;
}

static bool
is_age(const struct rest *rest)
{
    size_t length = 0;

    if (!begins(rest, "age1"))
        return false;
    while (rest->at + length < rest->end &&
           (is_letter(rest->at[length]) || is_digit(rest->at[length])))
        length++;
    return length == AGE_LENGTH;
}

/*
 * The data of a DNSKEY, DS, TLSA or SSHFP record without its name: two or three
 * numbers, and hexadecimal or base64 to the end.
 */
static bool
is_record_data(const struct rest *rest)
{
    struct rest behind = *rest;
    size_t numbers = 0;

    for (; numbers < 3; numbers++) {
        const char *at = behind.at;

        while (at < behind.end && is_digit(*at))
            at++;
        if (at == behind.at || at - behind.at > 5 || at == behind.end ||
            !is_blank(*at))
            break;
        behind.at = at;
        skip_blanks(&behind);
    }
    return numbers >= 2 && rest->end - behind.at >= RECORD_MIN &&
           is_digits(behind.at, behind.end);
}

static const char *
name_here(const struct rest *rest)
{
    static const struct {
        bool (*is)(const struct rest *);
        const char *name;
    } rows[] = {
        {is_json, "JSON"},
        {is_fingerprint, "a fingerprint"},
        {is_pairs, "a fingerprint or a dump of bytes"},
        {is_setting, "a setting with its name (only the value is the secret)"},
        {is_markup, "HTML or XML"},
        {is_url, "a URL or a path"},
        {is_age, "an age key"},
        {is_record_data, "a record of DNS"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].is(rest))
            return rows[i].name;
    if (begins(rest, "----"))
        return "a PEM file";
    return begins(rest, "HTTP/") ? "an answer of a web server" : NULL;
}

const char *
public_text_name(const char *text, size_t length)
{
    struct rest rest = {text, text + length};
    const char *name;

    while (rest.end > rest.at && (is_blank(rest.end[-1]) ||
                                  rest.end[-1] == '"' || rest.end[-1] == '\''))
        rest.end--;
    name = name_here(&rest);
    skip_wrapping(&rest);
    return name != NULL ? name : name_here(&rest);
}

static bool
is_long_number(const struct rest *rest)
{
    const char *at = rest->at;

    while (at < rest->end && is_digit(*at))
        at++;
    return at - rest->at >= NUMBER_MIN;
}

static bool
is_url_within(const struct rest *rest)
{
    const char *at = rest->at;
    const char *host;

    while (at < rest->end && is_letter(*at))
        at++;
    if (at - rest->at < SCHEME_MIN || rest->end - at < 3 ||
        memcmp(at, "://", 3) != 0)
        return false;
    for (host = at += 3; at < rest->end && (is_letter(*at) || is_digit(*at) ||
                                            *at == '.' || *at == '-');)
        at++;
    return at - host >= HOST_MIN;
}

/* The type of a record of DNS, a blank, and a number. */
static bool
is_record(const struct rest *rest)
{
    static const char *const types[] = {"DNSKEY", "CDNSKEY", "TLSA", "SMIMEA",
                                        "SSHFP"};
    struct rest behind = *rest;

    if (!skip_any(&behind, types, COUNT(types)) || behind.at == behind.end ||
        !is_blank(*behind.at))
        return false;
    skip_blanks(&behind);
    return behind.at < behind.end && is_digit(*behind.at);
}

const char *
public_text_mark(const char *text, size_t length)
{
    struct rest rest = {text, text + length};
    char before = '\0';

    for (; rest.at < rest.end; before = *rest.at++) {
        if (!is_digit(before) && is_long_number(&rest))
            return "a number";
        if (!is_hex(before) && is_pairs(&rest))
            return "a fingerprint or a dump of bytes";
        if (!is_letter(before) && is_url_within(&rest))
            return "a URL or a path";
        if (!is_letter(before) && is_record(&rest))
            return "a record of DNS";
    }
    return NULL;
}
