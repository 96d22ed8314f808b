/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "json/nodes.h"

#include <json-c/json.h>
#include <string.h>

/*
 * The list of what stands in a text against the tree that json-c makes of it:
 * the same names in the same order, kinds and strings.
 */

static enum json_type
kind_of(const struct jsonnode *node)
{
    switch (node->kind) {
    case JSONNODE_TRUE:
    case JSONNODE_FALSE:
        return json_type_boolean;
    case JSONNODE_STRING:
        return json_type_string;
    case JSONNODE_ARRAY:
        return json_type_array;
    case JSONNODE_OBJECT:
        return json_type_object;
    default:
        return json_type_null;
    }
}

static void compare(const struct jsontext *text, struct jsonnode *node,
                    struct json_object *theirs);

static void
compare_array(const struct jsontext *text, const struct jsonnode *node,
              struct json_object *theirs)
{
    size_t count = 0;

    for (struct jsonnode *at = jsonnode_first(text, node); at != NULL;
         at = jsonnode_next(text, node, at), count++) {
        MUST(count < json_object_array_length(theirs));
        compare(text, at, json_object_array_get_idx(theirs, count));
    }
    MUST(count == json_object_array_length(theirs));
}

static void
compare_object(const struct jsontext *text, const struct jsonnode *node,
               struct json_object *theirs)
{
    struct jsonnode *at = jsonnode_first(text, node);

    json_object_object_foreach(theirs, name, value)
    {
        MUST(at != NULL && at->kind == JSONNODE_NAME);
        MUST(strcmp(jsonnode_string(text, at), name) == 0);
        MUST(jsontext_find(text, node, name) == at + 1);
        compare(text, at + 1, value);
        at = jsonnode_next(text, node, at);
    }
    MUST(at == NULL);
}

static void
compare(const struct jsontext *text, struct jsonnode *node,
        struct json_object *theirs)
{
    enum json_type type = json_object_get_type(theirs);

    if (node->kind == JSONNODE_NUMBER) {
        MUST(type == json_type_int || type == json_type_double);
        return;
    }
    MUST(type == kind_of(node));
    if (type == json_type_boolean)
        MUST(json_object_get_boolean(theirs) == (node->kind == JSONNODE_TRUE));
    MUST((jsonnode_string(text, node) != NULL) == (type == json_type_string));
    if (type == json_type_string) {
        MUST(strcmp(jsonnode_string(text, node),
                    json_object_get_string(theirs)) == 0);
        MUST(node->length == (size_t)json_object_get_string_len(theirs));
    } else if (type == json_type_array) {
        compare_array(text, node, theirs);
    } else if (type == json_type_object) {
        compare_object(text, node, theirs);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char what[JSONDOC_WHAT_MAX];
    char said[JSONDOC_WHAT_MAX];
    struct json_object *theirs = NULL;
    struct jsontext ours = {0};
    /* Not a byte more, so that reading beyond is seen. */
    char *text = malloc(size > 0 ? size : 1);
    char *copy = malloc(size + 1);
    enum reason reason;

    MUST(text != NULL && copy != NULL);
    memcpy(text, data, size);
    memcpy(copy, data, size);
    copy[size] = '\0';
    reason = jsontext_read(text, size, SIZE_MAX, &ours, what);
    MUST(reason == jsondoc_parse(copy, size, &theirs, said));
    if (reason == REASON_OK) {
        compare(&ours, jsontext_root(&ours), theirs);
        jsontext_done(&ours);
        jsondoc_free(theirs);
    } else {
        MUST(strcmp(what, said) == 0);
    }
    free(text);
    free(copy);
    return 0;
}
