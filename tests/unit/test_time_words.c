/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/time_words.h"

#include <criterion/criterion.h>

Test(moment, a_time_is_said_in_its_largest_unit)
{
    static const struct {
        double seconds;
        const char *span;
        const char *ago;
        const char *ahead;
    } rows[] = {
        {47, "47s", "47 s ago", "in 47 s"},
        {119, "119s", "119 s ago", "in 119 s"},
        {120, "2 min", "2 min ago", "in 2 min"},
        {7199, "119 min", "119 min ago", "in 119 min"},
        {7200, "2 h", "2 h ago", "in 2 h"},
        {172799, "47 h", "47 h ago", "in 47 h"},
        {172800, "2 d", "2 d ago", "in 2 d"},
        {86400.0 * 400, "400 d", "400 d ago", "in 400 d"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double now = 1900000000;

        cr_expect_str_eq(time_words_span(rows[i].seconds).text, rows[i].span);
        cr_expect_str_eq(time_words_span(-rows[i].seconds).text, rows[i].span);
        cr_expect_str_eq(time_words_age(now - rows[i].seconds, now).text,
                         rows[i].ago);
        cr_expect_str_eq(time_words_age(now + rows[i].seconds, now).text,
                         rows[i].ahead);
    }
    cr_expect_str_eq(time_words_at(1900000000, 1900000060).text,
                     "2030-03-17T17:46:40Z, 60 s ago");
}

Test(moment, milliseconds_are_told_from_seconds)
{
    double now = 1900000000;

    cr_expect_null(time_unit(now, now));
    cr_expect_null(time_unit(100 * now, now));
    cr_expect_null(time_unit(1000, 0));
    cr_expect_str_eq(time_unit(1000 * now, now),
                     " is in milliseconds, and must be in seconds");
    cr_expect_str_eq(time_unit(1000000 * now, now),
                     " is in microseconds, and must be in seconds");
}
