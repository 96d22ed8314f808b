/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PEER_H
#define PEER_H

#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

/* What the peers that hand out a payload by Jansson have in common. */

static inline bool
peer_text_is(const json_t *object, const char *name, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL && strcmp(text, wanted) == 0;
}

static inline bool
peer_claims_hold(const json_t *payload, const char *user)
{
    const json_t *expires = json_object_get(payload, "exp");

    return json_is_number(expires) &&
           json_number_value(expires) > (double)time(NULL) &&
           peer_text_is(payload, "sub", user) &&
           json_is_string(json_object_get(payload, "jti"));
}

/* The key of a set, borrowed. NULL: none has that kid. */
static inline json_t *
peer_find_kid(const json_t *set, const char *kid)
{
    const json_t *keys = json_object_get(set, "keys");

    for (size_t i = 0; i < json_array_size(keys); i++)
        if (peer_text_is(json_array_get(keys, i), "kid", kid))
            return json_array_get(keys, i);
    return NULL;
}

#endif
