/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_LENGTH_MAX 1024
#define PATTERN_WHAT_MAX   96

/* The default of user_pattern. */
#define PATTERN_USUAL_NAME "[a-z_][a-z0-9_.-]{0,31}"

/* The rule that pattern_new() applies, for messages. */
#define PATTERN_RULE                                                        \
    "an extended regular expression of at most 1024 bytes, without \\1 to " \
    "\\9 in it, that repeats within reason"

/* A POSIX extended regular expression, always read in the C locale. */
struct pattern;

/*
 * Compiles. NULL: `ret_what` says why. \1 to \9 inside, which glibc takes for
 * back-references and tries for minutes, are refused: POSIX has none here. An
 * administrator's locale, or one that the person logging in chose, never
 * changes what [a-z] means.
 */
struct pattern *pattern_new(const char *expression,
                            char ret_what[PATTERN_WHAT_MAX]);

enum pattern_result {
    PATTERN_NO_MATCH = 0,
    PATTERN_MATCH,
    PATTERN_NO_MEMORY /* it could not be decided */
};

/* Matches all of `text`, whatever anchors the expression has. */
enum pattern_result pattern_match(const struct pattern *pattern,
                                  const char *text);

/* True if pattern_match() finds a match. */
bool pattern_matches(const struct pattern *pattern, const char *text);

/* Groups that pattern_expand() knows: \1 to \9. */
#define PATTERN_GROUPS_MAX 9

/*
 * True if each \ of `text` begins \\, which is a backslash, or \1 to \9, of a
 * group that there is.
 */
bool pattern_has_groups_of(const struct pattern *pattern, const char *text);

/*
 * Where the expression matches all of `text`: `with` into `into`, \N being what
 * its group N matched, nothing where it took no part, and \\ a backslash.
 * PATTERN_NO_MATCH too where that is too long for `size` bytes.
 */
enum pattern_result pattern_expand(const struct pattern *pattern,
                                   const char *text, const char *with,
                                   char *into, size_t size);

/* NULL is allowed. */
void pattern_free(struct pattern *pattern);

#endif
