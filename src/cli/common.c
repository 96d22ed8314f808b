/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "config.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int
cli_exit_code(enum reason reason)
{
    switch (reason) {
#define X(id, name, text, pam, level, exit) \
    case REASON_##id:                       \
        return exit;
        REASON_TABLE(X)
#undef X
    case REASON_UNDECIDED:
    case REASON_END:
    default:
        return EXIT_NO;
    }
}

int
cli_fail(int code, const char *command, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "pam-jwt %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}

int
cli_usage(const char *command)
{
    return cli_fail(EXIT_USAGE, command, "see pam-jwt --help");
}

static struct json_object *
there(struct json_object *value)
{
    if (value == NULL)
        cli_no_memory();
    return value;
}

void
cli_no_memory(void)
{
    fputs("pam-jwt: out of memory\n", stderr);
    exit(EXIT_UNREADABLE);
}

struct json_object *
cli_object(void)
{
    return there(json_object_new_object());
}

struct json_object *
cli_array(const struct strings *items)
{
    struct json_object *array = there(json_object_new_array());

    for (size_t i = 0; items != NULL && i < items->count; i++)
        cli_append(array, there(json_object_new_string(items->items[i])));
    return array;
}

void
cli_append(struct json_object *array, struct json_object *value)
{
    if (json_object_array_add(array, value) != 0)
        cli_no_memory();
}

void
cli_add(struct json_object *object, const char *name, struct json_object *value)
{
    if (json_object_object_add(object, name, value) != 0)
        cli_no_memory();
}

void
cli_add_string(struct json_object *object, const char *name, const char *value)
{
    cli_add(object, name,
            value != NULL ? there(json_object_new_string(value)) : NULL);
}

void
cli_add_bool(struct json_object *object, const char *name, bool value)
{
    cli_add(object, name, there(json_object_new_boolean(value)));
}

void
cli_add_number(struct json_object *object, const char *name, int64_t value)
{
    cli_add(object, name, there(json_object_new_int64(value)));
}

void
cli_print_json(struct json_object *value)
{
    puts(json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(value);
}

bool
cli_duration(const char *text, double *ret_seconds)
{
    /* The unit letters and the range are those of a setting. */
    const struct setting *setting = setting_find("max_lifetime");

    return setting->set(setting, ret_seconds, text) == NULL;
}

struct shown
cli_setting_of(const struct issuer *issuer, const char *setting)
{
    struct shown shown;

    if (issuer->name != NULL)
        snprintf(shown.text, sizeof shown.text, "[issuer %.64s] %s",
                 issuer->name, setting);
    else
        snprintf(shown.text, sizeof shown.text, "%s", setting);
    return shown;
}
