/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/scan.h"

#include "support.h"

#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(text) text, sizeof(text) - 1
#define OPEN16     "[[[[[[[[[[[[[[[["
#define CLOSE16    "]]]]]]]]]]]]]]]]"

static const struct {
    const char *name;
    const char *text;
    size_t length;
    enum jsonscan_result wanted;
} rows[] = {
    {"empty object", TEXT("{}"), JSONSCAN_OK},
    {"white space", TEXT(" \t\r\n{ \"a\" : [ 1 , 2 ] } "), JSONSCAN_OK},
    {"vertical tab", TEXT("{\v}"), JSONSCAN_BAD},
    {"nothing", TEXT(""), JSONSCAN_BAD},
    {"scalar", TEXT("true"), JSONSCAN_OK},
    {"wrong case", TEXT("True"), JSONSCAN_BAD},
    {"two values", TEXT("{}{}"), JSONSCAN_BAD},
    {"NUL behind", TEXT("{}\0"), JSONSCAN_BAD},
    {"trailing comma", TEXT("{\"a\":1,}"), JSONSCAN_BAD},
    {"unclosed", TEXT("{\"a\":1"), JSONSCAN_BAD},
    {"mismatched", TEXT("{\"a\":[1}"), JSONSCAN_BAD},
    {"single quotes", TEXT("{'a':1}"), JSONSCAN_BAD},
    {"BOM", TEXT("\xef\xbb\xbf{}"), JSONSCAN_BAD},
    {"twice", TEXT("{\"a\":1,\"a\":2}"), JSONSCAN_BAD},
    {"twice, escaped", TEXT("{\"a\":1,\"\\u0061\":2}"), JSONSCAN_BAD},
    {"twice, pair", TEXT("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}"),
     JSONSCAN_BAD},
    {"twice, slash", TEXT("{\"/\":1,\"\\/\":2}"), JSONSCAN_BAD},
    {"prefix is other", TEXT("{\"a\":1,\"ab\":2,\"\":3}"), JSONSCAN_OK},
    {"case is other", TEXT("{\"a\":1,\"A\":2}"), JSONSCAN_OK},
    {"n and newline differ", TEXT("{\"n\":1,\"\\n\":2}"), JSONSCAN_OK},
    {"same in siblings", TEXT("[{\"a\":1},{\"a\":1}]"), JSONSCAN_OK},
    {"same in child", TEXT("{\"a\":{\"a\":1}}"), JSONSCAN_OK},
    {"twice around a child", TEXT("{\"a\":{\"b\":1,\"c\":2},\"a\":1}"),
     JSONSCAN_BAD},
    {"U+0000", TEXT("\"\\u0000\""), JSONSCAN_BAD},
    {"looks like U+0000", TEXT("\"\\\\u0000\""), JSONSCAN_OK},
    {"raw NUL", TEXT("\"\0\""), JSONSCAN_BAD},
    {"control", TEXT("\"\x1f\""), JSONSCAN_BAD},
    {"DEL", TEXT("\"\x7f\""), JSONSCAN_OK},
    {"pair", TEXT("\"\\ud834\\udd1e\""), JSONSCAN_OK},
    {"lone high", TEXT("\"\\ud834\""), JSONSCAN_BAD},
    {"lone low", TEXT("\"\\udd1e\""), JSONSCAN_BAD},
    {"high high", TEXT("\"\\ud834\\ud834\""), JSONSCAN_BAD},
    {"short escape", TEXT("\"\\u12\""), JSONSCAN_BAD},
    {"bad escape", TEXT("\"\\x41\""), JSONSCAN_BAD},
    {"two bytes", TEXT("\"\xc2\x80\""), JSONSCAN_OK},
    {"overlong two", TEXT("\"\xc1\xbf\""), JSONSCAN_BAD},
    {"overlong three", TEXT("\"\xe0\x9f\xbf\""), JSONSCAN_BAD},
    {"three bytes", TEXT("\"\xe0\xa0\x80\""), JSONSCAN_OK},
    {"last before surrogates", TEXT("\"\xed\x9f\xbf\""), JSONSCAN_OK},
    {"surrogate", TEXT("\"\xed\xa0\x80\""), JSONSCAN_BAD},
    {"overlong four", TEXT("\"\xf0\x8f\xbf\xbf\""), JSONSCAN_BAD},
    {"highest", TEXT("\"\xf4\x8f\xbf\xbf\""), JSONSCAN_OK},
    {"beyond the highest", TEXT("\"\xf4\x90\x80\x80\""), JSONSCAN_BAD},
    {"lone continuation", TEXT("\"\x80\""), JSONSCAN_BAD},
    {"cut character", TEXT("\"\xe2\x82\""), JSONSCAN_BAD},
    {"0", TEXT("0"), JSONSCAN_OK},
    {"-0", TEXT("-0"), JSONSCAN_OK},
    {"01", TEXT("01"), JSONSCAN_BAD},
    {"-", TEXT("-"), JSONSCAN_BAD},
    {"+1", TEXT("+1"), JSONSCAN_BAD},
    {"1.", TEXT("1."), JSONSCAN_BAD},
    {".5", TEXT(".5"), JSONSCAN_BAD},
    {"1.5e+3", TEXT("1.5e+3"), JSONSCAN_OK},
    {"1e", TEXT("1e"), JSONSCAN_BAD},
    {"1e+-1", TEXT("1e+-1"), JSONSCAN_BAD},
    {"NaN", TEXT("NaN"), JSONSCAN_BAD},
    {"Infinity", TEXT("-Infinity"), JSONSCAN_BAD},
    {"16 deep", TEXT(OPEN16 CLOSE16), JSONSCAN_OK},
    {"17 deep", TEXT(OPEN16 "[]" CLOSE16), JSONSCAN_BAD},
};

