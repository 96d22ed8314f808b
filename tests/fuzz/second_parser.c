/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of its own: jansson and json-c have names in common. */
#include "second_parser.h"

#include <jansson.h>
#include <string.h>

static json_t *
load(const char *text, size_t size, json_error_t *error)
{
    return json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
                      error);
}

enum second_result
second_parser(const char *text, size_t size)
{
    json_error_t error;
    json_t *value;

    /* jansson takes a NUL for the end; RFC 8259 has it in no text. */
    if (memchr(text, '\0', size) != NULL)
        return SECOND_BAD;
    value = load(text, size, &error);
    if (value != NULL) {
        json_decref(value);
        return SECOND_GOOD;
    }
    return json_error_code(&error) == json_error_numeric_overflow
               ? SECOND_OUT_OF_RANGE
               : SECOND_BAD;
}

int
second_parser_same(const char *a, size_t a_size, const char *b, size_t b_size)
{
    json_error_t error;
    json_t *first = load(a, a_size, &error);
    json_t *second = load(b, b_size, &error);
    int same = first != NULL && second != NULL && json_equal(first, second);

    json_decref(first);
    json_decref(second);
    return same;
}
