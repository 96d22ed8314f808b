/* SPDX-License-Identifier: BSD-2-Clause */
#include "moment.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

struct moment
moment_words(double moment, double now)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    struct moment words = {""};
    double away = fabs(moment - now);
    struct tm parts;
    time_t whole = (time_t)moment;
    size_t unit = 0;
    char date[32] = "far away";

    /* Two of a unit at least: 90 s say more than 1 min. */
    while (unit < 3 && away < 2 * units[unit].seconds)
        unit++;
    if (moment < 253402300800.0 && gmtime_r(&whole, &parts) != NULL)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts);
    snprintf(words.text, sizeof words.text, "%s, %s%.0f %s%s", date,
             moment > now ? "in " : "", floor(away / units[unit].seconds),
             units[unit].name, moment > now ? "" : " ago");
    return words;
}
