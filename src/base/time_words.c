/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/time_words.h"

#include "base/text.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

/* Finds the largest unit that a time has two of: 90 s say more than 1 min. */
static const char *
find_unit(double seconds, double *ret_count)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t unit = 0;

    while (unit < 3 && fabs(seconds) < 2 * units[unit].seconds)
        unit++;
    *ret_count = floor(fabs(seconds) / units[unit].seconds);
    return units[unit].name;
}

struct time_words
time_words_span(double seconds)
{
    struct time_words span;
    double count;
    const char *unit = find_unit(seconds, &count);

    snprintf(span.text, sizeof span.text, "%.0f%s%s", count,
             unit[0] == 's' ? "" : " ", unit);
    return span;
}

struct time_words
time_words_age(double moment, double now)
{
    struct time_words words;
    double count;
    const char *unit = find_unit(moment - now, &count);

    snprintf(words.text, sizeof words.text, "%s%.0f %s%s",
             moment > now ? "in " : "", count, unit,
             moment > now ? "" : " ago");
    return words;
}

struct time_words
time_words_at(double moment, double now)
{
    struct time_words words;

    snprintf(words.text, sizeof words.text, "%.24s, %.36s",
             text_time(moment).text, time_words_age(moment, now).text);
    return words;
}

const char *
time_unit(double moment, double now)
{
    /* No token has a time that is two hundred times as far from 1970 as now. */
    if (now < 1 || moment < 200 * now)
        return NULL;
    return moment < 5000 * now ? " is in milliseconds, and must be in seconds"
                               : " is in microseconds, and must be in seconds";
}
