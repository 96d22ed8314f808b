/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Longest word compared, in bytes. */
#define LENGTH_MAX 32

/* More letters that differ are another word; in a short one, fewer. */
#define DISTANCE_MAX 2

static size_t
least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

/* Levenshtein's distance, letters of either case being the same. */
static size_t
distance_of(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t row[LENGTH_MAX + 1];

    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t above = row[j];
            bool same = tolower((unsigned char)a[i - 1]) ==
                        tolower((unsigned char)b[j - 1]);

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + !same);
            diagonal = above;
        }
    }
    return row[b_length];
}

void
nearest_try(struct nearest *nearest, const char *word)
{
    size_t length = strlen(word);
    size_t most =
        nearest->length / 2 < DISTANCE_MAX ? nearest->length / 2 : DISTANCE_MAX;
    size_t distance;

    if (nearest->length > LENGTH_MAX || length > LENGTH_MAX)
        return;
    distance = distance_of(nearest->text, nearest->length, word, length);
    /* A beginning of it is as near as one wrong letter. */
    if (nearest->length >= 2 &&
        strncasecmp(nearest->text, word, nearest->length) == 0)
        distance = distance > 1 ? 1 : distance;
    if (distance > most ||
        (nearest->best != NULL && distance >= nearest->distance))
        return;
    nearest->best = word;
    nearest->distance = distance;
}
