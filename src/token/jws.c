/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/jws.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "keys/key.h"
#include "json/document.h"

#include <stdlib.h>
#include <string.h>

/*
 * The checks, in this order; each ends in its own refusal:
 * 1. The text MUST NOT be longer than the limit, before anything is allocated.
 * 2. Its bytes MUST be of A-Z a-z 0-9 - _ and the dot. Nothing is trimmed.
 * 3. It MUST have exactly two dots and no empty part.
 * 4. Each part MUST be strict base64url.
 * 5. The header MUST be one JSON object, as the strict scanner has it.
 * 6. "alg" MUST be a string; "kid", where present, a string of at most 256
 *    bytes. It MUST NOT have "crit" (no extension is understood), a "b64" that
 *    is not true (RFC 7797 section 7 forbids it), "enc" or "zip" (a JWE), or a
 *    "cty" of JWT (a token in a token).
 * "jwk", "jku", "x5u" and "x5c" are never looked at.
 */

static enum reason
check_size(size_t length, size_t size_max, struct verdict *verdict)
{
    verdict_check(verdict, "size", "max_token_size");
    if (length <= size_max)
        return REASON_OK;
    return verdict_refuse(verdict, REASON_TOKEN_TOO_LARGE,
                          "%zu bytes > max_token_size %zu", length, size_max);
}

static enum reason
malformed(struct verdict *verdict, const char *what)
{
    verdict->truncated = true;
    return verdict_refuse(verdict, REASON_MALFORMED, "%s", what);
}

static enum reason
check_characters(const char *text, size_t length, struct verdict *verdict)
{
    verdict_check(verdict, "characters", NULL);
    for (size_t i = base64url_span(text, length); i < length;
         i += base64url_span(text + i, length - i)) {
        if (text[i] != '.') {
            verdict->truncated = true;
            return verdict_refuse(
                verdict, REASON_MALFORMED,
                "invalid byte 0x%02x at offset %zu%s", (unsigned char)text[i],
                i, text[i] == ' ' ? " (a space, perhaps of \"Bearer \")" : "");
        }
        i++;
    }
    return REASON_OK;
}

/* Finds both dots. `ret_dots` are offsets. */
static enum reason
check_dots(const char *text, size_t length, size_t ret_dots[2],
           struct verdict *verdict)
{
    const char *end = text + length;
    const char *dot = memchr(text, '.', length);
    size_t dots = 0;

    verdict_check(verdict, "parts", NULL);
    for (; dot != NULL; dot = memchr(dot + 1, '.', (size_t)(end - dot - 1)))
        if (dots++ < 2)
            ret_dots[dots - 1] = (size_t)(dot - text);
    if (dots == 4)
        return malformed(verdict,
                         "five parts: an encrypted token (JWE) is not taken");
    if (dots != 2)
        return malformed(verdict, "it has not three parts with two dots");
    if (ret_dots[0] == 0 || ret_dots[1] == ret_dots[0] + 1 ||
        ret_dots[1] + 1 == length)
        return malformed(verdict, "one of its three parts is empty");
    return REASON_OK;
}

/* Decodes the parts into one buffer; `ret_header` is the header's length. */
static enum reason
decode_parts(struct jws *jws, const char *text, size_t length,
             const size_t dots[2], size_t *ret_header, struct verdict *verdict)
{
    unsigned char *at;
    size_t size;

    verdict_check(verdict, "base64url", NULL);
    jws->bytes_size = BASE64_DECODED_MAX(length);
    jws->bytes = malloc(jws->bytes_size);
    if (jws->bytes == NULL)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "decoding the token");
    at = (unsigned char *)jws->bytes;
    if (!base64url_decode(text, dots[0], at, ret_header))
        return malformed(verdict, "the header is not base64url");
    at += *ret_header;
    if (!base64url_decode(text + dots[0] + 1, dots[1] - dots[0] - 1, at, &size))
        return malformed(verdict, "the payload is not base64url");
    jws->payload = (char *)at;
    jws->payload_length = size;
    at += size;
    if (!base64url_decode(text + dots[1] + 1, length - dots[1] - 1, at, &size))
        return malformed(verdict, "the signature is not base64url");
    jws->signature = at;
    jws->signature_length = size;
    jws->signing_input = text;
    jws->signing_length = dots[1];
    return REASON_OK;
}

static enum reason
unsupported(struct verdict *verdict, const char *what)
{
    return verdict_refuse(verdict, REASON_UNSUPPORTED_HEADER, "%s", what);
}

static bool
is_jwt_content(struct json_object *cty)
{
    const char *text;

    return !jsondoc_is_string(cty, &text) || text_equal_nocase(text, "JWT") ||
           text_equal_nocase(text, "application/JWT");
}

static enum reason
check_extensions(struct json_object *header, struct verdict *verdict)
{
    struct json_object *value;

    if (jsondoc_find(header, "crit", &value))
        return unsupported(verdict, "\"crit\" asks for an extension");
    if (jsondoc_find(header, "b64", &value) && !jsondoc_is_true(value))
        return unsupported(verdict, "\"b64\" is not true");
    if (jsondoc_find(header, "enc", &value))
        return unsupported(verdict, "\"enc\": an encrypted token");
    if (jsondoc_find(header, "zip", &value))
        return unsupported(verdict, "\"zip\": a compressed token");
    if (jsondoc_find(header, "cty", &value) && is_jwt_content(value))
        return unsupported(verdict, "\"cty\": a token within a token");
    return REASON_OK;
}

static enum reason
read_header(struct jws *jws, size_t length, struct verdict *verdict)
{
    char what[JSONDOC_WHAT_MAX];
    struct json_object *value;
    enum reason reason;

    verdict_check(verdict, "header", NULL);
    reason = jsondoc_parse(jws->bytes, length, &jws->header, what);
    if (reason == REASON_NO_MEMORY)
        return verdict_refuse(verdict, reason, "parsing the header");
    if (reason != REASON_OK) {
        verdict->truncated = true;
        return verdict_refuse(verdict, REASON_MALFORMED, "the header: %s",
                              what);
    }
    if (!jsondoc_find(jws->header, "alg", &value) ||
        !jsondoc_is_string(value, &jws->algorithm))
        return verdict_refuse(verdict, REASON_MALFORMED,
                              "the header has no \"alg\" that is a string");
    if (jsondoc_find(jws->header, "kid", &value) &&
        (!jsondoc_is_string(value, &jws->kid) ||
         strlen(jws->kid) > KEY_KID_MAX)) {
        jws->kid = NULL;
        return verdict_refuse(verdict, REASON_MALFORMED,
                              "\"kid\" is not a string of at most %d bytes",
                              KEY_KID_MAX);
    }
    return check_extensions(jws->header, verdict);
}

enum reason
jws_parse(const char *text, size_t length, size_t size_max, struct jws *ret_jws,
          struct verdict *verdict)
{
    size_t dots[2] = {0, 0};
    size_t header_length = 0;
    enum reason reason;

    *ret_jws = (struct jws){0};
    reason = check_size(length, size_max, verdict);
    if (reason == REASON_OK)
        reason = check_characters(text, length, verdict);
    if (reason == REASON_OK)
        reason = check_dots(text, length, dots, verdict);
    if (reason == REASON_OK)
        reason =
            decode_parts(ret_jws, text, length, dots, &header_length, verdict);
    if (reason == REASON_OK)
        reason = read_header(ret_jws, header_length, verdict);
    return reason;
}

void
jws_done(struct jws *jws)
{
    secret_free(jws->bytes, jws->bytes_size);
    jsondoc_free(jws->header);
    *jws = (struct jws){0};
}
