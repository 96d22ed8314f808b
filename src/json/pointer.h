/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef POINTER_H
#define POINTER_H

#include <stdbool.h>
#include <stddef.h>

/* The syntax of JSON pointers (RFC 6901), by which settings name claims. */

/* True if `name` can be looked up: a name, or a well-formed JSON pointer. */
bool pointer_is_name(const char *name);

/*
 * Unescapes ~1 and ~0 of one step in place, as RFC 6901 section 4 orders them;
 * false for any other use of '~'.
 */
bool pointer_unescape(char *step);

/*
 * The index that a step is in an array of `count`: digits without a leading
 * zero. False: it is not an index, or out of range.
 */
bool pointer_index(const char *step, size_t count, size_t *ret_index);

#endif
