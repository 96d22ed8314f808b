/* SPDX-License-Identifier: BSD-2-Clause */
#include "issuer.h"

#include "jsondoc.h"
#include "text.h"

#include <stdlib.h>

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

enum keyset_kind
issuer_key_kind(const struct issuer *issuer)
{
    return issuer->secret_files.count > 0 ? KEYSET_SECRETS : KEYSET_PUBLIC;
}

const struct strings *
issuer_key_paths(const struct issuer *issuer)
{
    return issuer_key_kind(issuer) == KEYSET_SECRETS ? &issuer->secret_files
                                                     : &issuer->key_files;
}

enum reason
issuer_load_keys(const struct issuer *issuer, time_t now,
                 struct keyset *ret_keys, struct strings *problems,
                 struct strings *notes)
{
    const struct keyset_policy policy = {.kind = issuer_key_kind(issuer),
                                         .encoding = issuer->secret_encoding,
                                         .allowed = issuer->token.algorithms,
                                         .age_max = issuer->key_age_max};

    return keyset_load(issuer_key_paths(issuer), &policy, now, ret_keys,
                       problems, notes);
}

/* Every usable key of a section, as thumbprints. False: out of memory. */
static bool
list_keys(const struct issuer *issuer, double now, struct strings *ret_prints)
{
    struct keyset keys = {0};
    enum reason reason =
        issuer_load_keys(issuer, (time_t)now, &keys, NULL, NULL);
    bool done =
        reason != REASON_NO_MEMORY && keyset_thumbprints(&keys, ret_prints);

    keyset_done(&keys);
    return done;
}

static enum reason
compare_keys(const struct policy *policy, const struct strings *prints,
             struct verdict *verdict)
{
    for (size_t i = 0; i < policy->issuer_count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct issuer *a = &policy->issuers[j];
            const struct issuer *b = &policy->issuers[i];

            for (size_t k = 0; !issuer_is_same(a, b) && k < prints[i].count;
                 k++)
                if (strings_have(&prints[j], prints[i].items[k]))
                    return verdict_refuse(
                        verdict, REASON_BAD_CONFIG,
                        "[issuer %s] and [issuer %s] have a key in common "
                        "(thumbprint %s): a token of one would be good as "
                        "the other's",
                        a->name, b->name, prints[i].items[k]);
        }
    return REASON_OK;
}

enum reason
issuers_check_keys(const struct policy *policy, double now,
                   struct verdict *verdict)
{
    struct strings *prints;
    enum reason reason = REASON_OK;
    size_t different = 0;

    for (size_t i = 1; i < policy->issuer_count; i++)
        if (!issuer_is_same(&policy->issuers[0], &policy->issuers[i]))
            different++;
    if (different == 0)
        return REASON_OK;
    verdict_check(verdict, "keys apart", "key_file");
    prints = calloc(policy->issuer_count, sizeof *prints);
    if (prints == NULL)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    for (size_t i = 0; reason == REASON_OK && i < policy->issuer_count; i++)
        if (!list_keys(&policy->issuers[i], now, &prints[i]))
            reason =
                verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    if (reason == REASON_OK)
        reason = compare_keys(policy, prints, verdict);
    for (size_t i = 0; i < policy->issuer_count; i++)
        strings_done(&prints[i]);
    free(prints);
    return reason;
}
