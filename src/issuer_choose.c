/* SPDX-License-Identifier: BSD-2-Clause */
#include "issuer.h"

#include "jsondoc.h"
#include "text.h"

/* "iss" of a payload whose signature was not looked at yet. */
static enum reason
peek_issuer(const struct token *token, struct json_object **ret_payload,
            const char **ret_name, struct verdict *verdict)
{
    char what[JSONDOC_WHAT_MAX];
    struct json_object *value;
    enum reason reason = jsondoc_parse(
        token->jws.payload, token->jws.payload_length, ret_payload, what);

    if (reason == REASON_NO_MEMORY)
        return verdict_refuse(verdict, reason, "parsing the payload");
    if (reason != REASON_OK)
        return verdict_refuse(verdict, reason, "the payload: %s", what);
    if (!jsondoc_find(*ret_payload, "iss", &value))
        return verdict_refuse(verdict, REASON_MISSING_CLAIM, "iss");
    if (!jsondoc_is_string(value, ret_name))
        return verdict_refuse(verdict, REASON_BAD_CLAIM, "iss is no string");
    return REASON_OK;
}

/* Among several sections for this service, by "iss". */
static enum reason
choose_by_issuer(const struct policy *policy, const char *service,
                 const struct token *token, const struct issuer **ret_issuer,
                 struct verdict *verdict)
{
    struct json_object *payload = NULL;
    const char *name = NULL;
    enum reason reason = peek_issuer(token, &payload, &name, verdict);

    for (size_t i = 0; reason == REASON_OK && i < policy->issuer_count; i++) {
        const struct issuer *issuer = &policy->issuers[i];

        if ((service == NULL ? issuer->services.count == 0
                             : strings_have(&issuer->services, service)) &&
            text_equal(issuer->token.claims.issuer, name))
            *ret_issuer = issuer;
    }
    jsondoc_free(payload);
    if (reason != REASON_OK || *ret_issuer != NULL)
        return reason;
    /* Until a signature holds, nothing of the payload may be logged. */
    return verdict_refuse(verdict, REASON_UNKNOWN_ISSUER,
                          "the iss of the token is that of no section "
                          "(pam-jwt verify --insecure shows it)");
}

enum reason
issuer_choose(const struct policy *policy, const char *service,
              const struct token *token, const struct issuer **ret_issuer,
              struct verdict *verdict)
{
    const struct issuer *named = NULL;
    const struct issuer *unnamed = NULL;
    size_t named_count = 0;
    size_t unnamed_count = 0;

    *ret_issuer = NULL;
    verdict_check(verdict, "section", "services");
    for (size_t i = 0; i < policy->issuer_count; i++) {
        const struct issuer *issuer = &policy->issuers[i];

        if (issuer->services.count == 0) {
            unnamed = issuer;
            unnamed_count++;
        } else if (strings_have(&issuer->services, service)) {
            named = issuer;
            named_count++;
        }
    }
    if (named_count + unnamed_count == 0)
        return verdict_refuse(verdict, REASON_SERVICE_NOT_ALLOWED,
                              "services names %s nowhere: add it to a section",
                              service != NULL ? text_bare(service).text
                                              : "an unknown service");
    *ret_issuer = named_count > 0 ? named : unnamed;
    if (named_count == 1 || (named_count == 0 && unnamed_count == 1))
        return REASON_OK;
    *ret_issuer = NULL;
    verdict_check(verdict, "section", "issuer");
    return choose_by_issuer(policy, named_count > 0 ? service : NULL, token,
                            ret_issuer, verdict);
}
