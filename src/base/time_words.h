/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TIME_WORDS_H
#define TIME_WORDS_H

struct time_words {
    char text[64];
};

/* "2026-11-24T12:00:00Z, 3 min ago"; each lives as long as the expression. */
struct time_words time_words_at(double moment, double now);

/* "3 min ago", or "in 3 min". */
struct time_words time_words_age(double moment, double now);

/* The length of a time in its largest fitting unit: 47s, 90 min, 8 h, 7 d. */
struct time_words time_words_span(double seconds);

/*
 * Says that a time is in milliseconds or smaller units, which the clocks of
 * JavaScript and Java count in, to be put behind its name: " is in
 * milliseconds, and must be in seconds". NULL where it may be in seconds.
 */
const char *time_unit(double moment, double now);

#endif
