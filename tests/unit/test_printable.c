/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/printable.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *shown; /* as text */
    const char *json;
} rows[] = {
    {"alice", "alice", "alice"},
    {"J\xc3\xbcrgen \xe2\x82\xac", "J\xc3\xbcrgen \xe2\x82\xac",
     "J\xc3\xbcrgen \xe2\x82\xac"},
    {"\xf0\x9f\x94\x91", "\xf0\x9f\x94\x91", "\xf0\x9f\x94\x91"},
    {"a\x1b[31m", "a\\x1b[31m", "a\\u001b[31m"},
    {"a\nb\t", "a\\x0ab\\x09", "a\\u000ab\\u0009"},
    {"\x7f", "\\x7f", "\\u007f"},
    {"\xc2\x9b", "\\xc2\\x9b", "\\u009b"},
    {"\xc2\xa1", "\xc2\xa1", "\xc2\xa1"},
    {"\xe2\x80\xae", "\\xe2\\x80\\xae", "\\u202e"},
    {"\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\\u2066"},
    {"\xef\xbb\xbf", "\\xef\\xbb\\xbf", "\\ufeff"},
    {"\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81", "\\udb40\\udc41"},
    {"caf\xe9", "caf\\xe9", "caf\\\\xe9"},
    {"\xc0\xaf", "\\xc0\\xaf", "\\\\xc0\\\\xaf"},
    {"\xc1\xbf", "\\xc1\\xbf", "\\\\xc1\\\\xbf"},
    {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf", "\\\\xe0\\\\x9f\\\\xbf"},
    {"\xe0\xa0\x80", "\xe0\xa0\x80", "\xe0\xa0\x80"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\\\xed\\\\xa0\\\\x80"},
    {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf",
     "\\\\xf0\\\\x8f\\\\xbf\\\\xbf"},
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
     "\\\\xf4\\\\x90\\\\x80\\\\x80"},
    {"\xf5", "\\xf5", "\\\\xf5"},
    {"\xe2\x82", "\\xe2\\x82", "\\\\xe2\\\\x82"},
    {"\xe2\x82z", "\\xe2\\x82z", "\\\\xe2\\\\x82z"},
};

static void
write_as(const char *text, enum printable_form form, const char *wanted)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size);

    cr_assert_not_null(out);
    printable_write(out, text, strlen(text), form);
    cr_assert_eq(fclose(out), 0);
    cr_expect_str_eq(shown, wanted);
    free(shown);
}

Test(printable, shows_letters_and_escapes_what_a_terminal_would_obey)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_as(rows[i].text, PRINTABLE_TEXT, rows[i].shown);
        write_as(rows[i].text, PRINTABLE_JSON, rows[i].json);
    }
}

Test(printable, a_nul_within_the_length_is_escaped)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size);

    cr_assert_not_null(out);
    printable_write(out, "a\0b", 3, PRINTABLE_TEXT);
    cr_assert_eq(fclose(out), 0);
    cr_expect_str_eq(shown, "a\\x00b");
    free(shown);
}

Test(printable, reads_no_further_than_the_length)
{
    uint32_t point = 7;

    cr_expect_eq(printable_utf8("\xe2\x82\xac", 2, &point), 0);
    cr_expect_eq(printable_utf8("a", 0, &point), 0);
    cr_expect_eq(point, 7);
    cr_expect_eq(printable_utf8("\xe2\x82\xac", 3, &point), 3);
    cr_expect_eq(point, 0x20ac);
}
