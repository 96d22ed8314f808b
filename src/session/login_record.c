/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/login_record.h"

#include "base/text.h"
#include "login/export.h"
#include "json/document.h"

#include <json-c/json.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * The checks of a text, in this order:
 * 1. It MUST be one JSON object (jsondoc.c).
 * 2. Each member MUST have its type; all but those of the token's own claims
 *    and of the state MUST be there.
 * 3. A variable MUST be one that export_env could have made.
 * 4. Written again, the record MUST be the same text: it has no other member,
 *    order or spelling.
 */

/* NULL adds nothing; a value that could not be made is out of memory. */
static bool
add_value(struct json_object *object, const char *name,
          struct json_object *value)
{
    if (value != NULL && json_object_object_add(object, name, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

static bool
add_string(struct json_object *object, const char *name, const char *text)
{
    return text == NULL ||
           add_value(object, name, json_object_new_string(text));
}

static bool
add_time(struct json_object *object, const char *name, double seconds)
{
    return isnan(seconds) ||
           add_value(object, name, jsondoc_new_number(seconds));
}

static bool
add_flag(struct json_object *object, const char *name, bool is_set)
{
    return add_value(object, name, json_object_new_boolean(is_set));
}

static struct json_object *
make_array(const struct strings *items)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; array != NULL && i < items->count; i++) {
        struct json_object *item = json_object_new_string(items->items[i]);

        if (item == NULL || json_object_array_add(array, item) != 0) {
            json_object_put(item);
            json_object_put(array);
            return NULL;
        }
    }
    return array;
}

/* An issuer with one name has it in "iss". */
static bool
add_names(struct json_object *object, const struct strings *names)
{
    return names == NULL || names->count < 2 ||
           add_value(object, "names", make_array(names));
}

/* Adds what the account phase needs to ask whether the token was revoked. */
static bool
add_store_uri(struct json_object *object, const struct login_record *record)
{
    const struct store_uri *store_uri = &record->store_uri;

    return add_names(object, record->ticket.known_as) &&
           add_string(object, "sub", record->ticket.subject) &&
           add_time(object, "iat", record->ticket.issued) &&
           add_string(object, "state", store_uri->state) &&
           add_string(object, "state_password_file",
                      store_uri->password_file) &&
           add_string(object, "state_ca_file", store_uri->ca_file) &&
           add_string(object, "state_client_file", store_uri->client_file) &&
           add_string(object, "revocation_key", store_uri->revocation_key);
}

char *
login_record_text(const struct login_record *record)
{
    struct json_object *object = json_object_new_object();
    char *copy = NULL;

    if (object != NULL && add_string(object, "service", record->service) &&
        add_string(object, "user", record->user) &&
        add_string(object, "identity", record->identity) &&
        add_string(object, "iss", record->ticket.issuer) &&
        add_string(object, "jti", record->ticket.token_id) &&
        add_time(object, "exp", record->expires) &&
        add_time(object, "ends", record->ticket.until) &&
        add_flag(object, "limit", record->limits_session) &&
        add_flag(object, "foreign", record->is_foreign) &&
        add_flag(object, "revocation", record->revocation) &&
        (!record->revocation || add_store_uri(object, record)) &&
        add_value(object, "env", make_array(record->environment))) {
        const char *text =
            json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);

        copy = text != NULL ? strdup(text) : NULL;
    }
    json_object_put(object);
    return copy;
}

static bool
read_time(struct json_object *document, const char *name, double *ret_seconds)
{
    struct json_object *value;

    return jsondoc_find(document, name, &value) &&
           jsondoc_is_time(value, ret_seconds);
}

static bool
read_flag(struct json_object *document, const char *name, bool *ret_is_set)
{
    struct json_object *value;

    if (!jsondoc_find(document, name, &value) || !jsondoc_is_bool(value))
        return false;
    *ret_is_set = jsondoc_is_true(value);
    return true;
}

/* A string of the document; place_done() is for those who own theirs. */
static char *
borrow(struct json_object *document, const char *name)
{
    return (char *)(uintptr_t)jsondoc_string(document, name);
}

/* Adds the strings of an array; false: it is another value. */
static bool
read_array(struct json_object *list, struct strings *strings)
{
    const char *text;

    if (!jsondoc_is_array(list))
        return false;
    for (size_t i = 0; i < jsondoc_array_size(list); i++)
        if (!jsondoc_is_string(jsondoc_array_item(list, i), &text) ||
            !strings_add(strings, text, strlen(text)))
            return false;
    return true;
}

static bool
read_names(struct login_record *record)
{
    struct json_object *list;

    record->ticket.known_as = &record->issuer_names;
    return !jsondoc_find(record->document, "names", &list) ||
           read_array(list, &record->issuer_names);
}

static bool
read_store_uri(struct login_record *record)
{
    struct json_object *document = record->document;

    record->ticket.issued = NAN;
    if (!record->revocation)
        return true;
    if (!read_time(document, "iat", &record->ticket.issued))
        record->ticket.issued = NAN;
    record->ticket.subject = jsondoc_string(document, "sub");
    record->store_uri = (struct store_uri){
        .state = borrow(document, "state"),
        .password_file = borrow(document, "state_password_file"),
        .ca_file = borrow(document, "state_ca_file"),
        .client_file = borrow(document, "state_client_file"),
        .revocation_key = borrow(document, "revocation_key"),
    };
    return record->store_uri.state != NULL && read_names(record);
}

static bool
read_variables(struct login_record *record)
{
    struct json_object *list;

    record->environment = &record->variables;
    if (!jsondoc_find(record->document, "env", &list) ||
        !read_array(list, &record->variables))
        return false;
    for (size_t i = 0; i < record->variables.count; i++)
        if (!environment_is_safe(record->variables.items[i]))
            return false;
    return true;
}

static bool
read_members(struct login_record *record)
{
    struct json_object *document = record->document;

    record->service = jsondoc_string(document, "service");
    record->user = jsondoc_string(document, "user");
    record->identity = jsondoc_string(document, "identity");
    record->ticket.issuer = jsondoc_string(document, "iss");
    record->ticket.token_id = jsondoc_string(document, "jti");
    return record->service != NULL && record->user != NULL &&
           record->identity != NULL &&
           read_time(document, "exp", &record->expires) &&
           read_time(document, "ends", &record->ticket.until) &&
           read_flag(document, "limit", &record->limits_session) &&
           read_flag(document, "foreign", &record->is_foreign) &&
           read_flag(document, "revocation", &record->revocation) &&
           read_store_uri(record) && read_variables(record);
}

bool
login_record_parse(const char *text, struct login_record *ret_record)
{
    char what[JSONDOC_WHAT_MAX];
    char *again = NULL;
    bool is_same;

    *ret_record = (struct login_record){0};
    if (jsondoc_parse(text, strlen(text), &ret_record->document, what) ==
            REASON_OK &&
        read_members(ret_record))
        again = login_record_text(ret_record);
    is_same = again != NULL && text_equal(text, again);
    free(again);
    return is_same;
}

void
login_record_done(struct login_record *record)
{
    strings_done(&record->variables);
    strings_done(&record->issuer_names);
    jsondoc_free(record->document);
    *record = (struct login_record){0};
}
