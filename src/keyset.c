/* SPDX-License-Identifier: BSD-2-Clause */
#include "keyset.h"

#include "jsondoc.h"
#include "readfile.h"
#include "secret.h"
#include "text.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file may be a little newer than a clock that is being set right. */
#define FUTURE_MAX 300

/* What loading one file needs to know, and where it says what is wrong. */
struct loading {
    const struct keyset_policy *policy;
    time_t now;
    struct strings *problems;
    struct strings *notes;
};

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* True: a line that says what is wrong with this file was added. */
static bool
complain(struct strings *lines, const char *path, const char *what)
{
    return lines == NULL || strings_addf(lines, "%s: %s", path, what);
}

static bool
complain_key(struct strings *lines, const char *path, size_t number,
             const struct key *key, const char *what)
{
    if (lines == NULL)
        return true;
    if (key != NULL && key->kid != NULL)
        return strings_addf(lines, "%s: key %zu, kid %s: %s", path, number,
                            text_quote(key->kid, strlen(key->kid)).text, what);
    return strings_addf(lines, "%s: key %zu: %s", path, number, what);
}

static bool
fits_any(const struct key *key, unsigned allowed)
{
    const struct algorithm *algorithm;

    for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
        if ((allowed == 0 ? algorithm->is_default
                          : (allowed & algorithm_bit(algorithm)) != 0) &&
            algorithm_fits(algorithm, key))
            return true;
    return false;
}

/* Makes room for all keys of a file. False: out of memory. */
static bool
make_room(struct keyfile *file, size_t count)
{
    file->keys = calloc(count, sizeof *file->keys);
    return file->keys != NULL || count == 0;
}

/* Adopts the key, for which there is room. */
static void
add_key(struct keyfile *file, const struct key *key)
{
    file->keys[file->count++] = *key;
}

static void
drop_keys(struct keyfile *file)
{
    for (size_t i = 0; i < file->count; i++)
        key_done(&file->keys[i]);
    free(file->keys);
    file->keys = NULL;
    file->count = 0;
}

/*
 * A text that is a secret. What is wrong with it is said before who may read
 * it: a public key is not made a secret by chmod.
 */
static bool
load_secret(struct keyfile *file, const struct file *content,
            const struct loading *loading)
{
    unsigned char *secret;
    size_t length;
    struct key key = {0};
    char what[KEY_WHAT_MAX];
    enum reason reason =
        secret_form_read(content->data, content->size,
                         loading->policy->encoding, &secret, &length, what);
    enum key_result result;

    if (reason == REASON_NO_MEMORY)
        return false;
    if (reason != REASON_OK)
        return complain(loading->problems, file->path, what);
    result = key_from_secret(secret, length, &key, what);
    secret_free(secret, length);
    if (result == KEY_NO_MEMORY)
        return false;
    if (result == KEY_GOOD && !content->is_private)
        result = key_say(KEY_BAD, what,
                         "a secret that group or others may read (chmod 600)");
    if (result == KEY_GOOD && !fits_any(&key, loading->policy->allowed))
        result = key_say(KEY_BAD, what,
                         "the secret is too short for, or fits none of, "
                         "algorithms");
    if (result == KEY_GOOD) {
        add_key(file, &key);
        return true;
    }
    key_done(&key);
    return complain(loading->problems, file->path, what);
}

static bool
load_pem(struct keyfile *file, const struct file *content,
         const struct loading *loading)
{
    struct key key = {0};
    char what[KEY_WHAT_MAX];
    enum key_result result =
        key_from_pem(content->data, content->size, loading->now, &key, what);

    if (result == KEY_NO_MEMORY)
        return false;
    if (result != KEY_GOOD)
        return complain(loading->problems, file->path, what);
    if (fits_any(&key, loading->policy->allowed)) {
        add_key(file, &key);
        return true;
    }
    key_done(&key);
    return complain(loading->problems, file->path,
                    "the key fits none of algorithms");
}

static bool
note_bad_kid(struct keyfile *file, struct json_object *jwk)
{
    const char *kid = jsondoc_string(jwk, "kid");

    return kid == NULL || strings_add(&file->bad_kids, kid, strlen(kid));
}

/* A secret in key_file may be known to everybody, and the reverse. */
static bool
is_of_kind(const struct key *key, enum keyset_kind kind, char *what)
{
    bool is_secret = key->type == KEY_SECRET;

    if (is_secret == (kind == KEYSET_SECRETS))
        return true;
    snprintf(what, KEY_WHAT_MAX, "%s",
             is_secret ? "a shared secret, which key_file does not take "
                         "(secret_file)"
                       : "a public key, which secret_file does not take "
                         "(key_file)");
    return false;
}

