/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include "base/verdict.h"
#include "keys/keyset.h"

struct jws;

/*
 * Checks that one of `keys` signed this JWS (RFC 7515 section 5.2) with an
 * algorithm of `allowed` (bits of algorithm_bit(), 0 for the defaults). OK,
 * ALGORITHM_NOT_ALLOWED, UNKNOWN_KEY, KEY_UNAVAILABLE or BAD_SIGNATURE; on OK
 * `keys->used` is the key. What is wrong with keys on the way goes to
 * `problems`.
 */
enum reason signature_check(const struct jws *jws, unsigned allowed,
                            struct keyset *keys, struct strings *problems,
                            struct verdict *verdict)
    __attribute__((warn_unused_result));

#endif
