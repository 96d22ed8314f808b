/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset_loading.h"

#include "keys/key_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file may be a little newer than a clock that is being set right. */
#define FUTURE_MAX 300

/*
 * An issuer withdraws a key by no longer publishing it, which only a set that
 * is fetched again can tell.
 */
static bool
is_stale(const struct keyfile *file, const struct loading *loading,
         char ret_what[READFILE_WHAT_MAX])
{
    double age = (double)loading->now - file->changed;

    if (loading->policy->age_max == 0)
        return false;
    if (age > loading->policy->age_max)
        snprintf(ret_what, READFILE_WHAT_MAX,
                 "the key set was last fetched %.0fs ago, max_key_age is %.0fs "
                 "(does pam-jwt jwks fetch still run?)",
                 age, loading->policy->age_max);
    else if (age < -FUTURE_MAX)
        snprintf(ret_what, READFILE_WHAT_MAX,
                 "the key set is %.0fs newer than this host's clock, which "
                 "max_key_age does not allow",
                 -age);
    else
        return false;
    return true;
}

/* Looks at the entries of a set, or at the one that the file is. */
static bool
list_entries(struct keyfile *file, const struct jsonnode *set,
             size_t *ret_count)
{
    const struct jsontext *json = &file->json;
    size_t count = 0;

    for (const struct jsonnode *at = jsonnode_first(json, set); at != NULL;
         at = jsonnode_next(json, set, at))
        count++;
    file->entries = calloc(count + 1, sizeof *file->entries);
    if (file->entries == NULL)
        return false;
    count = 0;
    for (const struct jsonnode *at = jsonnode_first(json, set); at != NULL;
         at = jsonnode_next(json, set, at))
        jwk_read(json, at, &file->entries[count++]);
    *ret_count = count;
    return true;
}

/*
 * A set of secrets and public keys is how algorithm confusion begins, and what
 * holds a private key was never meant for this place. NULL: neither.
 */
static const char *
judge(const struct jwk *entries, size_t count, enum keyset_kind kind,
      size_t *ret_number)
{
    size_t secrets = 0;

    *ret_number = 0;
    for (size_t i = 0; i < count; i++) {
        *ret_number = i + 1;
        if (entries[i].is_private)
            return "a private key where public keys belong";
        if (entries[i].is_secret)
            secrets++;
    }
    *ret_number = 0;
    if (secrets > 0 && secrets < count)
        return "secrets and public keys in one set";
    if (secrets > 0 && kind == KEYSET_PUBLIC)
        return "a shared secret, which key_file does not take (secret_file)";
    if (secrets == 0 && count > 0 && kind == KEYSET_SECRETS)
        return "a public key, which secret_file does not take (key_file)";
    return NULL;
}

/* An algorithm is allowed that would take it, were it longer. */
static bool
is_too_short(const struct key *key, const struct loading *loading)
{
    struct key longer = {.type = key->type,
                         .secret_length = ALGORITHM_MAC_MAX,
                         .only = key->only};

    return key->type == KEY_SECRET &&
           keyset_allows(loading->policy->allowed, &longer);
}

/* An entry that is bad stays: its "kid" does not name one key alone. */
static bool
add_bad(struct keyfile *file, struct key *key, const struct loading *loading,
        const char *what)
{
    key->is_bad = true;
    file->count++;
    if (file->bad++ >= KEYSET_SAID_MAX)
        return true;
    return keyset_complain_key(loading->problems, file->path, key, what);
}

/* A log is not filled by what is in one file. */
static bool
say_rest(const struct keyfile *file, const struct loading *loading)
{
    if (file->bad <= KEYSET_SAID_MAX || loading->problems == NULL)
        return true;
    return strings_addf(loading->problems, "%s: %zu more of its keys are bad",
                        file->path, file->bad - KEYSET_SAID_MAX);
}

/* keyset_allows(), of which for most keys little is to be asked. */
static bool
is_allowed(const struct key *key, struct loading *loading)
{
    if (key->type == KEY_SECRET)
        return keyset_allows(loading->policy->allowed, key);
    if (key->only == NULL)
        return (loading->types & (unsigned)key->type) != 0;
    if (key->only == loading->last_only && key->type == loading->last_type)
        return true;
    if (!keyset_allows(loading->policy->allowed, key))
        return false;
    loading->last_only = key->only;
    loading->last_type = key->type;
    return true;
}

static bool
add_good(struct keyfile *file, struct key *key, struct loading *loading)
{
    char what[KEY_WHAT_MAX];
    bool done = true;

    if (is_allowed(key, loading)) {
        file->count++;
        return true;
    }
    if (is_too_short(key, loading))
        return add_bad(file, key, loading,
                       "the secret is too short for algorithms");
    if (loading->notes != NULL) {
        keyset_say_excluded(key, loading->policy->allowed, what);
        done = keyset_complain_key(loading->notes, file->path, key, what);
    }
    key_done(key);
    return done;
}

static bool
load_jwk(struct keyfile *file, size_t number, const struct jwk *jwk,
         struct loading *loading)
{
    /* Where it stays if it is taken. */
    struct key *key = &file->keys[file->count];
    char what[KEY_WHAT_MAX];
    enum key_result result = key_from_jwk(jwk, key, what);

    key->number = number;
    switch (result) {
    case KEY_GOOD:
        return add_good(file, key, loading);
    case KEY_FOREIGN:
        return keyset_complain_key(loading->notes, file->path, key, what);
    case KEY_NO_MEMORY:
        return false;
    case KEY_BAD:
    case KEY_PRIVATE:
    default:
        return add_bad(file, key, loading, what);
    }
}

