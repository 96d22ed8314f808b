/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_KIND_H
#define TOKEN_KIND_H

#include "base/verdict.h"

#include <stdbool.h>

struct json_object;

/*
 * Judges by header and payload, when the signature holds, if this is an access
 * token that whoever holds it may use: OK, NOT_CONFIRMED for one that is bound
 * to a key (RFC 7800), or, with `refuse_refresh`, REFRESH_TOKEN for a refresh,
 * ID, logout or any other kind of token.
 */
enum reason token_kind_check(struct json_object *header,
                             struct json_object *payload, bool refuse_refresh,
                             struct verdict *verdict)
    __attribute__((warn_unused_result));

#endif
