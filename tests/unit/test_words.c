/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/words.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* "<" and ">" stand around each word, "[" and "]" around a quoted one. */
static const struct {
    const char *text;
    const char *file;  /* the words by the rules of a file; NULL: refused */
    const char *plain; /* as a module argument */
} rows[] = {
    {"", "", ""},
    {" \t ", "", ""},
    {"a", "<a>", "<a>"},
    {"  a \t b\t", "<a><b>", "<a><b>"},
    {"alice # not bob", "<alice>", "<alice><#><not><bob>"},
    {"alice\t# not bob", "<alice>", "<alice><#><not><bob>"},
    {"alice #not bob", "<alice>", "<alice><#not><bob>"},
    {"alice ##", "<alice>", "<alice><##>"},
    {"alice #", "<alice>", "<alice><#>"},
    {" # alice", "", "<#><alice>"},
    {"a#b", "<a#b>", "<a#b>"},
    {"https://a/#/b # c", "<https://a/#/b>", "<https://a/#/b><#><c>"},
    {"# alice", NULL, "<#><alice>"}, /* directly behind the = */
    {"#", NULL, "<#>"},
    {"alice# not bob", NULL, "<alice#><not><bob>"},
    {"alice#", NULL, "<alice#>"},
    {"alice\xc2\xa0# not bob", NULL, "<alice\xc2\xa0#><not><bob>"},
    {"alice\xe2\x80\x83x", NULL, "<alice\xe2\x80\x83x>"},
    {"\"alice\xc2\xa0x\"", "[alice\xc2\xa0x]", "<\"alice\xc2\xa0x\">"},
    {"\xc3\xa9t\xc3\xa9", "<\xc3\xa9t\xc3\xa9>", "<\xc3\xa9t\xc3\xa9>"},
    {"\"a b\"", "[a b]", "<\"a><b\">"},
    {"\"a b\" c", "[a b]<c>", "<\"a><b\"><c>"},
    {"\"a # b\" # c", "[a # b]", "<\"a><#><b\"><#><c>"},
    {"\"*\" *", "[*]<*>", "<\"*\"><*>"},
    {"\"a\"\"b\"", "[a\"b]", "<\"a\"\"b\">"},
    {"\"\"\"\"", "[\"]", "<\"\"\"\">"},
    {"\"\"\"a\"\"\"", "[\"a\"]", "<\"\"\"a\"\"\">"},
    {"\"a\\\"", "[a\\]", "<\"a\\\">"},
    {"\"\\n\"", "[\\n]", "<\"\\n\">"},
    {"\\", "<\\>", "<\\>"},
    {"\" \"", "[ ]", "<\"><\">"},
    {"\"a\"\t\"b\"", "[a][b]", "<\"a\"><\"b\">"},
    {"\"\"", NULL, "<\"\">"},
    {"a \"\" b", NULL, "<a><\"\"><b>"},
    {"\"", NULL, "<\">"},
    {"\"a", NULL, "<\"a>"},
    {"\"a # b", NULL, "<\"a><#><b>"},
    {"\"a\"\"", NULL, "<\"a\"\">"},
    {"\"\"\"", NULL, "<\"\"\">"},
    {"\"a\"b", NULL, "<\"a\"b>"},
    {"\"a\"#b", NULL, "<\"a\"#b>"},
    {"\"a\"\"b\"c", NULL, "<\"a\"\"b\"c>"},
    {"a\"", NULL, "<a\">"},
    {"a\"b\"", NULL, "<a\"b\">"},
    {"a # \"", "<a>", "<a><#><\">"},
    {"a,b", "<a,b>", "<a,b>"},
};

static void
expect(const char *text, enum words_form form, const char *wanted)
{
    struct words words;
    const char *wrong = words_read(text, form, &words);
    char got[256] = "";
    size_t used = 0;

    cr_expect_eq(wrong == NULL, wanted != NULL, "%s: %s", text, wrong);
    for (size_t i = 0; i < words.count; i++)
        used += (size_t)snprintf(got + used, sizeof got - used,
                                 words.items[i].is_quoted ? "[%s]" : "<%s>",
                                 words.items[i].text);
    if (wanted != NULL)
        cr_expect_str_eq(got, wanted, "%s", text);
    words_done(&words);
}

Test(words, are_split_by_the_rules_of_the_file_or_plainly)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(rows[i].text, WORDS_FILE, rows[i].file);
        expect(rows[i].text, WORDS_PLAIN, rows[i].plain);
    }
}

Test(words, the_rest_is_as_written_or_one_quoted_word)
{
    static const struct {
        const char *text;
        size_t from;
        const char *wanted; /* NULL: none */
    } rests[] = {
        {"a  b\tc ", 0, "a  b\tc"},
        {"a  b\tc # d", 0, "a  b\tc"},
        {"a  b\tc # d", 1, "b\tc"},
        {" \t a  b ", 0, "a  b"},
        {"a b", 1, "b"},
        {"a b", 2, NULL},
        {"", 0, NULL},
        {"# a", 0, NULL},
        {"\"a  b\"", 0, "a  b"},
        {"x \"a \"\" b\" # c", 1, "a \" b"},
        {"x \"a\" b", 1, NULL},
        {"x a \"b\"", 1, NULL},
        {"x a \"b\"", 2, "b"},
        {"\"x\" a b", 1, "a b"},
    };

    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
        struct words words;
        const char *wrong = words_read(rests[i].text, WORDS_FILE, &words);
        const char *rest = words_rest(&words, rests[i].from);

        if (rests[i].text[0] == '#')
            cr_expect_not_null(wrong);
        else
            cr_expect_null(wrong, "%s: %s", rests[i].text, wrong);
        cr_expect(rests[i].wanted == NULL ? rest == NULL
                                          : text_equal(rest, rests[i].wanted),
                  "%s from %zu: %s", rests[i].text, rests[i].from, rest);
        words_done(&words);
    }
}

Test(words, a_line_is_looked_at_wherever_the_fault_is)
{
    static const struct {
        const char *line;
        size_t length;
        const char *wanted;
    } lines[] = {
        {"a\tb", 3, NULL},
        {"\xc3\xa9 # \xc2\xa0", 7, NULL},
        {"a = b\r", 6, "CR"},
        {"# a\r", 4, "CR"},
        {"a\rb", 3, "control byte"},
        {"a\0b", 3, "control byte"},
        {"a # \x1b", 5, "control byte"},
        {"a\x7f", 2, "control byte"},
        {"\xef\xbb\xbf"
         "a = b",
         8, "BOM"},
        {"# \xef\xbb\xbf", 5, "BOM"},
        {"a = \"\xef\xbb\xbf"
         "b\"",
         9, "BOM"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *fault = line_fault(lines[i].line, lines[i].length);

        if (lines[i].wanted == NULL)
            cr_expect_null(fault, "%zu: %s", i, fault);
        else
            cr_expect(fault != NULL && strstr(fault, lines[i].wanted) != NULL,
                      "%zu: %s", i, fault);
    }
}
