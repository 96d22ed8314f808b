/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset.h"

#include "base/secret.h"
#include "base/text.h"
#include "base/trusted_file.h"
#include "keys/key_form.h"
#include "keys/keyset_loading.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
keyset_say_excluded(const struct key *key, unsigned allowed,
                    char ret_what[KEY_WHAT_MAX])
{
    const struct algorithm *algorithm = algorithm_at(0);

    /* The name that takes this type alone: not EdDSA. */
    for (size_t i = 1;
         algorithm != NULL && (algorithm->key_types != (unsigned)key->type ||
                               !algorithm_fits(algorithm, key));
         i++)
        algorithm = algorithm_at(i);
    snprintf(ret_what, KEY_WHAT_MAX,
             "no algorithm of the setting algorithms fits it%s%s",
             algorithm == NULL ? ""
             : allowed == 0    ? "; to use it, set algorithms = "
                               : "; to use it, add to algorithms ",
             algorithm != NULL ? algorithm->name : "");
}

bool
keyset_complain(struct strings *lines, const char *path, const char *what)
{
    return lines == NULL || strings_addf(lines, "%s: %s", path, what);
}

bool
keyset_complain_key(struct strings *lines, const char *path,
                    const struct key *key, const char *what)
{
    if (lines == NULL)
        return true;
    if (key->number == 0)
        return keyset_complain(lines, path, what);
    if (key->kid == NULL)
        return strings_addf(lines, "%s: key %zu: %s", path, key->number, what);
    return strings_addf(lines, "%s: key %zu, kid %s: %s", path, key->number,
                        text_quote(key->kid, strlen(key->kid)).text, what);
}

bool
keyset_allows(unsigned allowed, const struct key *key)
{
    const struct algorithm *algorithm;

    for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
        if ((allowed == 0 ? algorithm->is_default
                          : (allowed & algorithm_bit(algorithm)) != 0) &&
            algorithm_fits(algorithm, key))
            return true;
    return false;
}

static unsigned
list_types(unsigned allowed)
{
    const struct algorithm *algorithm;
    unsigned types = 0;

    for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
        if (allowed == 0 ? algorithm->is_default
                         : (allowed & algorithm_bit(algorithm)) != 0)
            types |= algorithm->key_types;
    return types;
}

bool
keyset_make_room(struct keyfile *file, size_t count)
{
    file->keys = calloc(count, sizeof *file->keys);
    return file->keys != NULL || count == 0;
}

void
keyset_add(struct keyfile *file, const struct key *key)
{
    file->keys[file->count++] = *key;
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
        return keyset_complain(loading->problems, file->path, what);
    result = key_from_secret(secret, length, &key, what);
    secret_free(secret, length);
    if (result == KEY_NO_MEMORY)
        return false;
    if (result == KEY_GOOD && !content->is_private)
        result = key_say(KEY_BAD, what,
                         "a secret that group or others may read (chmod 600)");
    if (result == KEY_GOOD && !keyset_allows(loading->policy->allowed, &key))
        result = key_say(KEY_BAD, what,
                         "the secret is too short for, or not of, "
                         "algorithms");
    if (result == KEY_GOOD) {
        keyset_add(file, &key);
        return true;
    }
    key_done(&key);
    return keyset_complain(loading->problems, file->path, what);
}

/* A key that came alone in its file. */
static bool
add_single(struct keyfile *file, enum key_result result, struct key *key,
           const struct loading *loading, const char *what)
{
    char excluded[KEY_WHAT_MAX];

    if (result == KEY_NO_MEMORY)
        return false;
    if (result != KEY_GOOD)
        return keyset_complain(loading->problems, file->path, what);
    if (keyset_allows(loading->policy->allowed, key)) {
        keyset_add(file, key);
        return true;
    }
    keyset_say_excluded(key, loading->policy->allowed, excluded);
    key_done(key);
    return keyset_complain(loading->problems, file->path, excluded);
}

/*
 * Whatever text stands before its first block (RFC 7468 section 5.2), but no
 * other format: PEM inside of that is a member of something else.
 */
static bool
is_pem(const char *data)
{
    char first = data[strspn(data, " \t\r\n")];

    return strstr(data, "-----BEGIN") != NULL &&
           (first == '\0' || strchr("[\"<\xef", first) == NULL);
}

