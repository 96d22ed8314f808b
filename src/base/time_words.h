/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MOMENT_H
#define MOMENT_H

struct moment {
    char text[64];
};

/* "2026-11-24T12:00:00Z, 3 min ago"; each lives as long as the expression. */
struct moment moment_words(double moment, double now);

/* "3 min ago", or "in 3 min". */
struct moment moment_age(double moment, double now);

/* The length of a time in its largest fitting unit: 47s, 90 min, 8 h, 7 d. */
struct moment moment_span(double seconds);

/*
 * Says that a time is in milliseconds or smaller units, which the clocks of
 * JavaScript and Java count in, to be put behind its name: " is in
 * milliseconds, and must be in seconds". NULL where it may be in seconds.
 */
const char *moment_unit(double moment, double now);

#endif
