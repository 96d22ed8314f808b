/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/nodes.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A text as the list has it: names with a colon, strings in quotes without
 * their escapes, n, t, f, 0 for a number.
 */
static const struct {
    const char *text;
    const char *wanted; /* NULL: no object that may be read */
} rows[] = {
    {"{}", "{}"},
    {" { } ", "{}"},
    {"{\"a\":null}", "{a:n}"},
    {"{\"a\":true,\"b\":false,\"c\":-1.5e3}", "{a:tb:fc:0}"},
    {"{\"a\":[],\"b\":{},\"c\":[[],{}]}", "{a:[]b:{}c:[[]{}]}"},
    {"{\"a\":[1,\"x\",null,{\"b\":[2]}],\"c\":\"\"}", "{a:[0'x'n{b:[0]}]c:''}"},
    {"{\"\":\"\"}", "{:''}"},
    {"{\"k\\u0069d\":\"\\u006b\\n\\/\\\"\\\\\"}", "{kid:'k\n/\"\\'}"},
    {"{\"\\u00e9\":\"\\u20ac\\ud83d\\ude00\xc3\xa9\"}",
     "{\xc3\xa9:'\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9'}"},
    {"{\"sixteen bytes and\\tmore\":\"0123456789abcdef0123456789abcdef\"}",
     "{sixteen bytes and\tmore:'0123456789abcdef0123456789abcdef'}"},
    {"{\"a\" : 1 , \"b\"\n:\t2\r}", "{a:0b:0}"},
    {"{\"a\":1,\"\\u0061\":2}", NULL},
    {"{\"a\":1,\"a\":2}", NULL},
    {"{\"ab\":1,\"aab\":2,\"ab\":3}", NULL},
    {"{\"a\":{\"b\":1,\"c\":2,\"b\":3}}", NULL},
    {"[]", NULL},
    {"\"a\"", NULL},
    {"{\"a\":1,}", NULL},
    {"{\"a\" 1}", NULL},
    {"{\"a\":\"\\u0000\"}", NULL},
    {"{\"a\":1", NULL},
    {"", NULL},
};

static void
write_out(const struct jsontext *text, struct jsonnode *node, FILE *out)
{
    static const char scalars[] = "nft0";

    if (node->kind == JSONNODE_NAME) {
        fprintf(out, "%s:", jsonnode_string(text, node));
        write_out(text, node + 1, out);
    } else if (node->kind == JSONNODE_STRING) {
        fprintf(out, "'%s'", jsonnode_string(text, node));
    } else if (node->kind < JSONNODE_STRING) {
        fputc(scalars[node->kind], out);
    } else {
        fputc(node->kind == JSONNODE_OBJECT ? '{' : '[', out);
        for (struct jsonnode *at = jsonnode_first(text, node); at != NULL;
             at = jsonnode_next(text, node, at))
            write_out(text, at, out);
        fputc(node->kind == JSONNODE_OBJECT ? '}' : ']', out);
    }
}

Test(nodes, list_what_stands_in_a_text)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char what[JSONDOC_WHAT_MAX] = "";
        char *copy = strdup(rows[i].text);
        struct jsontext text = {0};
        char *shown = NULL;
        size_t size;
        FILE *out;
        enum reason reason =
            jsontext_read(copy, strlen(copy), SIZE_MAX, &text, what);

        cr_expect_eq(reason,
                     rows[i].wanted != NULL ? REASON_OK : REASON_MALFORMED,
                     "%s: %s", rows[i].text, what);
        cr_expect((reason != REASON_OK) == (what[0] != '\0'), "%s",
                  rows[i].text);
        /* Twice, as strings change their place in the text. */
        for (int round = 0; reason == REASON_OK && round < 2; round++) {
            out = open_memstream(&shown, &size);
            write_out(&text, jsontext_root(&text), out);
            fclose(out);
            cr_expect_str_eq(shown, rows[i].wanted);
            free(shown);
        }
        jsontext_done(&text);
        free(copy);
    }
}

Test(nodes, a_member_is_found_by_what_its_name_means)
{
    char what[JSONDOC_WHAT_MAX];
    char copy[] = "{\"a\":{\"d\":1},\"\\u0064\":null,\"list\":[\"d\",2]}";
    struct jsontext text = {0};
    struct jsonnode *root;

    cr_assert_eq(jsontext_read(copy, strlen(copy), SIZE_MAX, &text, what),
                 REASON_OK);
    root = jsontext_root(&text);
    cr_expect_eq(text.nodes.objects, 2);
    cr_assert_not_null(jsontext_find(&text, root, "d"));
    cr_expect_eq(jsontext_find(&text, root, "d")->kind, JSONNODE_NULL);
    cr_expect(!jsontext_has(&text, root, "d"));
    cr_expect(jsontext_has(&text, root, "a"));
    cr_expect_null(jsontext_find(&text, root, "b"));
    /* Only in an object, and not in those within. */
    cr_expect_null(
        jsontext_find(&text, jsontext_find(&text, root, "list"), "d"));
    cr_expect_null(jsonnode_string(&text, NULL));
    cr_expect_null(jsonnode_string(&text, root));
    jsontext_done(&text);
}

/* More than there is room for at first. */
Test(nodes, a_list_grows)
{
    char what[JSONDOC_WHAT_MAX];
    size_t count = 0;
    char *copy = malloc(6 + 2 * 5000);
    char *again;
    struct jsontext text = {0};
    struct jsonnode *list;

    strcpy(copy, "{\"a\":[");
    for (size_t i = 0; i < 4999; i++)
        memcpy(copy + 6 + 2 * i, i == 4998 ? "1]" : "1,", 2);
    strcpy(copy + 6 + 2 * 4998 + 1, "]}");
    again = strdup(copy);
    cr_assert_eq(jsontext_read(copy, strlen(copy), SIZE_MAX, &text, what),
                 REASON_OK, "%s", what);
    list = jsontext_find(&text, jsontext_root(&text), "a");
    for (struct jsonnode *at = jsonnode_first(&text, list); at != NULL;
         at = jsonnode_next(&text, list, at))
        count++;
    cr_expect_eq(count, 4999);
    jsontext_done(&text);
    /* The object, a name, the list and what is in it. */
    cr_expect_eq(jsontext_read(again, strlen(again), 5002, &text, what),
                 REASON_OK);
    jsontext_done(&text);
    cr_expect_eq(jsontext_read(again, strlen(again), 5001, &text, what),
                 REASON_MALFORMED);
    cr_expect_eq(strncmp(what, JSONSCAN_TOO_MANY, strlen(JSONSCAN_TOO_MANY)),
                 0);
    free(copy);
    free(again);
}
