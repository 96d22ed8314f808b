/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>

#define PATTERN_LENGTH_MAX 1024
#define PATTERN_WHAT_MAX   96

/* A POSIX extended regular expression, always read in the C locale. */
struct pattern;

/*
 * Compiles. NULL: `ret_what` says why. An administrator's locale, or one that
 * the person logging in chose, never changes what [a-z] means.
 */
struct pattern *pattern_new(const char *expression,
                            char ret_what[PATTERN_WHAT_MAX]);

/* Whether the expression matches all of `text`, whatever anchors it has. */
bool pattern_matches(const struct pattern *pattern, const char *text);

/* NULL is allowed. */
void pattern_free(struct pattern *pattern);

#endif
