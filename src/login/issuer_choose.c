/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/issuer.h"

#include "base/text.h"
#include "json/document.h"

/* sudo -i and su - are services of their own, and give the same. */
static const struct {
    const char *service;
    const char *stands_for;
} families[] = {
    {"sudo", "sudo-i"},
    {"su", "su-l"},
};

bool
service_is_kin(const char *a, const char *b)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if ((text_equal(a, families[i].service) ||
             text_equal(a, families[i].stands_for)) &&
            (text_equal(b, families[i].service) ||
             text_equal(b, families[i].stands_for)))
            return true;
    return text_equal(a, b);
}

static bool
is_named(const struct policy *policy, const char *service)
{
    for (size_t i = 0; i < policy->issuer_count; i++)
        if (strings_have(&policy->issuers[i].services, service))
            return true;
    return false;
}

const char *
issuers_named_service(const struct policy *policy, const char *service)
{
    if (is_named(policy, service))
        return service;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (text_equal(service, families[i].stands_for) &&
            is_named(policy, families[i].service))
            return families[i].service;
    return NULL;
}

bool
issuer_answers(const struct issuer *issuer, const char *named)
{
    return named == NULL ? issuer->services.count == 0
                         : strings_have(&issuer->services, named);
}

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
        return verdict_refuse(verdict, REASON_BAD_CLAIM, "iss is not a string");
    return REASON_OK;
}

/* Among several sections for this service, by "iss". */
static enum reason
choose_by_issuer(const struct policy *policy, const char *named,
                 const struct token *token, const struct issuer **ret_issuer,
                 struct verdict *verdict)
{
    struct json_object *payload = NULL;
    const char *name = NULL;
    enum reason reason = peek_issuer(token, &payload, &name, verdict);

    *ret_issuer = NULL;
    for (size_t i = 0; reason == REASON_OK && i < policy->issuer_count; i++)
        if (issuer_answers(&policy->issuers[i], named) &&
            strings_have(&policy->issuers[i].token.claims.issuers, name))
            *ret_issuer = &policy->issuers[i];
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
    const char *named = issuers_named_service(policy, service);
    size_t count = 0;

    *ret_issuer = NULL;
    verdict_check(verdict, "section", "services");
    for (size_t i = 0; i < policy->issuer_count; i++)
        if (issuer_answers(&policy->issuers[i], named)) {
            *ret_issuer = &policy->issuers[i];
            count++;
        }
    if (count == 0)
        return verdict_refuse(verdict, REASON_SERVICE_NOT_ALLOWED,
                              "services names %s nowhere: add it to a section",
                              service != NULL ? text_log_value(service).text
                                              : "an unknown service");
    if (count == 1)
        return REASON_OK;
    verdict_check(verdict, "section", "issuer");
    return choose_by_issuer(policy, named, token, ret_issuer, verdict);
}
