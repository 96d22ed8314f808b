/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/token.h"

#include "base/text.h"
#include "token/signature.h"
#include "token/token_kind.h"
#include "json/document.h"

#include <string.h>

/*
 * The checks behind those of jws.c, in this order:
 * 1. "typ" MUST be one of token_types.
 * 2. A configured key MUST have signed it (signature.c).
 * 3. Only then the payload is parsed: it MUST be one JSON object.
 * 4. It MUST be an access token that is bound to nothing (token_kind.c).
 * 5. Its claims MUST be as claims.c has it.
 */

static bool
is_accepted_type(const char *type, const struct strings *accepted)
{
    if (accepted->count == 0)
        return text_equal_media_type(type, "JWT") ||
               text_equal_media_type(type, "at+jwt");
    for (size_t i = 0; i < accepted->count; i++)
        if (text_equal_media_type(type, accepted->items[i]))
            return true;
    return false;
}

static enum reason
check_type(const struct jws *jws, const struct token_policy *policy,
           struct verdict *verdict)
{
    struct json_object *value;
    const char *type;

    verdict_check(verdict, "type", "token_types");
    if (!jsondoc_find(jws->header, "typ", &value))
        return policy->types.count == 0
                   ? REASON_OK
                   : verdict_refuse(verdict, REASON_WRONG_TYPE,
                                    "token has no typ, token_types wants one");
    if (!jsondoc_is_string(value, &type))
        return verdict_refuse(verdict, REASON_WRONG_TYPE,
                              "typ is not a string");
    if (is_accepted_type(type, &policy->types))
        return REASON_OK;
    return verdict_refuse(
        verdict, REASON_WRONG_TYPE, "token has typ=%s, token_types is %s%s",
        text_quote(type, strlen(type)).text,
        policy->types.count == 0 ? "JWT at+jwt"
                                 : text_log_value(policy->types.items[0]).text,
        policy->types.count > 1 ? " or others" : "");
}

static enum reason
parse_payload(struct token *token, struct verdict *verdict)
{
    char what[JSONDOC_WHAT_MAX];
    enum reason reason;

    verdict_check(verdict, "payload", NULL);
    reason = jsondoc_parse(token->jws.payload, token->jws.payload_length,
                           &token->payload, what);
    if (reason == REASON_NO_MEMORY)
        return verdict_refuse(verdict, reason, "parsing the payload");
    if (reason != REASON_OK)
        return verdict_refuse(verdict, reason, "the payload: %s", what);
    return REASON_OK;
}

enum reason
token_parse(const char *text, size_t length, size_t size_max,
            struct token *ret_token, struct verdict *verdict)
{
    *ret_token = (struct token){0};
    return jws_parse(text, length, size_max, &ret_token->jws, verdict);
}

enum reason
token_verify(struct token *token, const struct token_policy *policy,
             struct keyset *keys, const struct template_facts *facts,
             double now, struct strings *problems, struct verdict *verdict)
{
    enum reason reason = check_type(&token->jws, policy, verdict);

    if (reason == REASON_OK)
        reason = signature_check(&token->jws, policy->algorithms, keys,
                                 problems, verdict);
    if (reason == REASON_OK)
        reason = parse_payload(token, verdict);
    if (reason == REASON_OK)
        reason = token_kind_check(token->jws.header, token->payload,
                                  policy->refuse_refresh, verdict);
    if (reason == REASON_OK)
        reason = claims_check(token->payload, &policy->claims, facts, now,
                              &token->claims, verdict);
    return reason;
}

void
token_done(struct token *token)
{
    jsondoc_free(token->payload);
    jws_done(&token->jws);
    *token = (struct token){0};
}
