/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover.h"

#include "environment.h"
#include "jsondoc.h"
#include "text.h"

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* NULL adds nothing; a value that could not be made is out of memory. */
static bool
add(struct json_object *object, const char *name, struct json_object *value)
{
    if (value != NULL && json_object_object_add(object, name, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

static bool
add_string(struct json_object *object, const char *name, const char *text)
{
    return text == NULL || add(object, name, json_object_new_string(text));
}

/* What the account phase needs to ask whether the token was taken back. */
static bool
add_place(struct json_object *object, const struct handover *handover)
{
    const struct place *place = &handover->place;

    return add_string(object, "sub", handover->ticket.subject) &&
           add(object, "iat",
               json_object_new_double(handover->ticket.issued)) &&
           add_string(object, "state", place->state) &&
           add_string(object, "state_password_file", place->password_file) &&
           add_string(object, "state_ca_file", place->ca_file) &&
           add_string(object, "state_client_file", place->client_file) &&
           add_string(object, "revocation_key", place->revocation_key);
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

bool
handover_put(pam_handle_t *pamh, const struct handover *handover)
{
    struct json_object *object = json_object_new_object();
    const char *text;
    char *variable = NULL;
    bool done = false;

    if (object != NULL && add_string(object, "user", handover->user) &&
        add_string(object, "identity", handover->identity) &&
        add_string(object, "iss", handover->ticket.issuer) &&
        add_string(object, "jti", handover->ticket.token_id) &&
        (!handover->revocation || add_place(object, handover)) &&
        add(object, "exp", json_object_new_double(handover->expires)) &&
        add(object, "ends", json_object_new_double(handover->ticket.until)) &&
        add(object, "limit",
            json_object_new_boolean(handover->limits_session)) &&
        add(object, "process", json_object_new_int64(getpid())) &&
        add(object, "env", make_array(handover->environment))) {
        text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
        done = text != NULL &&
               asprintf(&variable, HANDOVER_VARIABLE "=%s", text) >= 0 &&
               pam_putenv(pamh, variable) == PAM_SUCCESS;
    }
    free(variable);
    json_object_put(object);
    return done;
}

static bool
begins_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* sshd lists the methods that have counted so far, one a line. */
#define METHODS "SSH_AUTH_INFO_0"

static bool
is_listed(const char *line, const char *method)
{
    while (line != NULL) {
        line += *line == '\n';
        if (begins_with(line, method))
            return true;
        line = strchr(line, '\n');
    }
    return false;
}

/*
 * Whether the attempt that left this is one that sshd has counted. A password
 * is asked for in the process that also opens the session, and a failed one
 * leaves its data there; keyboard-interactive in a child of that, whose data
 * comes back from a good one alone.
 */
static bool
has_counted(struct json_object *document, const char *methods)
{
    struct json_object *value;
    double process;

    if (!jsondoc_find(document, "process", &value) ||
        !jsondoc_is_time(value, &process))
        return false;
    return is_listed(methods,
                     process == (double)getpid() || process == (double)getppid()
                         ? "password"
                         : "keyboard-interactive");
}

bool
handover_clear(pam_handle_t *pamh)
{
    const char *text = pam_getenv(pamh, HANDOVER_VARIABLE);
    struct json_object *document = NULL;
    char what[JSONDOC_WHAT_MAX];
    bool stays;

    if (text == NULL)
        return true;
    /* A factor that has counted stays one, whatever the next is. */
    stays = jsondoc_parse(text, strlen(text), &document, what) == REASON_OK &&
            has_counted(document, pam_getenv(pamh, METHODS));
    jsondoc_free(document);
    return stays || pam_putenv(pamh, HANDOVER_VARIABLE "=") == PAM_SUCCESS;
}

/* A string of the document; place_done() is for those who own theirs. */
static char *
borrow(struct json_object *document, const char *name)
{
    return (char *)(uintptr_t)jsondoc_string(document, name);
}

static bool
read_place(struct handover *handover)
{
    struct json_object *document = handover->document;
    struct json_object *issued;

    handover->revocation = jsondoc_find(document, "state", &issued);
    if (!handover->revocation)
        return true;
    handover->ticket.subject = jsondoc_string(document, "sub");
    handover->place = (struct place){
        .state = borrow(document, "state"),
        .password_file = borrow(document, "state_password_file"),
        .ca_file = borrow(document, "state_ca_file"),
        .client_file = borrow(document, "state_client_file"),
        .revocation_key = borrow(document, "revocation_key"),
    };
    return handover->place.state != NULL &&
           handover->place.revocation_key != NULL &&
           handover->ticket.token_id != NULL &&
           jsondoc_find(document, "iat", &issued) &&
           jsondoc_is_time(issued, &handover->ticket.issued);
}

static bool
read_document(struct handover *handover)
{
    struct json_object *document = handover->document;
    struct json_object *expires;
    struct json_object *ends;
    struct json_object *limit;

    handover->user = jsondoc_string(document, "user");
    handover->identity = jsondoc_string(document, "identity");
    handover->ticket.issuer = jsondoc_string(document, "iss");
    handover->ticket.token_id = jsondoc_string(document, "jti");
    if (!jsondoc_find(document, "exp", &expires) ||
        !jsondoc_find(document, "ends", &ends) ||
        !jsondoc_find(document, "limit", &limit))
        return false;
    handover->limits_session = !jsondoc_is_false(limit);
    return handover->user != NULL && handover->identity != NULL &&
           jsondoc_is_time(expires, &handover->expires) &&
           jsondoc_is_time(ends, &handover->ticket.until) &&
           read_place(handover);
}

enum handover_result
handover_get(pam_handle_t *pamh, struct handover *ret_handover)
{
    const char *text = pam_getenv(pamh, HANDOVER_VARIABLE);
    const char *methods = pam_getenv(pamh, METHODS);
    char what[JSONDOC_WHAT_MAX];

    *ret_handover = (struct handover){0};
    if (text == NULL || *text == '\0')
        return HANDOVER_NONE;
    if (jsondoc_parse(text, strlen(text), &ret_handover->document, what) !=
            REASON_OK ||
        !read_document(ret_handover))
        return HANDOVER_BAD;
    /* Other programs than sshd have no other method, and do not list it. */
    return methods == NULL || *methods == '\0' ||
                   has_counted(ret_handover->document, methods)
               ? HANDOVER_THERE
               : HANDOVER_NONE;
}

enum handover_result
handover_take(pam_handle_t *pamh, struct handover *ret_handover)
{
    enum handover_result result = handover_get(pamh, ret_handover);

    /* libpam logs an error where a variable to take away is not there. */
    if (pam_getenv(pamh, HANDOVER_VARIABLE) != NULL &&
        pam_putenv(pamh, HANDOVER_VARIABLE) != PAM_SUCCESS)
        return HANDOVER_BAD;
    return result;
}

bool
handover_export(pam_handle_t *pamh, const struct handover *handover)
{
    struct json_object *list;
    const char *variable;

    if (!jsondoc_find(handover->document, "env", &list))
        return false;
    for (size_t i = 0; i < jsondoc_array_size(list); i++)
        /* It was checked before, but has been out of our hands since. */
        if (!jsondoc_is_string(jsondoc_array_item(list, i), &variable) ||
            !environment_is_safe(variable) ||
            pam_putenv(pamh, variable) != PAM_SUCCESS)
            return false;
    return true;
}

void
handover_done(struct handover *handover)
{
    jsondoc_free(handover->document);
    *handover = (struct handover){0};
}
