/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include "base/text.h"
#include "keys/keyset.h"
#include "token/token.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* As the table of settings has them by default. */
static char user_claim[] = "sub";
static const struct token_policy policy = {
    .refuse_refresh = true,
    .claims = {.user_claim = user_claim,
               .clock_skew = 30,
               .max_lifetime = 86400},
};

/* max_token_size */
#define SIZE_MAX_OF_TOKEN 16384

static void
unload(void *key)
{
    keyset_done(key);
    free(key);
}

static void *
load(const struct task *task)
{
    static char *paths[1];
    static const struct strings list = {paths, 1};
    const struct keyset_policy rules = {
        .kind = strncmp(task->algorithm, "HS", 2) == 0 ? KEYSET_SECRETS
                                                       : KEYSET_PUBLIC};
    struct keyset *keys = calloc(1, sizeof *keys);
    struct strings problems = {0};
    union {
        const char *given;
        char *path;
    } file = {task->key_file};
    enum reason reason;

    paths[0] = file.path;
    reason = keyset_load(&list, &rules, time(NULL), keys, &problems, NULL);
    strings_done(&problems);
    if (reason == REASON_OK)
        return keys;
    unload(keys);
    return NULL;
}

static bool
verify(void *key, const struct task *task, const char *text)
{
    const struct template_facts facts = {.user = task->user};
    struct strings problems = {0};
    struct verdict verdict = {0};
    struct token token;
    enum reason reason;
    bool accepted;

    reason =
        token_parse(text, strlen(text), SIZE_MAX_OF_TOKEN, &token, &verdict);
    if (reason == REASON_OK)
        reason = token_verify(&token, &policy, key, &facts, time(NULL),
                              &problems, &verdict);
    accepted = reason == REASON_OK &&
               text_equal(token.claims.identity, task->user) &&
               token.claims.token_id != NULL;
    token_done(&token);
    strings_done(&problems);
    return accepted;
}

const struct implementation implementation_ours = {
    .name = "ours",
    .algorithms = "HS256 RS256 PS256 ES256 EdDSA",
    .forms = FORM_SECRET | FORM_PEM | FORM_JWK | FORM_SET,
    .keeps_keys = true,
    .load = load,
    .verify = verify,
    .unload = unload,
};
