/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/keys/signing_key.h"

#include "base/trusted_file.h"
#include "cli/cli.h"
#include "cli/keys/private_key.h"
#include "json/document.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool
say(char what[KEY_WHAT_MAX], const char *text)
{
    snprintf(what, KEY_WHAT_MAX, "%s", text);
    return false;
}

static bool
copy_secret(const struct key *secret, struct key *ret_key)
{
    char what[KEY_WHAT_MAX];
    struct key copy = {0};

    if (key_from_secret(secret->secret, secret->secret_length, &copy, what) !=
        KEY_GOOD)
        return false;
    copy.only = secret->only;
    if (secret->kid != NULL) {
        copy.own_kid = strdup(secret->kid);
        copy.kid = copy.own_kid;
        if (copy.kid == NULL) {
            key_done(&copy);
            return false;
        }
    }
    *ret_key = copy;
    return true;
}

/* A copy of the secret that the module's own loader finds in the file. */
static bool
load_secret(const char *path, enum secret_encoding encoding, const char *kid,
            const struct algorithm *wanted, struct key *ret_key, char *what)
{
    char *items[] = {(char *)(uintptr_t)path};
    const struct strings paths = {items, 1};
    const struct keyset_policy policy = {KEYSET_SECRETS, encoding, ~0U, 0};
    struct key *found[KEYSET_CANDIDATES_MAX];
    const struct algorithm *algorithm;
    struct strings problems = {0};
    struct keyset keys = {0};
    bool loaded = false;

    if (keyset_load(&paths, &policy, (time_t)cli_now(), &keys, &problems,
                    NULL) == REASON_OK)
        for (size_t i = 0; !loaded && (algorithm = algorithm_at(i)); i++)
            if ((wanted == NULL || wanted == algorithm) &&
                keyset_candidates(&keys, algorithm, kid, found, &problems) > 0)
                loaded = copy_secret(found[0], ret_key);
    if (!loaded)
        say(what, problems.count > 0
                      ? problems.items[0] + strlen(path) + strlen(": ")
                      : "no secret that fits --alg and --kid");
    strings_done(&problems);
    keyset_done(&keys);
    return loaded;
}

/* Without --alg the key's own, or the first of the table that it fits. */
static bool
choose_algorithm(const struct key *key, const struct algorithm **algorithm,
                 char *what)
{
    const struct algorithm *row;

    if (*algorithm != NULL)
        return algorithm_fits(*algorithm, key) ||
               say(what, "the key is not of the type that --alg takes");
    *algorithm = key->only;
    for (size_t i = 0; *algorithm == NULL && (row = algorithm_at(i)); i++)
        if (algorithm_fits(row, key))
            *algorithm = row;
    return *algorithm != NULL || say(what, "the key fits no algorithm");
}

/* Which kind of file it is, recognised as keyset_load() does. */
static bool
load_private(const struct file *file, struct key *ret_key, bool *ret_is_secret,
             char *what)
{
    struct json_object *jwk = NULL;
    const char *kty;
    enum key_result result;

    bool is_json = file->data[strspn(file->data, " \t\r\n")] == '{';

    *ret_is_secret = false;
    if (!is_json && strstr(file->data, "-----BEGIN") != NULL)
        return privatekey_from_pem(file->data, file->size, ret_key, what) ==
               KEY_GOOD;
    if (!is_json) {
        *ret_is_secret = true;
        return false;
    }
    if (jsondoc_parse(file->data, file->size, &jwk, what) != REASON_OK)
        return false;
    kty = jsondoc_string(jwk, "kty");
    *ret_is_secret = kty == NULL || strcmp(kty, "oct") == 0;
    result =
        *ret_is_secret ? KEY_FOREIGN : privatekey_from_jwk(jwk, ret_key, what);
    jsondoc_free_secret(jwk);
    return result == KEY_GOOD;
}

bool
signingkey_load(const char *path, enum secret_encoding encoding,
                const char *kid, const struct algorithm **algorithm,
                struct key *ret_key, char what[KEY_WHAT_MAX])
{
    struct file file = {0};
    struct key key = {0};
    bool is_secret = false;
    bool is_private;
    bool loaded;

    if (!readfile(path, KEYSET_FILE_MAX, &file, what))
        return false;
    loaded = load_private(&file, &key, &is_secret, what);
    is_private = file.is_private;
    file_done(&file);
    /* A public key is better called so than told to be chmod 600. */
    if (!is_private && (loaded || is_secret)) {
        key_done(&key);
        return say(what, "a key that signs, and group or others may read it "
                         "(chmod 600)");
    }
    if (is_secret)
        loaded = load_secret(path, encoding, kid, *algorithm, &key, what);
    if (!loaded || !choose_algorithm(&key, algorithm, what)) {
        key_done(&key);
        return false;
    }
    *ret_key = key;
    return true;
}
