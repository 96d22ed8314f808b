/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* How much of a foreign value one log line shows, in characters. */
#define TEXT_SHOWN_MAX 128

/* A value made safe for one log line; lives as long as the expression. */
struct shown {
    char text[TEXT_SHOWN_MAX + 8];
};

/*
 * "value" in double quotes: a quote and a backslash get a backslash, what is
 * not printable ASCII becomes \xHH, and what is longer than TEXT_SHOWN_MAX
 * characters ends in `"...`. NULL is shown as (none).
 */
struct shown text_quote(const char *value, size_t length);

/* As text_quote() of a string, but without quotes where none are needed. */
struct shown text_log_value(const char *value);

/*
 * A value for the line in pam_unix's shape, which log watchers parse: every
 * byte outside [A-Za-z0-9._@+-] and `also` becomes '?'. NULL is "".
 */
struct shown text_field(const char *value, const char *also);

/* The last second that a time_t holds: on some 32-bit systems one of 2038. */
#define TIME_T_MAX ((double)(((uint64_t)1 << (8 * sizeof(time_t) - 1)) - 1))

/*
 * A time in UTC, ISO 8601: "2026-11-24T12:00:00Z"; "far away" behind the year
 * 9999 or TIME_T_MAX.
 */
struct shown text_time(double seconds);

/* True if two strings are the same bytes. NULL equals nothing. */
bool text_equal(const char *a, const char *b);

/* As text_equal(), ASCII letters of either case being the same. */
bool text_equal_nocase(const char *a, const char *b);

/*
 * True if two media types of a JOSE header are the same: in any case, and with
 * "application/" left off or not (RFC 7515 section 4.1.9).
 */
bool text_equal_media_type(const char *a, const char *b);

#endif
