/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/token_kind.h"

#include "base/text.h"
#include "json/document.h"

#include <string.h>

/*
 * The checks, in this order:
 * 1. It MUST NOT be bound to a key, by "cnf" (RFC 7800) or a "typ" of DPoP:
 *    nothing here confirms that its holder has the key, and RFC 9449 section
 *    7.2 forbids to take it as a bearer token. Its value does not matter.
 * 2. "refresh", where present, MUST be false.
 * 3. "token_use", "token_type", "typ" and "use", where present, MUST say that
 *    it is an access token.
 * 4. "type" MUST NOT be, or have, the name of another kind.
 * 5. It MUST NOT have "events" (a security event, RFC 8417, or a logout token).
 * 6. It MUST NOT have a mark of an ID token, unless it says to be an access
 *    token: the ID tokens of many providers have no other mark.
 *
 * Keycloak tells kinds apart by "typ", Cognito by "token_use", the FastAPI
 * article by "refresh"; no RFC has a rule for tokens without a "typ" header
 * (RFC 8725 section 3.12).
 */

static const char *const kind_claims[] = {"token_use", "token_type", "typ",
                                          "use", NULL};

static bool
is_one_of(const char *text, const char *const *list)
{
    for (; *list != NULL; list++)
        if (text_equal_nocase(text, *list))
            return true;
    return false;
}

static enum reason
check_binding(struct json_object *payload, struct verdict *verdict)
{
    struct json_object *value;

    verdict_check(verdict, "confirmation", NULL);
    if (jsondoc_find(payload, "cnf", &value))
        return verdict_refuse(verdict, REASON_NOT_CONFIRMED,
                              "claim cnf binds the token to a key, and nothing "
                              "here can confirm that: a token without cnf is "
                              "needed");
    if (text_equal_nocase(jsondoc_string(payload, "typ"), "DPoP"))
        return verdict_refuse(verdict, REASON_NOT_CONFIRMED,
                              "claim typ is \"DPoP\", and there is no cnf with "
                              "the key");
    return REASON_OK;
}

static enum reason
refuse_kind(struct verdict *verdict, const char *name,
            struct json_object *value)
{
    const char *text;

    if (!jsondoc_is_string(value, &text))
        return verdict_refuse(verdict, REASON_REFRESH_TOKEN,
                              "claim %s is set, and refuse_refresh is yes",
                              name);
    return verdict_refuse(verdict, REASON_REFRESH_TOKEN,
                          "claim %s is %s, and refuse_refresh is yes", name,
                          text_quote(text, strlen(text)).text);
}

static enum reason
check_named_kind(struct json_object *payload, struct verdict *verdict)
{
    static const char *const access[] = {"access", "bearer", "access_token",
                                         "jwt",    "at+jwt", NULL};
    struct json_object *value;
    const char *text;

    if (jsondoc_find(payload, "refresh", &value) && !jsondoc_is_false(value))
        return refuse_kind(verdict, "refresh", value);
    for (const char *const *name = kind_claims; *name != NULL; name++)
        if (jsondoc_find(payload, *name, &value) &&
            !(jsondoc_is_string(value, &text) && is_one_of(text, access)))
            return refuse_kind(verdict, *name, value);
    return REASON_OK;
}

static bool
is_other_type(struct json_object *value)
{
    static const char *const other[] = {
        "refresh", "refresh_token", "id",     "id_token",
        "reset",   "verify",        "invite", NULL};
    const char *text;

    return jsondoc_is_string(value, &text) && is_one_of(text, other);
}

/* "type" has many other uses, so that only names of other kinds count. */
static enum reason
check_type_claim(struct json_object *payload, struct verdict *verdict)
{
    struct json_object *value;

    if (!jsondoc_find(payload, "type", &value))
        return REASON_OK;
    if (is_other_type(value))
        return refuse_kind(verdict, "type", value);
    for (size_t i = 0; i < jsondoc_array_size(value); i++)
        if (is_other_type(jsondoc_array_item(value, i)))
            return refuse_kind(verdict, "type", jsondoc_array_item(value, i));
    return REASON_OK;
}

/* RFC 9068 by its header; others by one of the claims. */
static bool
says_access(struct json_object *header, struct json_object *payload)
{
    static const char *const access[] = {"access", "bearer", "access_token",
                                         "at+jwt", NULL};
    const char *type = jsondoc_string(header, "typ");

    if (type != NULL && text_equal_media_type(type, "at+jwt"))
        return true;
    for (const char *const *name = kind_claims; *name != NULL; name++)
        if (is_one_of(jsondoc_string(payload, *name), access))
            return true;
    return is_one_of(jsondoc_string(payload, "type"), access);
}

static enum reason
check_id_marks(struct json_object *header, struct json_object *payload,
               struct verdict *verdict)
{
    static const char *const marks[] = {"nonce", "at_hash", "c_hash", "s_hash"};
    struct json_object *value;

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (jsondoc_find(payload, marks[i], &value) &&
            !says_access(header, payload))
            return verdict_refuse(verdict, REASON_REFRESH_TOKEN,
                                  "claim %s marks an ID token, and "
                                  "refuse_refresh is yes: the access token "
                                  "is needed",
                                  marks[i]);
    return REASON_OK;
}

enum reason
token_kind_check(struct json_object *header, struct json_object *payload,
                 bool refuse_refresh, struct verdict *verdict)
{
    struct json_object *value;
    enum reason reason = check_binding(payload, verdict);

    if (reason != REASON_OK)
        return reason;
    verdict_check(verdict, "access token", "refuse_refresh");
    if (!refuse_refresh)
        return REASON_OK;
    reason = check_named_kind(payload, verdict);
    if (reason == REASON_OK)
        reason = check_type_claim(payload, verdict);
    if (reason == REASON_OK && jsondoc_find(payload, "events", &value))
        return verdict_refuse(verdict, REASON_REFRESH_TOKEN,
                              "claim events marks a logout token or a security "
                              "event, and refuse_refresh is yes");
    if (reason == REASON_OK)
        reason = check_id_marks(header, payload, verdict);
    return reason;
}
