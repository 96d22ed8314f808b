/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/issuer.h"

#include "base/pattern.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
issuer_is_same(const struct issuer *a, const struct issuer *b)
{
    const char *one = a->token.claims.issuer;
    const char *other = b->token.claims.issuer;

    return one == NULL || other == NULL ? one == other : text_equal(one, other);
}

bool
issuers_share_iss(const struct issuer *a, const struct issuer *b)
{
    return a->token.claims.issuer == NULL || b->token.claims.issuer == NULL ||
           issuer_is_same(a, b);
}

/* A service that both sections are chosen for: NULL for none. */
static const char *
common_service(const struct issuer *a, const struct issuer *b)
{
    if (a->services.count == 0 && b->services.count == 0)
        return "any service";
    for (size_t i = 0; i < a->services.count; i++)
        if (strings_have(&b->services, a->services.items[i]))
            return a->services.items[i];
    return NULL;
}

static bool
are_distinct(const struct issuer *a, const struct issuer *b, char *what)
{
    const char *service = common_service(a, b);

    if (service == NULL)
        return true;
    if (a->token.claims.issuer == NULL || b->token.claims.issuer == NULL)
        snprintf(what, ISSUER_WHAT_MAX,
                 "[issuer %s] and [issuer %s] are both for %s: each of them "
                 "needs issuer",
                 a->name, b->name, service);
    else if (issuer_is_same(a, b))
        snprintf(what, ISSUER_WHAT_MAX,
                 "[issuer %s] and [issuer %s] have the same issuer for %s",
                 a->name, b->name, service);
    else
        return true;
    return false;
}

bool
issuers_are_distinct(const struct policy *policy,
                     char ret_what[ISSUER_WHAT_MAX])
{
    const struct issuer *issuers = policy->issuers;

    for (size_t i = 0; policy->issuer_count > 1 && i < policy->issuer_count;
         i++) {
        if (issuers[i].user_map == NULL &&
            !issuers[i].account.allow_users.is_set &&
            !issuers[i].account.allow_groups.is_set) {
            snprintf(ret_what, ISSUER_WHAT_MAX,
                     "[issuer %s] needs user_map, allow_users or "
                     "allow_groups, as there are others",
                     issuers[i].name);
            return false;
        }
        for (size_t j = 0; j < i; j++)
            if (!are_distinct(&issuers[j], &issuers[i], ret_what))
                return false;
    }
    return true;
}

static void
issuer_done(struct issuer *issuer)
{
    free(issuer->name);
    strings_done(&issuer->services);
    strings_done(&issuer->key_files);
    strings_done(&issuer->secret_files);
    strings_done(&issuer->token.types);
    strings_done(&issuer->token.claims.audience);
    free(issuer->token.claims.issuer);
    free(issuer->token.claims.user_claim);
    requirements_done(&issuer->token.claims.requirements);
    free(issuer->user_map);
    pattern_free(issuer->account.user_pattern);
    strings_done(&issuer->account.allow_users.names);
    strings_done(&issuer->account.allow_groups.names);
    strings_done(&issuer->exports);
    store_uri_done(&issuer->replay.store_uri);
}

void
issuers_done(struct policy *policy)
{
    for (size_t i = 0; i < policy->issuer_count; i++)
        issuer_done(&policy->issuers[i]);
    free(policy->issuers);
    policy->issuers = NULL;
    policy->issuer_count = 0;
}
