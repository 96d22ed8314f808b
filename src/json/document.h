/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "base/reason.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* Room for a sentence that says what is wrong with a text. */
#define JSONDOC_WHAT_MAX 80

/*
 * Parses one JSON object and nothing else; the scanner runs first. OK,
 * MALFORMED (and what is wrong, without a byte of the text) or NO_MEMORY. The
 * caller frees the object with jsondoc_free().
 */
enum reason jsondoc_parse(const char *text, size_t length,
                          struct json_object **ret_object,
                          char ret_what[JSONDOC_WHAT_MAX])
    __attribute__((warn_unused_result));

void jsondoc_free(struct json_object *object);

/*
 * Looks up a member, by its name or, when `name` begins with '/', by a JSON
 * pointer (RFC 6901). False: absent. A member that is null is there, with a
 * NULL value.
 */
bool jsondoc_find(struct json_object *object, const char *name,
                  struct json_object **ret_value);

/*
 * True if an object has a member of one of the names, of which NULL is last.
 * One that is null does not count.
 */
bool jsondoc_has_any(struct json_object *object, const char *const *names);

/* True if a value is a string; it stays the document's and holds no NUL. */
bool jsondoc_is_string(struct json_object *value, const char **ret_text);

/* Overwrites every string of a document that holds a secret, and frees it. */
void jsondoc_free_secret(struct json_object *object);

/* The string that the member `name` is; NULL if it is absent or of another
 * type. */
const char *jsondoc_string(struct json_object *object, const char *name);

/* Room for the decimal digits of an integer. */
#define JSONDOC_SCALAR_MAX 24

/*
 * A string as it is, a boolean as true or false, an integer within 2^53-1 in
 * decimal; NULL for anything else. What is not a string is written into `text`.
 */
const char *jsondoc_scalar(struct json_object *value,
                           char text[JSONDOC_SCALAR_MAX]);

/* "an array", "an object" and so on, for a message. */
const char *jsondoc_kind(struct json_object *value);

/* The count of an array's elements, or 0 for what is no array. */
size_t jsondoc_array_size(struct json_object *value);
struct json_object *jsondoc_array_item(struct json_object *value, size_t at);
bool jsondoc_is_array(struct json_object *value);

bool jsondoc_is_bool(struct json_object *value);
bool jsondoc_is_true(struct json_object *value);
bool jsondoc_is_false(struct json_object *value);

/*
 * A new number, written exactly and with a dot, whatever the host's locale has
 * for one: json-c writes others than the comma as they are. NULL: out of
 * memory.
 */
struct json_object *jsondoc_new_number(double number);

/*
 * True if a value is a NumericDate that can be reckoned with: a number from 0
 * to 2^53-1 seconds, fractions allowed (RFC 7519 section 2).
 */
bool jsondoc_is_time(struct json_object *value, double *ret_seconds);

#endif
