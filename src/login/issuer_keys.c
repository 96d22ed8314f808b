/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/issuer.h"

#include "base/text.h"
#include "keys/key_print.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

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

/* A print of a key, and whose it is. */
struct owned {
    const char *print;
    const struct issuer *issuer;
};

/* The print of a secret is for nobody to see. */
static enum reason
refuse_shared(const struct issuer *a, const struct issuer *b, const char *print,
              struct verdict *verdict)
{
    if (issuer_key_kind(a) == KEYSET_SECRETS)
        return verdict_refuse(verdict, REASON_BAD_CONFIG,
                              "[issuer %s] and [issuer %s] have a key in "
                              "common (a shared secret): a token of one would "
                              "be good as the other's",
                              a->name, b->name);
    return verdict_refuse(verdict, REASON_BAD_CONFIG,
                          "[issuer %s] and [issuer %s] have a key in common "
                          "(thumbprint %s): a token of one would be good as "
                          "the other's",
                          a->name, b->name, print);
}

/* Those of one type, 0 for all, in a section. False: out of memory. */
static bool
list_prints(const struct issuer *issuer, enum key_type type, bool builds,
            double now, struct strings *ret_prints)
{
    struct keyset keys = {0};
    enum reason reason =
        issuer_load_keys(issuer, (time_t)now, &keys, NULL, NULL);
    bool done = reason != REASON_NO_MEMORY;

    if (builds)
        keyset_build_all(&keys, NULL);
    for (size_t f = 0; done && f < keys.count; f++)
        for (size_t k = 0; done && k < keys.files[f].count; k++) {
            const struct key *key = &keys.files[f].keys[k];

            if (type == 0 || key->type == type)
                done = key_add_prints(key, ret_prints);
        }
    keyset_done(&keys);
    return done;
}

static enum reason
compare_one(const struct policy *policy, const struct issuer *issuer,
            enum key_type type, const struct strings *prints, double now,
            struct verdict *verdict)
{
    enum reason reason = REASON_OK;

    for (size_t i = 0; reason == REASON_OK && i < policy->issuer_count; i++) {
        const struct issuer *other = &policy->issuers[i];
        struct strings theirs = {0};

        if (issuer_is_same(issuer, other) ||
            issuer_key_kind(issuer) != issuer_key_kind(other))
            continue;
        if (!list_prints(other, type, false, now, &theirs))
            reason =
                verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
        for (size_t k = 0; reason == REASON_OK && k < theirs.count; k++)
            if (strings_have(prints, theirs.items[k]))
                reason = refuse_shared(issuer, other, theirs.items[k], verdict);
        strings_done(&theirs);
    }
    return reason;
}

static bool
has_other_issuer(const struct policy *policy)
{
    for (size_t i = 1; i < policy->issuer_count; i++)
        if (!issuer_is_same(&policy->issuers[0], &policy->issuers[i]))
            return true;
    return false;
}

enum reason
issuer_check_key(const struct policy *policy, const struct issuer *issuer,
                 const struct key *key, double now, struct verdict *verdict)
{
    struct strings prints = {0};
    enum reason reason = REASON_OK;

    if (!has_other_issuer(policy))
        return REASON_OK;
    verdict_check(verdict, "keys apart",
                  keyset_setting(issuer_key_kind(issuer)));
    if (key_add_prints(key, &prints))
        reason = compare_one(policy, issuer, key->type, &prints, now, verdict);
    else
        reason = verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    strings_done(&prints);
    return reason;
}

static int
compare_owned(const void *a, const void *b)
{
    return strcmp(((const struct owned *)a)->print,
                  ((const struct owned *)b)->print);
}

/* Once they are sorted, one that two have stands beside itself. */
static enum reason
compare_all(const struct policy *policy, const struct strings *prints,
            struct verdict *verdict)
{
    enum reason reason = REASON_OK;
    struct owned *all;
    size_t count = 0;

    for (size_t i = 0; i < policy->issuer_count; i++)
        count += prints[i].count;
    all = calloc(count + 1, sizeof *all);
    if (all == NULL)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    count = 0;
    for (size_t i = 0; i < policy->issuer_count; i++)
        for (size_t k = 0; k < prints[i].count; k++)
            all[count++] =
                (struct owned){prints[i].items[k], &policy->issuers[i]};
    qsort(all, count, sizeof *all, compare_owned);
    for (size_t i = 1; reason == REASON_OK && i < count; i++)
        if (text_equal(all[i - 1].print, all[i].print) &&
            !issuer_is_same(all[i - 1].issuer, all[i].issuer))
            reason = refuse_shared(
                all[i - 1].issuer < all[i].issuer ? all[i - 1].issuer
                                                  : all[i].issuer,
                all[i - 1].issuer < all[i].issuer ? all[i].issuer
                                                  : all[i - 1].issuer,
                all[i].print, verdict);
    free(all);
    return reason;
}

/* Returns an algorithm that is named and that this OpenSSL lacks, or NULL. */
static const struct algorithm *
find_missing(unsigned allowed)
{
    const struct algorithm *algorithm;

    for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
        if ((allowed & algorithm_bit(algorithm)) != 0 &&
            !algorithm_is_available(algorithm))
            return algorithm;
    return NULL;
}

enum reason
issuers_check_algorithms(const struct policy *policy, struct verdict *verdict)
{
    for (size_t i = 0; i < policy->issuer_count; i++) {
        const struct issuer *issuer = &policy->issuers[i];
        const struct algorithm *missing =
            find_missing(issuer->token.algorithms);

        if (missing == NULL)
            continue;
        verdict_check(verdict, "configuration", "algorithms");
        return verdict_refuse(
            verdict, REASON_BAD_CONFIG,
            "algorithms%s%s has %s, which needs " ALGORITHM_NEEDS
            "; this host has OpenSSL %s",
            issuer->name != NULL ? " of issuer " : "",
            issuer->name != NULL ? text_log_value(issuer->name).text : "",
            missing->name, OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
    }
    return REASON_OK;
}

enum reason
issuers_check_keys(const struct policy *policy, double now,
                   struct verdict *verdict)
{
    struct strings *prints;
    enum reason reason = REASON_OK;

    if (!has_other_issuer(policy))
        return REASON_OK;
    prints = calloc(policy->issuer_count, sizeof *prints);
    if (prints == NULL)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    for (size_t i = 0; reason == REASON_OK && i < policy->issuer_count; i++)
        if (!list_prints(&policy->issuers[i], 0, true, now, &prints[i]))
            reason =
                verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    if (reason == REASON_OK)
        reason = compare_all(policy, prints, verdict);
    for (size_t i = 0; i < policy->issuer_count; i++)
        strings_done(&prints[i]);
    free(prints);
    return reason;
}