/* One JWK of a file. `ret_private`: the whole file must be refused. */
static bool
load_jwk(struct keyfile *file, size_t number, struct json_object *jwk,
         const struct loading *loading, bool *ret_private)
{
    struct key key = {0};
    char what[KEY_WHAT_MAX];

    switch (key_from_jwk(jwk, &key, what)) {
    case KEY_GOOD:
        if (!is_of_kind(&key, loading->policy->kind, what)) {
            *ret_private = true;
            key_done(&key);
            return complain_key(loading->problems, file->path, number, NULL,
                                what);
        }
        if (fits_any(&key, loading->policy->allowed)) {
            add_key(file, &key);
            return true;
        }
        complain_key(loading->notes, file->path, number, &key,
                     "it fits none of algorithms");
        key_done(&key);
        return true;
    case KEY_FOREIGN:
        return complain_key(loading->notes, file->path, number, NULL, what);
    case KEY_PRIVATE:
        *ret_private = true;
        return complain_key(loading->problems, file->path, number, NULL, what);
    case KEY_NO_MEMORY:
        return false;
    case KEY_BAD:
    default:
        return note_bad_kid(file, jwk) &&
               complain_key(loading->problems, file->path, number, NULL, what);
    }
}

/* A set of secrets and public keys is how algorithm confusion begins. */
static bool
is_mixed(const struct keyfile *file)
{
    for (size_t i = 1; i < file->count; i++)
        if ((file->keys[i].type == KEY_SECRET) !=
            (file->keys[0].type == KEY_SECRET))
            return true;
    return false;
}

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

static bool
load_document(struct keyfile *file, bool file_is_private,
              const struct loading *loading)
{
    struct json_object *set;
    char what[READFILE_WHAT_MAX];
    bool is_private = false;
    bool good = true;

    file->is_set = jsondoc_find(file->document, "keys", &set);
    if (file->is_set && is_stale(file, loading, what))
        return complain(loading->problems, file->path, what);
    if (file->is_set && !jsondoc_is_array(set))
        return complain(loading->problems, file->path,
                        "\"keys\" is no array (RFC 7517 section 5)");
    if (!make_room(file, file->is_set ? jsondoc_array_size(set) : 1))
        return false;
    if (!file->is_set)
        good = load_jwk(file, 1, file->document, loading, &is_private);
    else
        for (size_t i = 0; good && i < jsondoc_array_size(set); i++)
            good = load_jwk(file, i + 1, jsondoc_array_item(set, i), loading,
                            &is_private);
    if (is_private)
        drop_keys(file);
    if (good && is_mixed(file)) {
        drop_keys(file);
        return complain(loading->problems, file->path,
                        "secrets and public keys in one set");
    }
    if (good && file->count > 0 && file->keys[0].type == KEY_SECRET &&
        !file_is_private) {
        drop_keys(file);
        return complain(loading->problems, file->path,
                        "a secret that group or others may read (chmod 600)");
    }
    return good;
}

static bool
load_json(struct keyfile *file, const struct file *content,
          const struct loading *loading)
{
    char what[JSONDOC_WHAT_MAX];

    switch (
        jsondoc_parse(content->data, content->size, &file->document, what)) {
    case REASON_OK:
        return load_document(file, content->is_private, loading);
    case REASON_NO_MEMORY:
        return false;
    default:
        return loading->problems == NULL ||
               strings_addf(loading->problems,
                            "%s: it begins as JSON but is none: %s", file->path,
                            what);
    }
}

static bool
load_file(struct keyfile *file, const struct loading *loading)
{
    struct file content = {0};
    char what[READFILE_WHAT_MAX];
    size_t at = 0;
    bool good;

    if (!readfile(file->path, KEYSET_FILE_MAX, &content, what))
        return complain(loading->problems, file->path, what);
    file->changed = content.changed;
    while (at < content.size && is_space(content.data[at]))
        at++;
    if (content.data[at] == '{')
        good = load_json(file, &content, loading);
    else if (loading->policy->kind == KEYSET_SECRETS)
        good = make_room(file, 1) && load_secret(file, &content, loading);
    else if (strstr(content.data, "-----BEGIN") != NULL)
        good = make_room(file, 1) && load_pem(file, &content, loading);
    else
        good = complain(loading->problems, file->path,
                        "no PEM, JWK or JWK Set (a shared secret belongs into "
                        "secret_file)");
    file_done(&content);
    return good;
}

