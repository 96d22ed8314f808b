/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* It has no object for a key: the file's bytes are all that can be kept. */
struct bytes {
    size_t length;
    char data[];
};

static void *
load(const struct task *task)
{
    size_t length;
    const char *data = bench_read(task->key_file, &length);
    struct bytes *key = data != NULL ? malloc(sizeof *key + length + 1) : NULL;

    if (key == NULL)
        return NULL;
    key->length = length;
    memcpy(key->data, data, length + 1);
    return key;
}

static bool
verify(void *key, const struct task *task, const char *token)
{
    const struct bytes *bytes = key;
    const char *subject;
    jwt_t *jwt = NULL;
    bool accepted;

    if (jwt_decode(&jwt, token, (const unsigned char *)bytes->data,
                   (int)bytes->length) != 0)
        return false;
    subject = jwt_get_grant(jwt, "sub");
    accepted = strcmp(jwt_alg_str(jwt_get_alg(jwt)), task->algorithm) == 0 &&
               jwt_get_grant_int(jwt, "exp") > time(NULL) && subject != NULL &&
               strcmp(subject, task->user) == 0 &&
               jwt_get_grant(jwt, "jti") != NULL;
    jwt_free(jwt);
    return accepted;
}

const struct implementation implementation_libjwt = {
    .name = "libjwt",
    .algorithms = "HS256 RS256 ES256",
    .forms = FORM_SECRET | FORM_PEM,
    .load = load,
    .verify = verify,
    .unload = free,
};
