/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/document.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The document of RFC 6901 section 5, and its pointers. */
static const char document[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
    "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,"
    "\"null\":null,\"o\":{\"p\":[{\"q\":\"deep\"}]},\"1\":true,\"f\":false}";

static const struct {
    const char *pointer;
    bool found;
    double number; /* -1: not a number */
} pointers[] = {
    {"/foo", true, -1},
    {"/foo/0", true, -1},
    {"/foo/1", true, -1},
    {"/foo/2", false, 0},
    {"/foo/-", false, 0},
    {"/foo/01", false, 0},
    {"/foo/", false, 0},
    {"/foo/1x", false, 0},
    {"/foo/99999999999", false, 0},
    {"/foo/0/x", false, 0},
    {"/", true, 0},
    {"/a~1b", true, 1},
    {"/c%d", true, 2},
    {"/e^f", true, 3},
    {"/g|h", true, 4},
    {"/i\\j", true, 5},
    {"/k\"l", true, 6},
    {"/ ", true, 7},
    {"/m~0n", true, 8},
    {"/m~n", false, 0},
    {"/m~", false, 0},
    {"/m~2n", false, 0},
    {"/null", true, -1},
    {"/null/x", false, 0},
    {"/o/p/0/q", true, -1},
    {"/o/p/0/r", false, 0},
    {"/1", true, -1},
    {"/a/b", false, 0},
    {"a/b", true, 1},
    {"m~n", true, 8},
    {"absent", false, 0},
};

static struct json_object *
parse(const char *text)
{
    char what[JSONDOC_WHAT_MAX];
    struct json_object *object = NULL;

    cr_assert_eq(jsondoc_parse(text, strlen(text), &object, what), REASON_OK,
                 "%s: %s", text, what);
    return object;
}

Test(jsondoc, finds_what_rfc_6901_points_at)
{
    struct json_object *object = parse(document);

    for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        struct json_object *value = NULL;
        double number = -1;

        cr_expect_eq(jsondoc_find(object, pointers[i].pointer, &value),
                     pointers[i].found, "%s", pointers[i].pointer);
        if (!pointers[i].found)
            continue;
        if (!jsondoc_is_time(value, &number))
            number = -1;
        cr_expect_eq(number, pointers[i].number, "%s", pointers[i].pointer);
    }
    cr_expect_str_eq(jsondoc_string(object, "/o/p/0/q"), "deep");
    cr_expect_null(jsondoc_string(object, "null"));
    cr_expect_null(jsondoc_string(object, "1"));
    jsondoc_free(object);
}

/* What RFC 7519 section 2 calls NumericDate, as far as doubles are exact. */
static const struct {
    const char *text;
    double seconds; /* -1: none */
} times[] = {
    {"0", 0},
    {"1900000000", 1900000000},
    {"1900000000.5", 1900000000.5},
    {"1.9e9", 1900000000},
    {"9007199254740991", 9007199254740991},
    {"9007199254740992", -1},
    {"9223372036854775808", -1},
    {"99999999999999999999999", -1},
    {"1e400", -1},
    {"-1", -1},
    {"-0.5", -1},
    {"\"1900000000\"", -1},
    {"true", -1},
    {"null", -1},
    {"[1900000000]", -1},
    {"{}", -1},
};

Test(jsondoc, takes_numbers_alone_as_times)
{
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char text[80];
        struct json_object *object;
        struct json_object *value = NULL;
        double seconds = -1;

        snprintf(text, sizeof text, "{\"t\":%s}", times[i].text);
        object = parse(text);
        cr_assert(jsondoc_find(object, "t", &value));
        cr_expect_eq(jsondoc_is_time(value, &seconds), times[i].seconds >= 0,
                     "%s", text);
        cr_expect_eq(seconds, times[i].seconds, "%s", text);
        jsondoc_free(object);
    }
}

Test(jsondoc, types_are_what_they_are)
{
    struct json_object *object = parse(document);
    struct json_object *value = NULL;
    const char *text = NULL;

    cr_assert(jsondoc_find(object, "1", &value));
    cr_expect(jsondoc_is_true(value) && !jsondoc_is_false(value));
    cr_assert(jsondoc_find(object, "f", &value));
    cr_expect(jsondoc_is_false(value) && !jsondoc_is_true(value));
    cr_assert(jsondoc_find(object, "null", &value));
    cr_expect(!jsondoc_is_true(value) && !jsondoc_is_false(value) &&
              !jsondoc_is_string(value, &text) && !jsondoc_is_array(value));
    cr_expect_eq(jsondoc_array_size(value), 0);
    cr_assert(jsondoc_find(object, "foo", &value));
    cr_expect_eq(jsondoc_array_size(value), 2);
    cr_assert(jsondoc_is_string(jsondoc_array_item(value, 1), &text));
    cr_expect_str_eq(text, "baz");
    jsondoc_free(object);
}

Test(jsondoc, parses_one_object_and_nothing_else)
{
    static const char *const others[] = {
        "[]", "\"{}\"", "1", "null", "true", "{}{}", "", "{\"a\":1,\"a\":1}"};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char what[JSONDOC_WHAT_MAX] = "";
        struct json_object *object = NULL;

        cr_expect_eq(jsondoc_parse(others[i], strlen(others[i]), &object, what),
                     REASON_MALFORMED, "%s", others[i]);
        cr_expect_null(object);
        cr_expect_neq(what[0], '\0', "%s", others[i]);
    }
}
