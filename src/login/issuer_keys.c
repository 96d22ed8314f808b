/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/issuer.h"

#include "base/text.h"
#include "keys/key_print.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
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

/* Those of all keys of a section. False: out of memory. */
static bool
list_prints(const struct issuer *issuer, bool builds, double now,
            struct strings *ret_prints)
{
    struct keyset keys = {0};
    enum reason reason =
        issuer_load_keys(issuer, (time_t)now, &keys, NULL, NULL);
    bool done = reason != REASON_NO_MEMORY;

    if (builds)
        keyset_build_all(&keys, NULL);
    for (size_t f = 0; done && f < keys.count; f++)
        for (size_t k = 0; done && k < keys.files[f].count; k++)
            done = key_add_prints(&keys.files[f].keys[k], ret_prints);
    keyset_done(&keys);
    return done;
}

/* A key, and what it is compared by with those of other sections. */
struct compared {
    const struct key *key;
    struct key_texts texts; /* of a public one */
    struct strings prints;  /* of a secret */
};

static bool
compare_with(const struct key *key, struct compared *ret_compared)
{
    *ret_compared = (struct compared){.key = key};
    return key->type == KEY_SECRET ? key_add_prints(key, &ret_compared->prints)
                                   : key_texts(key, &ret_compared->texts);
}

/* The same numbers, of which a key can be made: one that is bad is nobody's. */
static bool
is_same_key(struct key *key, const struct compared *compared)
{
    char what[KEY_WHAT_MAX];
    bool is_same = false;

    ERR_set_mark();
    if (!key->is_bad && key_has_texts(key, &compared->texts))
        is_same = key_build(key, what) == KEY_GOOD;
    ERR_pop_to_mark();
    return is_same;
}

/* The print of a public key that is in the other section; "": it is not. */
static bool
find_public(const struct issuer *other, const struct compared *compared,
            double now, char ret_print[KEY_THUMBPRINT_SIZE])
{
    struct keyset keys = {0};
    enum reason reason =
        issuer_load_keys(other, (time_t)now, &keys, NULL, NULL);
    bool done = reason != REASON_NO_MEMORY;
    bool found = false;

    for (size_t f = 0; done && f < keys.count; f++)
        for (size_t k = 0; !found && k < keys.files[f].count; k++)
            found = is_same_key(&keys.files[f].keys[k], compared);
    keyset_done(&keys);
    ret_print[0] = '\0';
    return done && (!found || key_thumbprint(compared->key, ret_print));
}

/* The same of a secret, by the prints of all secrets there. */
static bool
find_secret(const struct issuer *other, const struct compared *compared,
            double now, char ret_print[KEY_THUMBPRINT_SIZE])
{
    struct strings theirs = {0};
    bool done = list_prints(other, false, now, &theirs);

    ret_print[0] = '\0';
    for (size_t i = 0; done && i < theirs.count; i++)
        if (strings_have(&compared->prints, theirs.items[i]))
            snprintf(ret_print, KEY_THUMBPRINT_SIZE, "secret");
    strings_done(&theirs);
    return done;
}

static enum reason
compare_one(const struct policy *policy, const struct issuer *issuer,
            const struct compared *compared, double now,
            struct verdict *verdict)
{
    enum reason reason = REASON_OK;

    for (size_t i = 0; reason == REASON_OK && i < policy->issuer_count; i++) {
        const struct issuer *other = &policy->issuers[i];
        char print[KEY_THUMBPRINT_SIZE];
        bool done;

        if (issuer_is_same(issuer, other) ||
            issuer_key_kind(issuer) != issuer_key_kind(other))
            continue;
        done = issuer_key_kind(issuer) == KEYSET_SECRETS
                   ? find_secret(other, compared, now, print)
                   : find_public(other, compared, now, print);
        if (!done)
            reason =
                verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
        else if (print[0] != '\0')
            reason = refuse_shared(issuer, other, print, verdict);
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
    struct compared compared;
    enum reason reason = REASON_OK;

    if (!has_other_issuer(policy))
        return REASON_OK;
    verdict_check(verdict, "keys apart",
                  keyset_setting(issuer_key_kind(issuer)));
    if (compare_with(key, &compared))
        reason = compare_one(policy, issuer, &compared, now, verdict);
    else
        reason = verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    key_texts_done(&compared.texts);
    strings_done(&compared.prints);
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
        if (!list_prints(&policy->issuers[i], true, now, &prints[i]))
            reason =
                verdict_refuse(verdict, REASON_NO_MEMORY, "comparing keys");
    if (reason == REASON_OK)
        reason = compare_all(policy, prints, verdict);
    for (size_t i = 0; i < policy->issuer_count; i++)
        strings_done(&prints[i]);
    free(prints);
    return reason;
}
