/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/issuer.h"

#include "base/pattern.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds what is not in it yet. */
static bool
add_names(struct strings *names, const struct strings *others, bool *ret_added)
{
    for (size_t i = 0; i < others->count; i++) {
        if (strings_have(names, others->items[i]))
            continue;
        *ret_added = true;
        if (!strings_add(names, others->items[i], strlen(others->items[i])))
            return false;
    }
    return true;
}

/* The first of `a` that is in `b`, too; NULL for none. */
static const char *
common_name(const struct strings *a, const struct strings *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (strings_have(b, a->items[i]))
            return a->items[i];
    return NULL;
}

/* Adds to each section the names of those that share one with it. */
static bool
spread_names(struct policy *policy, bool *ret_added)
{
    struct issuer *issuers = policy->issuers;

    *ret_added = false;
    for (size_t i = 0; i < policy->issuer_count; i++)
        for (size_t j = 0; j < policy->issuer_count; j++)
            if (common_name(&issuers[i].known_as, &issuers[j].known_as) !=
                    NULL &&
                !add_names(&issuers[i].known_as, &issuers[j].known_as,
                           ret_added))
                return false;
    return true;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool
issuers_set_names(struct policy *policy)
{
    bool has_several = false;
    bool added;

    for (size_t i = 0; i < policy->issuer_count; i++) {
        struct issuer *issuer = &policy->issuers[i];

        strings_done(&issuer->known_as);
        if (!add_names(&issuer->known_as, &issuer->token.claims.issuers,
                       &added))
            return false;
        has_several = has_several || issuer->known_as.count > 1;
    }
    added = has_several;
    while (added)
        if (!spread_names(policy, &added))
            return false;
    /* One order everywhere: of two who use a token at once one is the first. */
    for (size_t i = 0; i < policy->issuer_count; i++)
        if (policy->issuers[i].known_as.count > 1)
            qsort(policy->issuers[i].known_as.items,
                  policy->issuers[i].known_as.count, sizeof(char *),
                  compare_names);
    return true;
}

bool
issuer_is_same(const struct issuer *a, const struct issuer *b)
{
    return (a->known_as.count == 0 && b->known_as.count == 0) ||
           common_name(&a->known_as, &b->known_as) != NULL;
}

bool
issuers_share_iss(const struct issuer *a, const struct issuer *b)
{
    const struct strings *one = &a->token.claims.issuers;
    const struct strings *other = &b->token.claims.issuers;

    return one->count == 0 || other->count == 0 ||
           common_name(one, other) != NULL;
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
    const struct strings *one = &a->token.claims.issuers;
    const struct strings *other = &b->token.claims.issuers;
    const char *service = common_service(a, b);
    const char *name = common_name(one, other);

    if (service == NULL)
        return true;
    if (one->count == 0 || other->count == 0)
        snprintf(what, ISSUER_WHAT_MAX,
                 "[issuer %s] and [issuer %s] are both for %s: each of them "
                 "needs issuer",
                 a->name, b->name, service);
    else if (name != NULL)
        snprintf(what, ISSUER_WHAT_MAX,
                 "[issuer %s] and [issuer %s] have the same issuer for %s: %s",
                 a->name, b->name, service, text_log_value(name).text);
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
        if (issuers[i].known_as.count > ISSUER_NAMES_MAX) {
            snprintf(ret_what, ISSUER_WHAT_MAX,
                     "[issuer %s] and those that share a name of its issuer "
                     "have more than %d names",
                     issuers[i].name, ISSUER_NAMES_MAX);
            return false;
        }
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
    strings_done(&issuer->token.claims.issuers);
    strings_done(&issuer->known_as);
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
