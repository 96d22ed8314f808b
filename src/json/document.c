/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/document.h"

#include "base/text.h"
#include "json/pointer.h"
#include "json/scan.h"

#include <json-c/json.h>
#include <json-c/printbuf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Names that jansson or json-glib export too (json_object_get, _iter_next,
 * _get_type, _equal) are not called here: a host program may carry them, and
 * its symbols go before those of a library that a module brings.
 */

/* 2^53-1: beyond it a double is not exact, nor another program's number. */
#define INTEGER_MAX INT64_C(9007199254740991)
#define TIME_MAX    9007199254740991.0

/* json-c leaves the last string that it read in the buffer that it frees. */
static void
free_tokener(struct json_tokener *tokener)
{
    explicit_bzero(tokener->pb->buf, (size_t)tokener->pb->size);
    json_tokener_free(tokener);
}

static size_t
count_values(struct json_object *value)
{
    size_t count = 1;

    for (size_t i = 0; i < jsondoc_array_size(value); i++)
        count += count_values(jsondoc_array_item(value, i));
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            (void)name;
            count += count_values(member);
        }
    }
    return count;
}

enum reason
jsondoc_parse(const char *text, size_t length, struct json_object **ret_object,
              char ret_what[JSONDOC_WHAT_MAX])
{
    struct json_tokener *tokener;
    struct json_object *object;
    const char *what = NULL;
    size_t values = 0;
    size_t at = 0;
    bool whole;

    switch (jsonscan(text, length, &values, &what, &at)) {
    case JSONSCAN_OK:
        break;
    case JSONSCAN_NO_MEMORY:
        return REASON_NO_MEMORY;
    case JSONSCAN_BAD:
    default:
        snprintf(ret_what, JSONDOC_WHAT_MAX, "%s at byte %zu", what, at);
        return REASON_MALFORMED;
    }
    if (length > INT32_MAX) {
        snprintf(ret_what, JSONDOC_WHAT_MAX, "too long");
        return REASON_MALFORMED;
    }
    /* The scan has found something behind the white space. */
    if (text[strspn(text, " \t\r\n")] != '{') {
        snprintf(ret_what, JSONDOC_WHAT_MAX, "not a JSON object");
        return REASON_MALFORMED;
    }

    /* json-c counts one level more than an array has; the scan counted. */
    tokener = json_tokener_new_ex(JSONSCAN_DEPTH_MAX + 2);
    if (tokener == NULL)
        return REASON_NO_MEMORY;
    object = json_tokener_parse_ex(tokener, text, (int)length);
    whole = json_tokener_get_error(tokener) == json_tokener_success &&
            json_tokener_get_parse_end(tokener) == length &&
            count_values(object) == values;
    free_tokener(tokener);
    if (whole) {
        *ret_object = object;
        return REASON_OK;
    }
    /*
     * json-c takes all that the scan takes, unless memory ends. Then it fails,
     * or leaves a member out and says nothing.
     */
    json_object_put(object);
    return REASON_NO_MEMORY;
}

void
jsondoc_free(struct json_object *object)
{
    json_object_put(object);
}

/* Recursion ends: the scan lets nothing through that is deeper than its limit.
 */
static void
wipe_strings(struct json_object *value)
{
    if (json_object_is_type(value, json_type_string))
        explicit_bzero((char *)(uintptr_t)json_object_get_string(value),
                       (size_t)json_object_get_string_len(value));
    for (size_t i = 0; i < jsondoc_array_size(value); i++)
        wipe_strings(jsondoc_array_item(value, i));
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            (void)name;
            wipe_strings(member);
        }
    }
}

void
jsondoc_free_secret(struct json_object *object)
{
    wipe_strings(object);
    json_object_put(object);
}

bool
jsondoc_is_array(struct json_object *value)
{
    return json_object_is_type(value, json_type_array);
}

size_t
jsondoc_array_size(struct json_object *value)
{
    return jsondoc_is_array(value) ? json_object_array_length(value) : 0;
}

struct json_object *
jsondoc_array_item(struct json_object *value, size_t at)
{
    return json_object_array_get_idx(value, at);
}

static bool
find_step(struct json_object *from, char *token, struct json_object **ret_value)
{
    size_t index;

    if (!pointer_unescape(token))
        return false;
    if (json_object_is_type(from, json_type_object))
        return json_object_object_get_ex(from, token, ret_value);
    if (!pointer_index(token, jsondoc_array_size(from), &index))
        return false;
    *ret_value = json_object_array_get_idx(from, index);
    return true;
}

