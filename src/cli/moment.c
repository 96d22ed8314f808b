/* SPDX-License-Identifier: BSD-2-Clause */
#include "moment.h"

#include "text.h"

#include <math.h>
#include <stdio.h>

struct moment
moment_age(double moment, double now)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    struct moment words = {""};
    double away = fabs(moment - now);
    size_t unit = 0;

    /* Two of a unit at least: 90 s say more than 1 min. */
    while (unit < 3 && away < 2 * units[unit].seconds)
        unit++;
    snprintf(words.text, sizeof words.text, "%s%.0f %s%s",
             moment > now ? "in " : "", floor(away / units[unit].seconds),
             units[unit].name, moment > now ? "" : " ago");
    return words;
}

struct moment
moment_words(double moment, double now)
{
    struct moment words;

    snprintf(words.text, sizeof words.text, "%.24s, %.36s",
             text_time(moment).text, moment_age(moment, now).text);
    return words;
}