Test(jsonscan, reads_what_rfc_8259_has_and_nothing_else)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *what = "";
        size_t values = 0;
        size_t at = 0;
        /* A copy of the exact size, so that ASan sees one byte too far. */
        char *text = malloc(rows[i].length + 1);

        memcpy(text, rows[i].text, rows[i].length);
        text = realloc(text, rows[i].length > 0 ? rows[i].length : 1);
        cr_expect_eq(jsonscan(text, rows[i].length, &values, &what, &at),
                     rows[i].wanted, "%s: %s", rows[i].name, what);
        free(text);
    }
}

/* What this project refuses on purpose, though RFC 8259 lets it pass. */
static const char *const refused_on_purpose[] = {
    "y_string_null_escape",
    "y_object_escaped_null_in_key",
    "y_object_duplicated_key",
    "y_object_duplicated_key_and_value",
};

static bool
is_refused_on_purpose(const char *name)
{
    for (size_t i = 0; i < 4; i++)
        if (strncmp(name, refused_on_purpose[i], strcspn(name, ".")) == 0 &&
            strlen(refused_on_purpose[i]) == strcspn(name, "."))
            return true;
    return false;
}

Test(jsonscan, agrees_with_the_json_test_suite)
{
    struct json_object *suite =
        shared_vectors("jsontestsuite/jsontestsuite.json");
    struct json_object *tests;
    size_t count;

    if (suite == NULL)
        cr_skip_test("Test was skipped: ../shared/vectors is not there");
    cr_assert(json_object_object_get_ex(suite, "tests", &tests));
    count = json_object_array_length(tests);
    cr_assert_eq(count, 316);
    for (size_t i = 0; i < count; i++) {
        struct json_object *row = json_object_array_get_idx(tests, i);
        struct json_object *name;
        struct json_object *base64;
        const char *what = "";
        size_t values = 0;
        size_t at = 0;
        unsigned char *text;
        size_t length;
        const char *id;
        enum jsonscan_result result;

        cr_assert(json_object_object_get_ex(row, "name", &name));
        cr_assert(json_object_object_get_ex(row, "b64", &base64));
        id = json_object_get_string(name);
        text = malloc((size_t)json_object_get_string_len(base64) + 4);
        length = from_base64(json_object_get_string(base64), text);
        result = jsonscan((char *)text, length, &values, &what, &at);
        if (id[0] == 'n')
            cr_expect_eq(result, JSONSCAN_BAD, "%s", id);
        if (id[0] == 'y')
            cr_expect_eq(result,
                         is_refused_on_purpose(id) ? JSONSCAN_BAD : JSONSCAN_OK,
                         "%s: %s", id, what);
        free(text);
    }
    json_object_put(suite);
}

/* Runs are skipped eight bytes at a time: each byte, at each place in them. */
Test(jsonscan, sees_every_byte_of_a_run)
{
    for (int byte = 0; byte < 256; byte++)
        for (size_t store_uri = 0; store_uri < 20; store_uri++)
            for (size_t length = store_uri + 1; length < 24; length++) {
                char text[40] = "{\"a\":\"";
                const char *what = "";
                size_t values = 0;
                size_t at = 0;
                /* '"' ends the string early; '\\' and 'x' are no escape. */
                bool good =
                    byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

                memset(text + 6, 'x', length);
                text[6 + store_uri] = (char)byte;
                memcpy(text + 6 + length, "\"}", 2);
                /* Behind the last byte an escape takes the quote. */
                cr_expect_eq(jsonscan(text, length + 8, &values, &what, &at),
                             good ? JSONSCAN_OK : JSONSCAN_BAD,
                             "byte 0x%02x at %zu of %zu", byte, store_uri,
                             length);
                if (!good && byte != '"' && byte != '\\')
                    cr_expect_eq(at, 6 + store_uri, "byte 0x%02x at %zu of %zu",
                                 byte, store_uri, length);
            }
}

Test(jsonscan, counts_every_value)
{
    static const struct {
        const char *text;
        size_t wanted;
    } cases[] = {
        {"1", 1},
        {"{}", 1},
        {"[]", 1},
        {"[1]", 2},
        {"{\"a\":null}", 2},
        {"{\"a\":[true,\"x\",{}],\"b\":{\"c\":1}}", 7},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *what = "";
        size_t values = 0;
        size_t at = 0;

        cr_expect_eq(
            jsonscan(cases[i].text, strlen(cases[i].text), &values, &what, &at),
            JSONSCAN_OK);
        cr_expect_eq(values, cases[i].wanted, "%s: %zu", cases[i].text, values);
    }
}
