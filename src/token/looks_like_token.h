/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOOKS_LIKE_TOKEN_H
#define LOOKS_LIKE_TOKEN_H

#include "base/reason.h"

#include <stdbool.h>
#include <stddef.h>

/* The shortest answer that can be a token; real ones have 100 bytes and more.
 */
#define TOKEN_LENGTH_MIN 40

/* A token in an answer. */
struct found_token {
    const char *text; /* within the answer; NULL where the token is spelled
                         with other bytes in between, or encoded */
    size_t length;
    const char *wrapping; /* names what else the answer has, such as "JSON
                             around the token"; NULL for nothing */
};

/*
 * Decides whether an answer is a token, and must not reach another PAM module,
 * or a password. It is a token
 * 1. when it begins ey[A-DI-L] or ew[k-r0-3], base64url of '{' and a quote or
 *    white space, has at least TOKEN_LENGTH_MIN bytes and holds a dot;
 * 2. when such a beginning stands anywhere in it and at least
 *    TOKEN_LENGTH_MIN bytes of base64url with two dots follow. White space and
 *    bytes that are not printable ASCII are taken out. The rule holds for the
 *    rest as it stands, and for the rest with its escapes decoded;
 * 3. when a JOSE header and two dots remain after all other bytes were taken
 *    out;
 * 4. when it is, or holds, base64 of a token, of UTF-16 too, or a JWS or JWE
 *    as JSON.
 * Returns
 *   OK           the answer is a token, damaged or not. White space, one pair
 *                of quotes and "Bearer " around it are not part of ret_token.
 *   MALFORMED    it holds a token in a wrapping, which ret_token names.
 *   NOT_A_TOKEN  it is a password, or nothing.
 *   NO_MEMORY    it could not be decided: do not pass it on.
 * The time is linear in the length.
 *
 * `may_be_cut` says that a program may have cut the answer at its limit. Then
 * base64url alone, or a header without the dots behind it, is enough.
 */
enum reason answer_unwrap(const char *answer, size_t length, bool may_be_cut,
                          struct found_token *ret_token)
    __attribute__((warn_unused_result));

#endif
