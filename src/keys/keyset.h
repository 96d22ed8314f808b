/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEYSET_H
#define KEYSET_H

#include "base/reason.h"
#include "base/strings.h"
#include "base/trusted_file.h"
#include "keys/algorithm.h"
#include "keys/jwk.h"
#include "keys/key.h"
#include "keys/secret_form.h"
#include "json/nodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * Limits of the files of one section together. They are read before a
 * token's signature is known to be good: this much anybody can make a host do,
 * and it is at most what a login with one key costs (make bench). A key set of
 * a thousand RSA keys has 420 kB; each key of P-256 with a "kid" is eleven
 * names and values.
 */
#define KEYSET_FILES_MAX   64
#define KEYSET_FILE_MAX    (2 * 1024 * 1024)
#define KEYSET_ENTRIES_MAX 10000
#define KEYSET_NODES_MAX   (11 * KEYSET_ENTRIES_MAX + 100)

/* Keys tried for one token: enough to rotate, too few to be an attack. */
#define KEYSET_CANDIDATES_MAX 4

/* Bad keys of one file that are said one by one. */
#define KEYSET_SAID_MAX 20

/*
 * The setting that the files stand in. Everybody has public keys: no content,
 * mode or encoding makes a shared secret of a file of them.
 */
enum keyset_kind {
    KEYSET_PUBLIC,
    KEYSET_SECRETS
};

/* The requirements on the keys of a section. */
struct keyset_policy {
    enum keyset_kind kind;
    enum secret_encoding encoding; /* of a text among secrets */
    unsigned allowed; /* bits of algorithm_bit(), 0 for the defaults */
    double age_max;   /* seconds since a JWK Set was fetched; 0: any */
};

/* The keys of one file. */
struct keyfile {
    const char *path;     /* borrowed from the list given to keyset_load() */
    bool is_set;          /* a JWK Set: "kid" chooses in it */
    double changed;       /* the file's time, seconds since the epoch */
    struct file content;  /* from which its keys borrow, */
    struct jsontext json; /* what stands in it, where it is JSON, */
    struct jwk *entries;  /* and its JWKs */
    struct key *keys;     /* in the order of the file, bad ones among them */
    size_t count;
    size_t bad; /* entries of which something was wrong */
};

/* True if the content of the file is JSON. */
bool keyfile_is_json(const struct keyfile *file);

/* How many keys of a file are not known to be bad. */
size_t keyfile_good(const struct keyfile *file);

struct keyset {
    enum keyset_kind kind;
    struct keyfile *files;
    size_t count;
    const struct key *used; /* the key that verified a token, or NULL */
};

/*
 * Reads all files. Public keys are PEM, a JWK or a JWK Set; secrets a JWK, a
 * JWK Set, or else a text in the policy's encoding. A bad key is left out and
 * said in `problems` ("FILE: what is wrong", safe to log); so is a key that no
 * allowed algorithm fits, and a JWK Set whose file was last changed longer ago
 * than `age_max`, or lies in the future. Keys meant for other uses are left out
 * silently, or into `notes` when that is not NULL. KEY_UNAVAILABLE when no key
 * is left, or NO_MEMORY. keyset_done() is due in every case; `paths` must
 * outlive the set.
 */
enum reason keyset_load(const struct strings *paths,
                        const struct keyset_policy *policy, time_t now,
                        struct keyset *ret_keys, struct strings *problems,
                        struct strings *notes)
    __attribute__((warn_unused_result));

/* The setting that names such files. */
const char *keyset_setting(enum keyset_kind kind);

/* True if any of the keys, built or not, can be used with this algorithm. */
bool keyset_fits(const struct keyset *keys, const struct algorithm *algorithm);

/*
 * The keys to try for a token (INTERFACE "Which key"): in a JWK Set the one
 * entry that `kid` and the algorithm name, or without `kid` the one that fits;
 * elsewhere each key that fits and has no other kid, in order. They are built
 * here; one that turns out bad, and each that is not tried as there were as
 * many as that before, is said in `problems`. Returns how many there are.
 */
size_t keyset_candidates(struct keyset *keys, const struct algorithm *algorithm,
                         const char *kid,
                         struct key *ret_keys[KEYSET_CANDIDATES_MAX],
                         struct strings *problems);

/*
 * True if no key is left that could be good, as far as building one tells: a
 * forged token must not make a host build them all.
 */
bool keyset_is_spent(struct keyset *keys, struct strings *problems);

/* Builds every key, to find the bad ones. Returns how many are good. */
size_t keyset_build_all(struct keyset *keys, struct strings *problems);

/* Adds to `lines` which keys a token without "kid" would never be tried with.
 */
void keyset_say_untried(struct keyset *keys, unsigned allowed,
                        struct strings *lines);

/* Wipes and frees; a zeroed set is allowed. */
void keyset_done(struct keyset *keys);

#endif