/*
 * Not json_pointer_get(): it takes "/a/-" and "/01", tells a null from an
 * absent member by errno alone, and differs between the versions.
 */
static bool
find_pointer(struct json_object *object, const char *pointer,
             struct json_object **ret_value)
{
    char *copy = strdup(pointer + 1);
    char *rest = copy;
    bool found = copy != NULL;

    *ret_value = object;
    while (found && rest != NULL) {
        char *token = strsep(&rest, "/");

        found = find_step(*ret_value, token, ret_value);
    }
    free(copy);
    return found;
}

bool
jsondoc_find(struct json_object *object, const char *name,
             struct json_object **ret_value)
{
    if (name[0] == '/')
        return find_pointer(object, name, ret_value);
    return json_object_is_type(object, json_type_object) &&
           json_object_object_get_ex(object, name, ret_value);
}

/* One walk over the members is less than looking each name up. */
bool
jsondoc_has_any(struct json_object *object, const char *const *names)
{
    const struct lh_entry *entry;

    if (!json_object_is_type(object, json_type_object))
        return false;
    lh_foreach(json_object_get_object(object), entry)
    {
        const char *member = lh_entry_k(entry);

        for (const char *const *name = names; *name != NULL; name++)
            if (member[0] == (*name)[0] && text_equal(member, *name) &&
                lh_entry_v(entry) != NULL)
                return true;
    }
    return false;
}

bool
jsondoc_is_string(struct json_object *value, const char **ret_text)
{
    if (!json_object_is_type(value, json_type_string))
        return false;
    *ret_text = json_object_get_string(value);
    /* The scan refused U+0000; this is the second lock on that door. */
    return strlen(*ret_text) == (size_t)json_object_get_string_len(value);
}

const char *
jsondoc_string(struct json_object *object, const char *name)
{
    struct json_object *value;
    const char *text;

    return jsondoc_find(object, name, &value) && jsondoc_is_string(value, &text)
               ? text
               : NULL;
}

const char *
jsondoc_scalar(struct json_object *value, char text[JSONDOC_SCALAR_MAX])
{
    const char *string;
    int64_t number;

    if (jsondoc_is_string(value, &string))
        return string;
    if (jsondoc_is_bool(value))
        return json_object_get_boolean(value) ? "true" : "false";
    if (!json_object_is_type(value, json_type_int))
        return NULL;
    /* Beyond this json-c clamps, and others round. */
    number = json_object_get_int64(value);
    if (number < -INTEGER_MAX || number > INTEGER_MAX)
        return NULL;
    snprintf(text, JSONDOC_SCALAR_MAX, "%lld", (long long)number);
    return text;
}

const char *
jsondoc_kind(struct json_object *value)
{
    static const struct {
        enum json_type type;
        const char *kind;
    } kinds[] = {
        {json_type_boolean, "a boolean"}, {json_type_object, "an object"},
        {json_type_array, "an array"},    {json_type_string, "a string"},
        {json_type_null, "null"},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (json_object_is_type(value, kinds[i].type))
            return kinds[i].kind;
    return "a number";
}

bool
jsondoc_is_bool(struct json_object *value)
{
    return json_object_is_type(value, json_type_boolean);
}

bool
jsondoc_is_true(struct json_object *value)
{
    return json_object_is_type(value, json_type_boolean) &&
           json_object_get_boolean(value);
}

bool
jsondoc_is_false(struct json_object *value)
{
    return json_object_is_type(value, json_type_boolean) &&
           !json_object_get_boolean(value);
}

bool
jsondoc_is_time(struct json_object *value, double *ret_seconds)
{
    double seconds;

    if (json_object_is_type(value, json_type_int))
        seconds = (double)json_object_get_int64(value);
    else if (json_object_is_type(value, json_type_double))
        seconds = json_object_get_double(value);
    else
        return false;
    /* Written so that NaN fails too. */
    if (!(seconds >= 0 && seconds <= TIME_MAX))
        return false;
    *ret_seconds = seconds;
    return true;
}

struct json_object *
jsondoc_new_number(double number)
{
    char local[64];
    char text[64];
    char *into = text;

    snprintf(local, sizeof local, "%.17g", number);
    for (const char *at = local; *at != '\0'; at++)
        if (strchr("+-0123456789e", *at) != NULL)
            *into++ = *at;
        else if (into == text || into[-1] != '.')
            *into++ = '.';
    *into = '\0';
    return json_object_new_double_s(number, text);
}
