/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/keyset_loading.h"

#include "base/text.h"
#include "keys/key_print.h"

#include <openssl/err.h>
#include <string.h>

/* Good or bad: a forged token must not make a host build many. */
#define BUILT_MAX (2 * KEYSET_CANDIDATES_MAX)

bool
keyset_fits(const struct keyset *keys, const struct algorithm *algorithm)
{
    for (size_t f = 0; f < keys->count; f++)
        for (size_t k = 0; k < keys->files[f].count; k++)
            if (!keys->files[f].keys[k].is_bad &&
                algorithm_fits(algorithm, &keys->files[f].keys[k]))
                return true;
    return false;
}

/*
 * True if an entry is one of those that "kid" and an algorithm can name: of the
 * type, and not of another "alg". One without "kty" could be anything.
 */
static bool
may_mean(const struct key *key, const struct algorithm *algorithm)
{
    if (key->type == 0)
        return true;
    return algorithm_is_of(algorithm, key);
}

/* Most are another from the first letter on. */
static inline bool
has_kid(const struct key *key, const char *kid)
{
    return key->kid != NULL && key->kid[0] == kid[0] &&
           text_equal(key->kid, kid);
}

/* The one entry that is named; NULL: none, or not one alone. */
static struct key *
choose_in_set(struct keyfile *file, const struct algorithm *algorithm,
              const char *kid)
{
    struct key *chosen = NULL;

    for (size_t i = 0; i < file->count; i++) {
        struct key *key = &file->keys[i];

        if ((kid != NULL && !has_kid(key, kid)) || !may_mean(key, algorithm))
            continue;
        if (key->is_bad || (chosen != NULL && !key_is_same(chosen, key)))
            return NULL;
        if (chosen == NULL)
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
    if (key->is_bad ||
        (kid != NULL && key->kid != NULL && !text_equal(key->kid, kid)))
        return NULL;
    return algorithm_fits(algorithm, key) ? key : NULL;
}

/* Builds; what is wrong is said once, as the key is bad from then on. */
static bool
build(const struct keyfile *file, struct key *key, struct strings *problems)
{
    char what[KEY_WHAT_MAX] = "out of memory";
    enum key_result result;

    if (key->is_bad || key_is_built(key))
        return !key->is_bad;
    ERR_set_mark();
    result = key_build(key, what);
    ERR_pop_to_mark();
    if (result == KEY_GOOD)
        return true;
    key->is_bad = true;
    keyset_complain_key(problems, file->path, key, what);
    return false;
}

size_t
keyset_candidates(struct keyset *keys, const struct algorithm *algorithm,
                  const char *kid, struct key *ret_keys[KEYSET_CANDIDATES_MAX],
                  struct strings *problems)
{
    size_t count = 0;
    size_t tried = 0;

    for (size_t i = 0; i < keys->count; i++) {
        struct keyfile *file = &keys->files[i];
        struct key *key = choose(file, algorithm, kid);

        if (key == NULL)
            continue;
        if (count == KEYSET_CANDIDATES_MAX)
            keyset_complain(problems, file->path,
                            "its key is never tried, four that stand before "
                            "it fit the token too");
        else if (tried++ >= BUILT_MAX)
            keyset_complain(problems, file->path,
                            "its key is never tried, too many that stand "
                            "before it are bad");
        else if (build(file, key, problems))
            ret_keys[count++] = key;
    }
    return count;
}

bool
keyset_is_spent(struct keyset *keys, struct strings *problems)
{
    const struct keyfile *of = NULL;
    struct key *last = NULL;

    for (size_t f = 0; f < keys->count; f++)
        for (size_t k = 0; k < keys->files[f].count; k++) {
            if (keys->files[f].keys[k].is_bad)
                continue;
            if (last != NULL)
                return false;
            of = &keys->files[f];
            last = &of->keys[k];
        }
    return last == NULL || !build(of, last, problems);
}

size_t
keyset_build_all(struct keyset *keys, struct strings *problems)
{
    size_t good = 0;

    for (size_t i = 0; i < keys->count; i++) {
        struct keyfile *file = &keys->files[i];

        for (size_t k = 0; k < file->count; k++)
            if (build(file, &file->keys[k], problems))
                good++;
    }
    return good;
}

/* More of them than are tried, in tokens that name none by "kid". */
static void
say_untried(struct keyset *keys, const struct algorithm *algorithm,
            struct strings *lines)
{
    struct key *found[KEYSET_CANDIDATES_MAX];
    struct strings said = {0};

    keyset_candidates(keys, algorithm, NULL, found, &said);
    for (size_t i = 0; i < said.count; i++)
        if (!strings_have(lines, said.items[i]))
            strings_add(lines, said.items[i], strlen(said.items[i]));
    strings_done(&said);
}

void
keyset_say_untried(struct keyset *keys, unsigned allowed, struct strings *lines)
{
    const struct algorithm *algorithm;

    for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
        if (algorithm_is_allowed(algorithm, allowed))
            say_untried(keys, algorithm, lines);
}