static bool
load_entries(struct keyfile *file, size_t count, struct loading *loading)
{
    bool good = keyset_make_room(file, count);

    for (size_t i = 0; good && i < count; i++)
        good = load_jwk(file, i + 1, &file->entries[i], loading);
    return good && say_rest(file, loading);
}

/* A secret that is known to more than its owner is a secret no longer. */
static bool
give_up(struct keyfile *file, const struct loading *loading)
{
    if (keyfile_good(file) == 0)
        return true;
    for (size_t i = 0; i < file->count; i++)
        file->keys[i].is_bad = true;
    return keyset_complain(
        loading->problems, file->path,
        "a secret that group or others may read (chmod 600)");
}

/* The entries are listed: they are judged all, and then read. */
static bool
load_listed(struct keyfile *file, size_t count, struct loading *loading)
{
    enum keyset_kind kind = loading->policy->kind;
    char what[READFILE_WHAT_MAX];
    struct key bad = {0};
    const char *wrong;

    if (count > loading->entries)
        return loading->problems == NULL ||
               strings_addf(loading->problems,
                            "%s: %zu keys; the files of a section may have %d "
                            "together",
                            file->path, count, KEYSET_ENTRIES_MAX);
    loading->entries -= count;
    wrong = judge(file->entries, count, kind, &bad.number);
    if (wrong != NULL)
        return keyset_complain_key(loading->problems, file->path, &bad, wrong);
    if (file->is_set && is_stale(file, loading, what))
        return keyset_complain(loading->problems, file->path, what);
    if (!load_entries(file, count, loading))
        return false;
    return kind == KEYSET_PUBLIC || file->content.is_private ||
           give_up(file, loading);
}

static bool
load_set(struct keyfile *file, const struct jsonnode *set,
         const struct jwk *outside, struct loading *loading)
{
    size_t count;

    file->is_set = true;
    if (set->kind != JSONNODE_ARRAY)
        return keyset_complain(loading->problems, file->path,
                               "\"keys\" is not an array (RFC 7517 section 5)");
    if (jwk_string(outside, JWK_KTY) != NULL || outside->is_private)
        return keyset_complain(loading->problems, file->path,
                               "a JWK and a JWK Set in one object");
    return list_entries(file, set, &count) && load_listed(file, count, loading);
}

/* The objects of an array; 0 for what is not an array. */
static size_t
count_objects(const struct jsontext *json, const struct jsonnode *set)
{
    size_t count = 0;

    if (set == NULL || set->kind != JSONNODE_ARRAY)
        return 0;
    for (const struct jsonnode *at = jsonnode_first(json, set); at != NULL;
         at = jsonnode_next(json, set, at))
        count += at->kind == JSONNODE_OBJECT;
    return count;
}

/*
 * True if an object that is not read as a key, deeper inside or beside the set,
 * is a shared secret or a private key: then the file was not meant for others.
 * `set` is NULL where the file is one JWK.
 */
static bool
hides_secret(const struct jsontext *json, const struct jsonnode *set)
{
    const struct jsonnode *entry =
        set != NULL ? jsonnode_first(json, set) : NULL;
    struct jwk jwk;

    /* In a large set the objects are counted sooner than each node is seen. */
    if (json->nodes.objects == 1 + count_objects(json, set))
        return false;
    /* The first node is the file's own object. */
    for (size_t i = 1; i < json->nodes.count; i++) {
        const struct jsonnode *node = &json->nodes.items[i];

        if (node == entry) {
            entry = jsonnode_next(json, set, entry);
            continue;
        }
        if (node->kind != JSONNODE_OBJECT)
            continue;
        jwk_read(json, node, &jwk);
        if (jwk.is_secret || jwk.is_private)
            return true;
    }
    return false;
}

static bool
load_document(struct keyfile *file, struct loading *loading)
{
    const struct jsonnode *root = jsontext_root(&file->json);
    const struct jsonnode *set = jsontext_find(&file->json, root, "keys");
    struct jwk jwk;

    if (hides_secret(&file->json, set))
        return keyset_complain(loading->problems, file->path,
                               "a private key or a shared secret inside of, or "
                               "beside, the keys");
    jwk_read(&file->json, root, &jwk);
    if (set != NULL && set->kind != JSONNODE_NULL)
        return load_set(file, set, &jwk, loading);
    if (jwk_string(&jwk, JWK_KTY) == NULL)
        return keyset_complain(loading->problems, file->path,
                               key_form_guess_json(&file->json));
    file->entries = calloc(1, sizeof *file->entries);
    if (file->entries == NULL)
        return false;
    file->entries[0] = jwk;
    return load_listed(file, 1, loading);
}

/* Why it is not read, be it that those before it have left too little. */
static bool
say_unread(const struct keyfile *file, const char *what,
           const struct loading *loading)
{
    if (loading->problems == NULL)
        return true;
    if (strncmp(what, JSONSCAN_TOO_MANY, strlen(JSONSCAN_TOO_MANY)) != 0)
        return strings_addf(loading->problems,
                            "%s: begins as JSON but is not: %s", file->path,
                            what);
    return strings_addf(loading->problems,
                        "%s: too large: the files of a section may have %d "
                        "names and values together",
                        file->path, KEYSET_NODES_MAX);
}

bool
keyset_load_json(struct keyfile *file, struct loading *loading)
{
    char what[JSONDOC_WHAT_MAX];

    switch (jsontext_read(file->content.data, file->content.size,
                          loading->nodes, &file->json, what)) {
    case REASON_OK:
        loading->nodes -= file->json.nodes.count;
        return load_document(file, loading);
    case REASON_NO_MEMORY:
        return false;
    default:
        return say_unread(file, what, loading);
    }
}
