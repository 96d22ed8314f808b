/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inprocess FOLDER ROUNDS: how long each implementation takes for one token,
 * with the key loaded, read from its file each time, and found in a set. Each
 * has a slice of a few milliseconds a round, in another order each round; a
 * line a slice, "MODE FORM ALGORITHM NAME NANOSECONDS". Before that each has
 * to accept the good token and to refuse four others; 1 if one does not.
 *
 * inprocess FOLDER repeat MODE FORM ALGORITHM COUNT: ours, COUNT times and
 * nothing else, for whoever counts instructions.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_SECONDS 0.006

#define ENTRIES_MAX 96

static const struct implementation *const implementations[] = {
    &implementation_ours,     &implementation_openssl,
#ifdef WITH_LIBJWT
    &implementation_libjwt,
#endif
#ifdef WITH_CJOSE
    &implementation_cjose,
#endif
#ifdef WITH_RHONABWY
    &implementation_rhonabwy,
#endif
#ifdef WITH_JOSE
    &implementation_jose,
#endif
};

enum mode {
    MODE_LOADED,
    MODE_FILE /* the key's file is read each time */
};

/* One implementation with one algorithm, one form of key and one mode. */
struct entry {
    const struct implementation *by;
    enum mode mode;
    struct task task;
    void *key; /* with MODE_LOADED */
    const char *token;
    size_t count; /* tokens a slice */
};

static struct entry entries[ENTRIES_MAX];
static size_t entry_count;
static const char *folder;
static const char *user;

static const char *const mode_names[] = {"loaded", "file"};

static const enum form forms[] = {FORM_SECRET, FORM_PEM, FORM_JWK, FORM_SET};

static const char *
form_name(enum form form)
{
    return form == FORM_SECRET ? "secret"
           : form == FORM_PEM  ? "pem"
           : form == FORM_JWK  ? "jwk"
                               : "set";
}

static bool
decide(const struct entry *entry, const char *token)
{
    bool accepted;
    void *key;

    if (entry->mode == MODE_LOADED)
        return entry->by->verify(entry->key, &entry->task, token);
    key = entry->by->load(&entry->task);
    if (key == NULL)
        return false;
    accepted = entry->by->verify(key, &entry->task, token);
    entry->by->unload(key);
    return accepted;
}

static void
expect(const struct entry *entry, bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "FAIL %s %s %s %s: %s\n", entry->by->name,
            entry->task.algorithm, form_name(entry->task.form),
            mode_names[entry->mode], what);
    exit(1);
}

/* A copy with another character in the middle of the signature. */
static char *
forge(const char *token)
{
    char *forged = strdup(token);
    char *middle = strrchr(forged, '.');

    middle += strlen(middle) / 2;
    *middle = *middle == 'A' ? 'B' : 'A';
    return forged;
}

static void
check(const struct entry *entry)
{
    char name[64];
    char *forged = forge(entry->token);

    expect(entry, decide(entry, entry->token), "refuses the good token");
    expect(entry, !decide(entry, forged), "accepts a forged signature");
    expect(entry, decide(entry, entry->token), "refuses the good token later");
    free(forged);
    for (size_t i = 0; i < 3 && !entry->by->is_floor; i++) {
        static const struct {
            const char *suffix;
            const char *what;
        } bad[] = {{"expired", "accepts an expired token"},
                   {"other", "accepts somebody else's token"},
                   {"nameless", "accepts a token whose jti is no text"}};
        char *token;

        snprintf(name, sizeof name, "%s.%s", entry->task.algorithm,
                 bad[i].suffix);
        token = bench_text(folder, name);
        expect(entry, !decide(entry, token), bad[i].what);
        free(token);
    }
}

static double
run(const struct entry *entry)
{
    double begin = bench_seconds();

    for (size_t i = 0; i < entry->count; i++)
        if (!decide(entry, entry->token))
            expect(entry, false, "refuses the good token while measured");
    return (bench_seconds() - begin) / (double)entry->count;
}

static void
add(const struct implementation *by, enum mode mode, const char *algorithm,
    enum form form)
{
    struct entry *entry = &entries[entry_count];
    char *path = NULL;
    char name[64];

    if (strstr(by->algorithms, algorithm) == NULL || !(by->forms & form) ||
        entry_count == ENTRIES_MAX)
        return;
    snprintf(name, sizeof name, "%s.%s", algorithm, form_name(form));
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        exit(1);
    snprintf(name, sizeof name, "%s.%s", algorithm,
             form == FORM_SET ? "settoken" : "token");
    *entry = (struct entry){
        .by = by,
        .mode = mode,
        .task = {algorithm, form, path, "wanted", user},
        .token = bench_text(folder, name),
        .count = 1,
    };
    if (mode == MODE_LOADED) {
        entry->key = by->load(&entry->task);
        expect(entry, entry->key != NULL, "cannot read the key");
    }
    entry_count++;
}

/* Of each what it can do; a secret's bytes are a key of their own. */
static void
add_all(const struct implementation *by)
{
    static const char *const pairs[] = {"RS256", "PS256", "ES256", "EdDSA"};

    add(by, MODE_LOADED, "HS256", FORM_SECRET);
    add(by, MODE_FILE, "HS256", FORM_SECRET);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (by->keeps_keys)
            add(by, MODE_LOADED, pairs[i],
                by->forms & FORM_PEM ? FORM_PEM : FORM_JWK);
        add(by, MODE_FILE, pairs[i], FORM_PEM);
        add(by, MODE_FILE, pairs[i], FORM_JWK);
    }
    add(by, MODE_FILE, "RS256", FORM_SET);
}

static void
measure(size_t rounds)
{
    static size_t order[ENTRIES_MAX];

    for (size_t i = 0; i < entry_count; i++) {
        check(&entries[i]);
        entries[i].count = 1 + (size_t)(SLICE_SECONDS / run(&entries[i]));
        /* The first was slow: once more, with about the right number. */
        entries[i].count = 1 + (size_t)(SLICE_SECONDS / run(&entries[i]));
    }
    for (size_t round = 0; round < rounds; round++) {
        bench_shuffle(order, entry_count);
        for (size_t i = 0; i < entry_count; i++) {
            const struct entry *entry = &entries[order[i]];
            double seconds = run(entry);

            printf("%s %s %s %s %.1f\n", mode_names[entry->mode],
                   form_name(entry->task.form), entry->task.algorithm,
                   entry->by->name, seconds * 1e9);
        }
    }
}

static int
repeat(const char *mode, const char *form, const char *algorithm, size_t count)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(form, form_name(forms[i])) == 0)
            add(&implementation_ours,
                strcmp(mode, mode_names[MODE_LOADED]) == 0 ? MODE_LOADED
                                                           : MODE_FILE,
                algorithm, forms[i]);
    if (entry_count != 1)
        return 2;
    entries[0].count = count;
    run(&entries[0]);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    folder = argv[1];
    user = bench_text(folder, "user");
    if (argc == 7)
        return repeat(argv[3], argv[4], argv[5], (size_t)atol(argv[6]));
    bench_pin();
    for (size_t i = 0; i < sizeof implementations / sizeof *implementations;
         i++)
        add_all(implementations[i]);
    measure((size_t)atol(argv[2]));
    return 0;
}
