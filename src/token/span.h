/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SPAN_H
#define SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* A stretch of an answer, and a token in it; looks_like_token.h has the rule.
 */
struct span {
    const char *text;
    size_t length;
};

/* True for a space and the control bytes of white space. */
bool span_is_space(char c);

/* True for printable ASCII other than a space. */
bool span_is_plain(char c);

/* True for either of the two kinds. */
bool span_is_quote(char c);

/* True for base64url and a dot. */
bool span_is_token_byte(char c);

/* The stretch without its first `skip` bytes, of which it has as many. */
struct span span_behind(struct span span, size_t skip);

/* The stretch without white space around it. */
struct span span_trim(struct span span);

bool span_contains(struct span span, const char *text);
size_t span_count_dots(struct span span);

/* True if it begins ey[A-DI-L] or ew[k-r0-3]. */
bool span_begins_token(struct span span);

/*
 * Finds a beginning that at least TOKEN_LENGTH_MIN bytes with two dots follow.
 * Of several beginnings in one run of such bytes the first has most behind it.
 */
bool span_find_run(struct span span, struct span *ret_run);

#endif
