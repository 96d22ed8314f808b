/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(text, quote_makes_any_bytes_one_safe_line)
{
    char all[256];

    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)i;
    for (size_t start = 0; start < sizeof all; start += 16) {
        struct shown shown = text_quote(all + start, 16);

        for (const char *at = shown.text; *at != '\0'; at++)
            cr_expect(*at >= 0x20 && *at < 0x7f);
    }
    cr_expect_str_eq(text_quote("a\"b\\c\n", 6).text, "\"a\\\"b\\\\c\\x0a\"");
    cr_expect_str_eq(text_quote(NULL, 0).text, "(none)");
}

Test(text, quote_is_cut_at_its_stated_length)
{
    char text[400];

    memset(text, 'x', sizeof text);
    cr_expect_eq(strlen(text_quote(text, TEXT_SHOWN_MAX).text),
                 TEXT_SHOWN_MAX + 2);
    cr_expect_eq(strlen(text_quote(text, TEXT_SHOWN_MAX + 1).text),
                 TEXT_SHOWN_MAX + 5);
    memset(text, '\n', sizeof text);
    cr_expect_leq(strlen(text_quote(text, sizeof text).text),
                  TEXT_SHOWN_MAX + 5);
}

Test(text, field_has_nothing_that_a_log_watcher_could_misread)
{
    cr_expect_str_eq(text_field("al ice\trhost=1.2.3.4", "").text,
                     "al?ice?rhost?1.2.3.4");
    cr_expect_str_eq(text_field("fe80::1%eth0", ":%").text, "fe80::1%eth0");
    cr_expect_str_eq(text_field("fe80::1%eth0", "").text, "fe80??1?eth0");
    cr_expect_str_eq(text_field(NULL, "").text, "");
}

Test(text, bare_needs_no_quotes_only_where_it_is_safe)
{
    cr_expect_str_eq(text_log_value("https://i/x_1").text, "https://i/x_1");
    cr_expect_str_eq(text_log_value("a b").text, "\"a b\"");
    cr_expect_str_eq(text_log_value("").text, "\"\"");
    cr_expect_str_eq(text_log_value(NULL).text, "(none)");
}

Test(text, equality_is_of_all_bytes)
{
    cr_expect(text_equal("a", "a"));
    cr_expect_not(text_equal("a", "ab"));
    cr_expect_not(text_equal("a", "A"));
    cr_expect_not(text_equal(NULL, NULL));
    cr_expect(text_equal_nocase("At+JWT", "at+jwt"));
    cr_expect_not(text_equal_nocase("jwt", "jwt2"));
    cr_expect_not(text_equal_nocase("jwt@", "jwt`"));
}

Test(text, time_is_utc_in_words)
{
    cr_expect_str_eq(text_time(0).text, "1970-01-01T00:00:00Z");
    cr_expect_str_eq(text_time(1795796224.9).text, "2026-11-27T16:17:04Z");
    cr_expect_str_eq(text_time(253402300799.0).text, "9999-12-31T23:59:59Z");
    cr_expect_str_eq(text_time(253402300800.0).text, "far away");
    cr_expect_str_eq(text_time(-1).text, "far away");
    cr_expect_str_eq(text_time((double)NAN).text, "far away");
    cr_expect_str_eq(text_time((double)INFINITY).text, "far away");
}
