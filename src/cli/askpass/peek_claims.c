/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/askpass/peek_claims.h"

#include "base/base64.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "json/document.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct json_object *
read_payload(const char *token)
{
    const char *from = strchr(token, '.');
    const char *to = from != NULL ? strchr(from + 1, '.') : NULL;
    struct json_object *payload = NULL;
    char what[JSONDOC_WHAT_MAX];
    size_t length;
    char *text;

    if (to == NULL)
        return NULL;
    length = (size_t)(to - from - 1);
    text = calloc(1, length + 4);
    if (text == NULL)
        cli_no_memory();
    if (base64url_decode(from + 1, length, (unsigned char *)text, &length) &&
        jsondoc_parse(text, length, &payload, what) != REASON_OK)
        payload = NULL;
    secret_free(text, length);
    return payload;
}

bool
peek_claims_read(const char *token, struct peek_claims *ret_claims)
{
    struct json_object *value;

    *ret_claims = (struct peek_claims){.payload = read_payload(token)};
    if (ret_claims->payload == NULL)
        return false;
    ret_claims->has_expires =
        jsondoc_find(ret_claims->payload, "exp", &value) &&
        jsondoc_is_time(value, &ret_claims->expires);
    ret_claims->has_not_before =
        jsondoc_find(ret_claims->payload, "nbf", &value) &&
        jsondoc_is_time(value, &ret_claims->not_before);
    return true;
}

#define SCHEME_BYTES                                                 \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" \
    "+-."

/* Finds the host of SCHEME://[USER@]HOST[:PORT][/...]; NULL: not such a URI. */
static const char *
host_of(const char *uri, size_t *ret_length)
{
    const char *host = strstr(uri, "://");
    const char *at;
    size_t length;

    if (host == NULL || host == uri ||
        strspn(uri, SCHEME_BYTES) != (size_t)(host - uri))
        return NULL;
    host += 3;
    length = strcspn(host, "/?#");
    at = memrchr(host, '@', length);
    if (at != NULL) {
        length -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    if (*host == '[') {
        host++;
        *ret_length = strcspn(host, "]");
    } else {
        const char *port = memchr(host, ':', length);

        *ret_length = port != NULL ? (size_t)(port - host) : length;
    }
    return *ret_length > 0 ? host : NULL;
}

static bool
is_host(const char *audience, const char *host)
{
    size_t length = strlen(audience);
    const char *name =
        strstr(audience, "://") != NULL ? host_of(audience, &length) : audience;

    return name != NULL && length > 0 && length == strlen(host) &&
           strncasecmp(name, host, length) == 0;
}

static struct json_object *
audience(const struct peek_claims *claims, size_t at, size_t *ret_count)
{
    struct json_object *value;

    *ret_count = 0;
    if (!jsondoc_find(claims->payload, "aud", &value))
        return NULL;
    if (!jsondoc_is_array(value)) {
        *ret_count = 1;
        return value;
    }
    *ret_count = jsondoc_array_size(value);
    return at < *ret_count ? jsondoc_array_item(value, at) : NULL;
}

bool
peek_claims_names_host(const struct peek_claims *claims, const char *host)
{
    size_t count = 1;

    for (size_t i = 0; i < count; i++) {
        struct json_object *value = audience(claims, i, &count);
        const char *text;

        if (jsondoc_is_string(value, &text) && is_host(text, host))
            return true;
    }
    return false;
}

const char *
peek_claims_audience(const struct peek_claims *claims)
{
    size_t count;
    const char *text;
    struct json_object *value = audience(claims, 0, &count);

    return jsondoc_is_string(value, &text) ? text : "";
}

void
peek_claims_done(struct peek_claims *claims)
{
    jsondoc_free(claims->payload);
    *claims = (struct peek_claims){0};
}
