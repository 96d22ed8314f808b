/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/looks_like_token.h"

#include "base/base64.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Base64 of base64 of a token is looked into, and no deeper. */
#define DEPTH_MAX 2

struct span {
    const char *text;
    size_t length;
};

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_plain(char c)
{
    return c > ' ' && c < 0x7f;
}

static bool
is_quote(char c)
{
    return c == '"' || c == '\'';
}

static bool
is_token_byte(char c)
{
    return c == '.' || base64url_span(&c, 1) == 1;
}

static bool
begins_token(struct span span)
{
    const char *set;

    if (span.length < 3 || span.text[0] != 'e' || span.text[2] == '\0')
        return false;
    set = span.text[1] == 'y'   ? "ABCDIJKL"
          : span.text[1] == 'w' ? "klmnopqr0123"
                                : "";
    return strchr(set, span.text[2]) != NULL;
}

static bool
contains(struct span span, const char *text)
{
    return memmem(span.text, span.length, text, strlen(text)) != NULL;
}

static struct span
trim(struct span span)
{
    while (span.length > 0 && is_space(span.text[span.length - 1]))
        span.length--;
    while (span.length > 0 && is_space(*span.text)) {
        span.text++;
        span.length--;
    }
    return span;
}

static bool
take_quotes(struct span *span)
{
    if (span->length < 2 || !is_quote(*span->text) ||
        span->text[span->length - 1] != *span->text)
        return false;
    *span = trim((struct span){span->text + 1, span->length - 2});
    return true;
}

static bool
take_scheme(struct span *span)
{
    static const char scheme[] = "Bearer";
    size_t skip = sizeof scheme - 1;

    if (span->length <= skip || strncasecmp(span->text, scheme, skip) != 0 ||
        !is_space(span->text[skip]))
        return false;
    *span = trim((struct span){span->text + skip, span->length - skip});
    return true;
}

/* Takes off what may stand around a token, each at most once. */
static struct span
peel(struct span span)
{
    bool had_quotes;

    span = trim(span);
    had_quotes = take_quotes(&span);
    if (take_scheme(&span) && !had_quotes)
        take_quotes(&span);
    return span;
}

static bool
is_base64url(struct span span)
{
    return base64url_span(span.text, span.length) == span.length;
}

static bool
is_clean(struct span span)
{
    size_t at = 0;

    while (at < span.length && is_token_byte(span.text[at]))
        at++;
    return at == span.length;
}

/*
 * Finds a beginning that at least TOKEN_LENGTH_MIN bytes with two dots follow.
 * Of several beginnings in one run of such bytes the first has most behind it.
 */
static bool
find_run(struct span span, struct span *ret_run)
{
    const char *end = span.text + span.length;
    const char *at = span.text;

    while (at < end) {
        struct span run = {NULL, 0};
        size_t dots = 0;

        for (; at < end && is_token_byte(*at); at++) {
            if (run.text == NULL &&
                begins_token((struct span){at, (size_t)(end - at)}))
                run.text = at;
            dots += run.text != NULL && *at == '.';
        }
        run.length = run.text != NULL ? (size_t)(at - run.text) : 0;
        if (run.length >= TOKEN_LENGTH_MIN && dots >= 2) {
            *ret_run = run;
            return true;
        }
        at += at < end;
    }
    return false;
}