enum reason
keyset_load(const struct strings *paths, const struct keyset_policy *policy,
            time_t now, struct keyset *ret_keys, struct strings *problems,
            struct strings *notes)
{
    const struct loading loading = {policy, now, problems, notes};
    struct keyset keys = {.kind = policy->kind};
    bool good = true;
    size_t found = 0;

    keys.files = calloc(paths->count, sizeof *keys.files);
    if (keys.files == NULL)
        return REASON_NO_MEMORY;
    ERR_set_mark();
    for (; good && keys.count < paths->count; keys.count++) {
        keys.files[keys.count].path = paths->items[keys.count];
        good = load_file(&keys.files[keys.count], &loading);
        found += keys.files[keys.count].count;
    }
    ERR_pop_to_mark();
    *ret_keys = keys;
    if (!good)
        return REASON_NO_MEMORY;
    return found > 0 ? REASON_OK : REASON_KEY_UNAVAILABLE;
}

const char *
keyset_setting(enum keyset_kind kind)
{
    return kind == KEYSET_SECRETS ? "secret_file" : "key_file";
}

bool
keyset_fits(const struct keyset *keys, const struct algorithm *algorithm)
{
    for (size_t f = 0; f < keys->count; f++)
        for (size_t k = 0; k < keys->files[f].count; k++)
            if (algorithm_fits(algorithm, &keys->files[f].keys[k]))
                return true;
    return false;
}

static struct key *
choose_in_set(struct keyfile *file, const struct algorithm *algorithm,
              const char *kid)
{
    struct key *chosen = NULL;

    if (strings_have(&file->bad_kids, kid))
        return NULL; /* ambiguous, had the other key been good */
    for (size_t i = 0; i < file->count; i++) {
        struct key *key = &file->keys[i];

        if (kid != NULL ? !text_equal(key->kid, kid)
                        : !algorithm_fits(algorithm, key))
            continue;
        if (chosen != NULL)
            return NULL; /* ambiguous */
        chosen = key;
    }
    return chosen != NULL && algorithm_fits(algorithm, chosen) ? chosen : NULL;
}

static struct key *
choose(struct keyfile *file, const struct algorithm *algorithm, const char *kid)
{
    struct key *key = file->keys;

    if (file->count == 0 || file->is_set)
        return choose_in_set(file, algorithm, kid);
    if (kid != NULL && key->kid != NULL && !text_equal(key->kid, kid))
        return NULL;
    return algorithm_fits(algorithm, key) ? key : NULL;
}

/* Builds; a bad key leaves its file, so that it is complained of once. */
static bool
build(struct keyfile *file, struct key *key, struct strings *problems)
{
    char what[KEY_WHAT_MAX] = "out of memory";
    size_t at = (size_t)(key - file->keys);
    enum key_result result;

    if (key_is_built(key))
        return true;
    ERR_set_mark();
    result = key_build(key, what);
    ERR_pop_to_mark();
    if (result == KEY_GOOD)
        return true;
    complain_key(problems, file->path, at + 1, key, what);
    key_done(key);
    memmove(key, key + 1, (file->count - at - 1) * sizeof *key);
    file->count--;
    return false;
}

size_t
keyset_candidates(struct keyset *keys, const struct algorithm *algorithm,
                  const char *kid, struct key *ret_keys[KEYSET_CANDIDATES_MAX],
                  struct strings *problems)
{
    size_t count = 0;

    for (size_t i = 0; i < keys->count && count < KEYSET_CANDIDATES_MAX; i++) {
        struct key *key = choose(&keys->files[i], algorithm, kid);

        if (key != NULL && build(&keys->files[i], key, problems))
            ret_keys[count++] = key;
    }
    return count;
}

size_t
keyset_build_all(struct keyset *keys, struct strings *problems)
{
    size_t good = 0;

    for (size_t i = 0; i < keys->count; i++) {
        struct keyfile *file = &keys->files[i];

        for (size_t k = 0; k < file->count;)
            if (build(file, &file->keys[k], problems))
                k++;
        good += file->count;
    }
    return good;
}

bool
keyset_thumbprints(struct keyset *keys, struct strings *ret_thumbprints)
{
    char text[KEY_THUMBPRINT_SIZE];

    keyset_build_all(keys, NULL);
    for (size_t i = 0; i < keys->count; i++)
        for (size_t k = 0; k < keys->files[i].count; k++)
            if (!key_thumbprint(&keys->files[i].keys[k], text) ||
                !strings_add(ret_thumbprints, text, strlen(text)))
                return false;
    return true;
}

void
keyset_done(struct keyset *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        drop_keys(&keys->files[i]);
        strings_done(&keys->files[i].bad_kids);
        jsondoc_free(keys->files[i].document);
    }
    free(keys->files);
    *keys = (struct keyset){0};
}
