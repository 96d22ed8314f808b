/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/hidden_token.h"

#include "base/base64.h"
#include "base/secret.h"
#include "token/escapes.h"
#include "token/looks_like_token.h"

#include <stdlib.h>
#include <string.h>

/* Base64 of base64 of a token is looked into, and no deeper. */
#define DEPTH_MAX 2

/* Writes only what base64, of either alphabet, and dots are made of. */
static struct span
keep_token_bytes(struct span span, char *into)
{
    size_t used = 0;

    for (size_t i = 0; i < span.length; i++) {
        char c = span.text[i] == '+'   ? '-'
                 : span.text[i] == '/' ? '_'
                                       : span.text[i];

        if (span_is_token_byte(c))
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
           span_contains(span_behind(decoded, (size_t)(object - decoded.text)),
                         "\"alg\"");
}

/*
 * True if half of what was decoded is text; of a wrong alignment less is. NULs
 * are left out: every second byte of a token in UTF-16 is one.
 */
static bool
is_text(struct span decoded)
{
    size_t plain = 0;
    size_t nuls = 0;

    for (size_t i = 0; i < decoded.length; i++) {
        char c = decoded.text[i];

        plain += span_is_plain(c) || span_is_space(c);
        nuls += c == '\0';
    }
    return decoded.length >= TOKEN_LENGTH_MIN &&
           plain > (decoded.length - nuls) / 2;
}

const char hidden_token_damaged[] = "other bytes around or inside the token";

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
        struct span from = span_behind(stretch, skip);
        struct span decoded = {buffer, 0};
        enum reason reason;

        if (!base64url_decode(from.text, from.length / 4 * 4,
                              (unsigned char *)buffer, &decoded.length))
            continue;
        if (has_header(decoded) && (may_be_cut || span_count_dots(rest) >= 2)) {
            *ret_wrapping = hidden_token_damaged;
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
        struct span rest = span_behind(span, length);

        reason = scan_stretch((struct span){span.text, length}, rest,
                              may_be_cut, depth, buffer, ret_wrapping);
        span = rest.length > 0 ? span_behind(rest, 1) : rest;
    }
    return reason;
}

/* True for the JSON forms of RFC 7515 and 7516 (section 7.2 of either). */
static bool
is_json_form(struct span simple)
{
    return (span_contains(simple, "\"payload\":\"") &&
            span_contains(simple, "\"signature")) ||
           span_contains(simple, "\"ciphertext\":\"");
}

/* Judges one reading; the memory behind it has room for it twice more. */
static enum reason
scan_reading(struct span simple, bool has_values, bool may_be_cut, int depth,
             char *memory, const char **ret_wrapping)
{
    struct span run;

    if (span_find_run(simple, &run))
        *ret_wrapping = has_values
                            ? "percent encoding or other escapes in the token"
                            : "white space or control bytes inside the token";
    else if (is_json_form(simple))
        *ret_wrapping = "the JSON form of a JWS or JWE";
    else
        return scan_stretches(keep_token_bytes(simple, memory), may_be_cut,
                              depth, memory + simple.length, ret_wrapping);
    return REASON_MALFORMED;
}

/* Looks for a token in whatever wrapping, in each reading of the escapes. */
static enum reason
scan(struct span span, bool may_be_cut, int depth, const char **ret_wrapping)
{
    size_t size = 3 * span.length + 3;
    char *memory = malloc(size);
    struct escapes_seen seen = {true, false};
    enum reason reason = REASON_NOT_A_TOKEN;

    if (memory == NULL)
        return REASON_NO_MEMORY;
    for (enum escapes_reading reading = ESCAPES_DECODED;
         reading <= ESCAPES_LITERAL && seen.any && reason == REASON_NOT_A_TOKEN;
         reading++) {
        struct span simple = escapes_read(span, reading, memory, &seen);

        reason = scan_reading(simple, seen.values, may_be_cut, depth,
                              memory + span.length, ret_wrapping);
    }
    secret_free(memory, size);
    return reason;
}

enum reason
hidden_token_find(struct span span, bool may_be_cut, const char **ret_wrapping)
{
    return scan(span, may_be_cut, 0, ret_wrapping);
}
