/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MOMENT_H
#define MOMENT_H

struct moment {
    char text[64];
};

/* "2026-11-24T12:00:00Z, 3 min ago"; lives as long as the expression. */
struct moment moment_words(double moment, double now);

/* "3 min ago", or "in 3 min". */
struct moment moment_age(double moment, double now);

#endif
