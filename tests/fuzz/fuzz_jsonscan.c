/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "second_parser.h"
#include "json/scan.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

/*
 * The scanner against a second parser: both take the same texts, but for
 * depth and for numbers that the second cannot hold; and what json-c reads
 * after our scan is what the second parser reads.
 */

static size_t
depth_of(const char *text, size_t length)
{
    size_t depth = 0;
    size_t deepest = 0;
    bool in_string = false;

    for (size_t i = 0; i < length; i++) {
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (!in_string && (text[i] == '[' || text[i] == '{') &&
                 ++depth > deepest)
            deepest = depth;
        else if (!in_string && (text[i] == ']' || text[i] == '}'))
            depth--;
    }
    return deepest;
}

/* json-c's reading, written out by json-c; the caller frees it. */
static char *
reread(const char *text, size_t length)
{
    struct json_tokener *tokener = json_tokener_new_ex(JSONSCAN_DEPTH_MAX + 1);
    /* With the NUL, so that a number is seen to end. */
    char *copy = strndup(text, length);
    struct json_object *value =
        json_tokener_parse_ex(tokener, copy, (int)length + 1);
    char *again;

    MUST(json_tokener_get_error(tokener) == json_tokener_success);
    again =
        strdup(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
    json_object_put(value);
    json_tokener_free(tokener);
    free(copy);
    return again;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *what = NULL;
    size_t values = 0;
    size_t at = 0;
    enum jsonscan_result ours = jsonscan(text, size, &values, &what, &at);
    enum second_result theirs = second_parser(text, size);
    char *again;

    if (ours != JSONSCAN_OK) {
        MUST(what != NULL && at <= size);
        MUST(theirs != SECOND_GOOD ||
             depth_of(text, size) > JSONSCAN_DEPTH_MAX);
        return 0;
    }
    MUST(theirs != SECOND_BAD);
    again = reread(text, size);
    MUST(theirs == SECOND_OUT_OF_RANGE ||
         second_parser_same(text, size, again, strlen(again)));
    free(again);
    return 0;
}
