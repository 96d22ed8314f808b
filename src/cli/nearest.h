/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

/* Looks for the known word that a mistyped one was meant to be. */
struct nearest {
    const char *text; /* the mistyped word */
    size_t length;
    const char *best; /* NULL: no word looks like it */
    size_t distance;
};

/* Takes a known word if it is nearer than the best so far. */
void nearest_try(struct nearest *nearest, const char *word);

#endif
