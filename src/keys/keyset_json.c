/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset_loading.h"

#include "base/trusted_file.h"
#include "keys/key_form.h"
#include "json/document.h"

#include <stdio.h>

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

/* The entries of a document: those of a set, or the one that it is. */
static size_t
count_entries(const struct keyfile *file, struct json_object *set)
{
    return file->is_set ? jsondoc_array_size(set) : 1;
}

static struct json_object *
entry_at(const struct keyfile *file, struct json_object *set, size_t at)
{
    return file->is_set ? jsondoc_array_item(set, at) : file->document;
}

/*
 * A set of secrets and public keys is how algorithm confusion begins, and what
 * holds a private key was never meant for this place. NULL: neither.
 */
static const char *
judge(const struct keyfile *file, struct json_object *set,
      enum keyset_kind kind, size_t *ret_number)
{
    size_t count = count_entries(file, set);
    size_t secrets = 0;

    *ret_number = 0;
    if (file->is_set && (jsondoc_string(file->document, "kty") != NULL ||
                         key_jwk_is_private(file->document)))
        return "a JWK and a JWK Set in one object";
    for (size_t i = 0; i < count; i++) {
        struct json_object *jwk = entry_at(file, set, i);

        *ret_number = i + 1;
        if (key_jwk_is_private(jwk))
            return "a private key where public keys belong";
        if (key_jwk_is_secret(jwk))
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
    keyset_add(file, key);
    return keyset_complain_key(loading->problems, file->path, key, what);
}

static bool
add_good(struct keyfile *file, struct key *key, const struct loading *loading)
{
    char what[KEY_WHAT_MAX];
    bool done;

    if (keyset_allows(loading->policy->allowed, key)) {
        keyset_add(file, key);
        return true;
    }
    if (is_too_short(key, loading))
        return add_bad(file, key, loading,
                       "the secret is too short for algorithms");
    keyset_say_excluded(key, loading->policy->allowed, what);
    done = keyset_complain_key(loading->notes, file->path, key, what);
    key_done(key);
    return done;
}

static bool
load_jwk(struct keyfile *file, size_t number, struct json_object *jwk,
         const struct loading *loading)
{
    struct key key = {0};
    char what[KEY_WHAT_MAX];
    enum key_result result = key_from_jwk(jwk, &key, what);

    key.number = number;
    switch (result) {
    case KEY_GOOD:
        return add_good(file, &key, loading);
    case KEY_FOREIGN:
        return keyset_complain_key(loading->notes, file->path, &key, what);
    case KEY_NO_MEMORY:
        return false;
    case KEY_BAD:
    case KEY_PRIVATE:
    default:
        return add_bad(file, &key, loading, what);
    }
}

static bool
load_entries(struct keyfile *file, struct json_object *set,
             const struct loading *loading)
{
    size_t count = count_entries(file, set);
    bool good = keyset_make_room(file, count);

    for (size_t i = 0; good && i < count; i++)
        good = load_jwk(file, i + 1, entry_at(file, set, i), loading);
    return good;
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

static bool
load_document(struct keyfile *file, bool file_is_private,
              const struct loading *loading)
{
    enum keyset_kind kind = loading->policy->kind;
    char what[READFILE_WHAT_MAX];
    struct json_object *set = NULL;
    struct key bad = {0};
    const char *wrong;

    file->is_set = jsondoc_find(file->document, "keys", &set) && set != NULL;
    if (file->is_set && !jsondoc_is_array(set))
        return keyset_complain(loading->problems, file->path,
                               "\"keys\" is not an array (RFC 7517 section 5)");
    if (!file->is_set && jsondoc_string(file->document, "kty") == NULL)
        return keyset_complain(loading->problems, file->path,
                               key_form_guess_json(file->document));
    wrong = judge(file, set, kind, &bad.number);
    if (wrong != NULL)
        return keyset_complain_key(loading->problems, file->path, &bad, wrong);
    if (file->is_set && is_stale(file, loading, what))
        return keyset_complain(loading->problems, file->path, what);
    if (!load_entries(file, set, loading))
        return false;
    return kind == KEYSET_PUBLIC || file_is_private || give_up(file, loading);
}

bool
keyset_load_json(struct keyfile *file, const struct file *content,
                 const struct loading *loading)
{
    char what[JSONDOC_WHAT_MAX];
    struct strings *problems = loading->problems;

    switch (
        jsondoc_parse(content->data, content->size, &file->document, what)) {
    case REASON_OK:
        return load_document(file, content->is_private, loading);
    case REASON_NO_MEMORY:
        return false;
    default:
        return problems == NULL ||
               strings_addf(problems, "%s: begins as JSON but is not: %s",
                            file->path, what);
    }
}
