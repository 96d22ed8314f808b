/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "keys/keyset.h"

/* A file of keys, whatever its format: PEM, certificate, JWK, set, secret. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct key *found[KEYSET_CANDIDATES_MAX];
    const struct algorithm *algorithm;
    char *paths[] = {(char *)(uintptr_t)fuzz_file(data, size)};
    const struct strings files = {paths, 1};

    /* Public keys, then secrets in each encoding. */
    for (int round = -1; round <= SECRET_BASE64URL; round++) {
        struct strings problems = {0};
        struct strings notes = {0};
        struct keyset keys = {0};
        const struct keyset_policy policy = {
            .kind = round < 0 ? KEYSET_PUBLIC : KEYSET_SECRETS,
            .encoding = round < 0 ? SECRET_TEXT : (enum secret_encoding)round,
            .allowed = ~0U};
        enum reason reason =
            keyset_load(&files, &policy, 1900000000, &keys, &problems, &notes);

        MUST(reason == REASON_OK ? keyfile_good(&keys.files[0]) > 0
                                 : reason == REASON_KEY_UNAVAILABLE);
        for (size_t i = 0; i < keys.files[0].count; i++)
            MUST(keys.files[0].keys[i].is_bad ||
                 (keys.files[0].keys[i].type == KEY_SECRET) == (round >= 0));
        for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++) {
            size_t count =
                keyset_candidates(&keys, algorithm, NULL, found, &problems);

            MUST(count <= 1);
            MUST(count == 0 || algorithm_fits(algorithm, found[0]));
        }
        MUST(keyset_build_all(&keys, &problems) ==
             keyfile_good(&keys.files[0]));
        keyset_done(&keys);
        strings_done(&problems);
        strings_done(&notes);
    }
    return 0;
}