/* PEM or bare base64; anything else is named. */
static bool
load_public(struct keyfile *file, const struct file *content,
            const struct loading *loading)
{
    struct key key = {0};
    char what[KEY_WHAT_MAX];
    enum key_result result;

    if (is_pem(content->data))
        result = key_from_pem(content->data, content->size, loading->now, &key,
                              what);
    else
        result = key_from_bare(content->data, content->size, loading->now, &key,
                               what);
    if (result == KEY_FOREIGN)
        return keyset_complain(loading->problems, file->path,
                               key_form_guess(content->data, content->size));
    return add_single(file, result, &key, loading, what);
}

bool
keyfile_is_json(const struct keyfile *file)
{
    const char *data = file->content.data;

    return data != NULL && data[strspn(data, " \t\r\n")] == '{';
}

/* A later file may be too large for what those before it have left. */
static bool
say_unread(const struct keyfile *file, const struct loading *loading,
           const char *what)
{
    if (loading->bytes == KEYSET_FILE_MAX || loading->problems == NULL ||
        strstr(what, "larger") == NULL)
        return keyset_complain(loading->problems, file->path, what);
    return strings_addf(loading->problems,
                        "%s: %s that the files before it have left of the %d "
                        "of a section",
                        file->path, what, KEYSET_FILE_MAX);
}

static bool
say_too_many(const struct keyfile *file, const struct loading *loading)
{
    return loading->problems == NULL ||
           strings_addf(loading->problems,
                        "%s: not read: a section may have %d files of keys",
                        file->path, KEYSET_FILES_MAX);
}

static bool
load_file(struct keyfile *file, struct loading *loading)
{
    char what[READFILE_WHAT_MAX];

    if (!readfile(file->path, loading->bytes, &file->content, what))
        return say_unread(file, loading, what);
    loading->bytes -= file->content.size;
    file->changed = file->content.changed;
    if (keyfile_is_json(file))
        return keyset_load_json(file, loading);
    if (!keyset_make_room(file, 1))
        return false;
    return loading->policy->kind == KEYSET_SECRETS
               ? load_secret(file, &file->content, loading)
               : load_public(file, &file->content, loading);
}

enum reason
keyset_load(const struct strings *paths, const struct keyset_policy *policy,
            time_t now, struct keyset *ret_keys, struct strings *problems,
            struct strings *notes)
{
    struct loading loading = {.policy = policy,
                              .now = now,
                              .problems = problems,
                              .notes = notes,
                              .types = list_types(policy->allowed),
                              .bytes = KEYSET_FILE_MAX,
                              .entries = KEYSET_ENTRIES_MAX,
                              .nodes = KEYSET_NODES_MAX};
    struct keyset keys = {.kind = policy->kind};
    bool good = true;
    size_t found = 0;

    keys.files = calloc(paths->count, sizeof *keys.files);
    if (keys.files == NULL)
        return REASON_NO_MEMORY;
    ERR_set_mark();
    for (; good && keys.count < paths->count; keys.count++) {
        keys.files[keys.count].path = paths->items[keys.count];
        good = keys.count < KEYSET_FILES_MAX
                   ? load_file(&keys.files[keys.count], &loading)
                   : say_too_many(&keys.files[keys.count], &loading);
        found += keyfile_good(&keys.files[keys.count]);
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

size_t
keyfile_good(const struct keyfile *file)
{
    size_t good = 0;

    for (size_t i = 0; i < file->count; i++)
        if (!file->keys[i].is_bad)
            good++;
    return good;
}

void
keyset_done(struct keyset *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct keyfile *file = &keys->files[i];

        for (size_t k = 0; k < file->count; k++)
            if (key_owns(&file->keys[k]))
                key_done(&file->keys[k]);
        free(file->keys);
        free(file->entries);
        jsontext_done(&file->json);
        /* Secrets are wiped, and so is a file that was refused. */
        if (keys->kind == KEYSET_SECRETS || file->count == 0)
            file_done(&file->content);
        else
            free(file->content.data);
    }
    free(keys->files);
    *keys = (struct keyset){0};
}