/* Reads `count` hexadecimal digits. -1: one of them is not a digit. */
static int
read_hex(struct span span, size_t count)
{
    int value = 0;

    if (span.length < count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char c = span.text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static struct span
behind(struct span span, size_t skip)
{
    return (struct span){span.text + skip, span.length - skip};
}

/* Reads %2E, and %252E, which was encoded twice. */
static size_t
read_percent(struct span span, int *ret_value)
{
    size_t skip = 1;

    while (read_hex(behind(span, skip), 2) == '%' &&
           read_hex(behind(span, skip + 2), 2) >= 0)
        skip += 2;
    *ret_value = read_hex(behind(span, skip), 2);
    return *ret_value >= 0 ? skip + 2 : 0;
}

/* Reads \u002e, \x2e, \n; of any other a backslash counts for nothing. */
static size_t
read_backslash(struct span span, int *ret_value)
{
    char kind = span.length > 1 ? span.text[1] : '\0';
    size_t digits = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;

    *ret_value = 0;
    if (digits > 0 && read_hex(behind(span, 2), digits) >= 0) {
        *ret_value = read_hex(behind(span, 2), digits);
        return 2 + digits;
    }
    return kind != '\0' && strchr("nrtbfv", kind) != NULL ? 2 : 1;
}

/* Reads &#46; and &#x2e;. */
static size_t
read_entity(struct span span, int *ret_value)
{
    size_t at = 2;
    bool is_hex;
    int value = 0;

    if (span.length < 4 || span.text[1] != '#')
        return 0;
    is_hex = span.text[2] == 'x' || span.text[2] == 'X';
    for (at += is_hex; at < span.length && at < 9; at++) {
        int digit = read_hex(behind(span, at), 1);

        if (digit < 0 || (!is_hex && digit > 9))
            break;
        value = value * (is_hex ? 16 : 10) + digit;
    }
    *ret_value = value;
    return at < span.length && span.text[at] == ';' ? at + 1 : 0;
}

/* Reads =2E, =2D and =5F of quoted-printable; others are no part of a token. */
static size_t
read_quoted_printable(struct span span, int *ret_value)
{
    *ret_value = read_hex(behind(span, 1), 2);
    return *ret_value == '.' || *ret_value == '-' || *ret_value == '_' ? 3 : 0;
}

/* Reads a terminal's sequence, such as the one around a paste: ESC [ 200 ~. */
static size_t
read_sequence(struct span span, int *ret_value)
{
    size_t at = 2;

    *ret_value = 0;
    if (span.length < 2 || span.text[1] != '[')
        return 0;
    while (at < span.length && span.text[at] >= ' ' && span.text[at] < '@')
        at++;
    return at < span.length ? at + 1 : at;
}

/*
 * Reads an escape. Returns how many bytes it has, 0 for none; its value is 0
 * where it stands for nothing.
 */
static size_t
read_escape(struct span span, int *ret_value)
{
    switch (*span.text) {
    case '%':
        return read_percent(span, ret_value);
    case '\\':
        return read_backslash(span, ret_value);
    case '&':
        return read_entity(span, ret_value);
    case '=':
        return read_quoted_printable(span, ret_value);
    case '\033':
        return read_sequence(span, ret_value);
    default:
        return 0;
    }
}

/*
 * Writes the text with escapes decoded, one kind of quotes, and without what is
 * not printable ASCII.
 */
static struct span
simplify(struct span span, char *into, bool *ret_has_escapes)
{
    size_t used = 0;

    *ret_has_escapes = false;
    while (span.length > 0) {
        int value = (unsigned char)*span.text;
        size_t skip = read_escape(span, &value);

        if (skip > 0 && value != 0)
            *ret_has_escapes = true;
        if (skip == 0) {
            value = (unsigned char)*span.text;
            skip = 1;
        }
        if (value < 0x7f && is_plain((char)value))
            into[used++] = value == '\'' ? '"' : (char)value;
        span = behind(span, skip);
    }
    return (struct span){into, used};
}

/* Writes only what base64, of either alphabet, and dots are made of. */
static struct span
keep_token_bytes(struct span span, char *into)
{
    size_t used = 0;

    for (size_t i = 0; i < span.length; i++) {
        char c = span.text[i] == '+'   ? '-'
                 : span.text[i] == '/' ? '_'
                                       : span.text[i];

        if (is_token_byte(c))
            into[used++] = c;
    }
    return (struct span){into, used};
}

/* True if decoded bytes are of a JOSE header: an object with "alg". */
static bool
has_header(struct span decoded)
{
    const char *object = memchr(decoded.text, '{', decoded.length);

    return object != NULL &&
           contains(behind(decoded, (size_t)(object - decoded.text)),
                    "\"alg\"");
}

/* True if half of what was decoded is text; of a wrong alignment less is. */
static bool
is_text(struct span decoded)
{
    size_t plain = 0;

    for (size_t i = 0; i < decoded.length; i++)
        plain += is_plain(decoded.text[i]) || is_space(decoded.text[i]);
    return decoded.length >= TOKEN_LENGTH_MIN && plain > decoded.length / 2;
}

static size_t
count_dots(struct span span)
{
    size_t dots = 0;

    for (size_t i = 0; i < span.length; i++)
        dots += span.text[i] == '.';
    return dots;
}

/* Names a wrapping that a damaged token cannot be told from. */
static const char other_bytes[] = "other bytes around or inside the token";

static enum reason scan(struct span span, bool may_be_cut, int depth,
                        const char **ret_wrapping);

/*
 * Decodes one stretch between dots at each alignment: letters of something
 * else may stand directly in front of it. `rest` is what follows it.
 */
static enum reason
scan_stretch(struct span stretch, struct span rest, bool may_be_cut, int depth,
             char *buffer, const char **ret_wrapping)
{
    for (size_t skip = 0; skip < 4 && skip < stretch.length; skip++) {
        struct span from = behind(stretch, skip);
        struct span decoded = {buffer, 0};
        enum reason reason;

        if (!base64url_decode(from.text, from.length / 4 * 4,
                              (unsigned char *)buffer, &decoded.length))
            continue;
        if (has_header(decoded) && (may_be_cut || count_dots(rest) >= 2)) {
            *ret_wrapping = other_bytes;
            return REASON_MALFORMED;
        }
        if (depth >= DEPTH_MAX || !is_text(decoded))
            continue;
        reason = scan(decoded, may_be_cut, depth + 1, ret_wrapping);
        if (reason == REASON_MALFORMED)
            *ret_wrapping = "base64 around the token";
        if (reason != REASON_NOT_A_TOKEN)
            return reason;
    }
    return REASON_NOT_A_TOKEN;
}

/* Looks for what is left of a token when all other bytes are taken out. */
static enum reason
scan_stretches(struct span span, bool may_be_cut, int depth, char *buffer,
               const char **ret_wrapping)
{
    enum reason reason = REASON_NOT_A_TOKEN;

    if (span.length < TOKEN_LENGTH_MIN)
        return reason;
    while (span.length > 0 && reason == REASON_NOT_A_TOKEN) {
        size_t length = base64url_span(span.text, span.length);
        struct span rest = behind(span, length);

        reason = scan_stretch((struct span){span.text, length}, rest,
                              may_be_cut, depth, buffer, ret_wrapping);
        span = rest.length > 0 ? behind(rest, 1) : rest;
    }
    return reason;
}

/* True for the JSON forms of RFC 7515 and 7516 (section 7.2 of either). */
static bool
is_json_form(struct span simple)
{
    return (contains(simple, "\"payload\":\"") &&
            contains(simple, "\"signature")) ||
           contains(simple, "\"ciphertext\":\"");
}

/* Looks for a token in whatever wrapping: MALFORMED, or NOT_A_TOKEN. */
static enum reason
scan(struct span span, bool may_be_cut, int depth, const char **ret_wrapping)
{
    size_t size = 3 * span.length + 3;
    char *memory = malloc(size);
    struct span simple;
    struct span run;
    bool has_escapes;
    enum reason reason = REASON_MALFORMED;

    if (memory == NULL)
        return REASON_NO_MEMORY;
    simple = simplify(span, memory, &has_escapes);
    if (find_run(simple, &run))
        *ret_wrapping = has_escapes
                            ? "percent encoding or other escapes in the token"
                            : "white space or control bytes inside the token";
    else if (is_json_form(simple))
        *ret_wrapping = "the JSON form of a JWS or JWE";
    else
        reason = scan_stretches(keep_token_bytes(simple, memory + span.length),
                                may_be_cut, depth, memory + 2 * span.length,
                                ret_wrapping);
    secret_free(memory, size);
    return reason;
}

static const char *
name_behind(struct span behind_it)
{
    return is_plain(*behind_it.text)
               ? "other text behind the token"
               : "white space or control bytes inside the token";
}

/* Names what stands in front of a token; the first that fits. */
static const char *
name_in_front(struct span before)
{
    const char *last = before.text + before.length - 1;

    if (contains(before, "\xef\xbb\xbf"))
        return "a byte order mark in front of the token";
    if (contains(before, "\033["))
        return "a terminal's sequence (bracketed paste) around the token";
    if (contains(before, "uthorization") || contains(before, "UTHORIZATION"))
        return "\"Authorization:\" in front of the token";
    if (*before.text == '{' || *before.text == '[')
        return "JSON around the token";
    if (contains(before, "://"))
        return "a URL around the token";
    if (contains(before, "%22") || contains(before, "%3D"))
        return "percent encoding around the token";
    while (last > before.text && (is_quote(*last) || is_space(*last)))
        last--;
    return is_quote(*last) ? "more than one pair of quotes, or half of one"
           : *last == '='  ? "\"NAME=\" in front of the token"
           : *last == ':'  ? "a name and a colon in front of the token"
                           : "other text in front of the token";
}

/* True if the answer, without what is taken off, begins as a token does. */
static bool
is_bare(struct span bare, bool may_be_cut)
{
    return begins_token(bare) && (memchr(bare.text, '.', bare.length) != NULL ||
                                  (may_be_cut && is_base64url(bare)));
}

/* Finds a token that stands as it is, with something around it. */
static bool
find_wrapped(struct span whole, struct found_token *ret_token)
{
    struct span run;
    struct span before;

    if (!find_run(whole, &run))
        return false;
    before = (struct span){whole.text, (size_t)(run.text - whole.text)};
    *ret_token = (struct found_token){
        run.text, run.length,
        before.length > 0
            ? name_in_front(before)
            : name_behind(behind(whole, before.length + run.length))};
    return true;
}

enum reason
answer_unwrap(const char *answer, size_t length, bool may_be_cut,
              struct found_token *ret_token)
{
    struct span whole = trim((struct span){answer, length});
    struct span bare = peel(whole);
    bool begins = is_bare(bare, may_be_cut);
    enum reason reason = REASON_NOT_A_TOKEN;

    *ret_token = (struct found_token){0};
    if (whole.length < TOKEN_LENGTH_MIN)
        return reason;
    if (!begins || !is_clean(bare)) {
        if (find_wrapped(begins ? bare : whole, ret_token))
            return REASON_MALFORMED;
        reason = scan(whole, may_be_cut, 0, &ret_token->wrapping);
    }
    if (!begins ||
        (reason == REASON_MALFORMED && ret_token->wrapping != other_bytes))
        return reason;
    *ret_token = (struct found_token){bare.text, bare.length, NULL};
    return REASON_OK;
}
