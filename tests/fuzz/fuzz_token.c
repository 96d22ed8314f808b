/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "token/token.h"

#include <openssl/rand.h>
#include <string.h>

/* No text is a token that a secret nobody knows has signed. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char user_claim[] = "sub";
    const struct token_policy policy = {.algorithms = ~0U,
                                        .claims = {.user_claim = user_claim}};
    const struct template_facts facts = {
        .hostname = "host", .service = "sshd", .user = "alice"};
    uint8_t random[32];
    char secret[2 * sizeof random + 1];
    char *paths[1];
    const struct strings files = {paths, 1};
    const struct keyset_policy any = {.kind = KEYSET_SECRETS, .allowed = ~0U};
    struct strings problems = {0};
    struct verdict verdict = {0};
    struct keyset keys = {0};
    struct token token;

    MUST(RAND_bytes(random, sizeof random) == 1);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(secret + 2 * i, 3, "%02x", random[i]);
    paths[0] =
        (char *)(uintptr_t)fuzz_file((const uint8_t *)secret, strlen(secret));
    MUST(keyset_load(&files, &any, 0, &keys, &problems, NULL) == REASON_OK);
    if (token_parse((const char *)data, size, 16384, &token, &verdict) ==
        REASON_OK)
        MUST(token_verify(&token, &policy, &keys, &facts, 1900000000, &problems,
                          &verdict) != REASON_OK);
    MUST(token.payload == NULL);
    token_done(&token);
    keyset_done(&keys);
    strings_done(&problems);
    return 0;
}
