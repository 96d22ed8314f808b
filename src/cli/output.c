/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/printable.h"
#include "config/config.h"
#include "keys/algorithm.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static void print_safely(FILE *out, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Prints one line, or a part of one: only a final line end is one. */
static void
print_safely(FILE *out, const char *format, va_list arguments)
{
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    size_t shown;

    if (length < 0)
        cli_no_memory();
    shown = (size_t)length;
    if (shown > 0 && text[shown - 1] == '\n')
        shown--;
    printable_write(out, text, shown, PRINTABLE_TEXT);
    if (shown < (size_t)length)
        fputc('\n', out);
    free(text);
}

void
cli_print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_safely(stdout, format, arguments);
    va_end(arguments);
}

void
cli_say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_safely(stderr, format, arguments);
    va_end(arguments);
}

int
cli_fail(int code, const char *command, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "pam-jwt %s: ", command);
    va_start(arguments, format);
    print_safely(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}

static bool
is_name_of(const char *argument, const char *name)
{
    size_t length = strlen(name);

    return strncmp(argument, "--", 2) == 0 &&
           strncmp(argument + 2, name, length) == 0 &&
           (argument[length + 2] == '\0' || argument[length + 2] == '=');
}

/*
 * getopt_long() takes the beginning of a name for the name, so that a script
 * would break when another option begins like it.
 */
static bool
is_abbreviated(char **argv, const char *name)
{
    return !is_name_of(argv[optind - 1], name) &&
           (optind < 3 || !is_name_of(argv[optind - 2], name));
}

/* ":", and the letters that options may be shortened to. */
static const char *
letters_of(const struct option *table)
{
    for (; table->name != NULL; table++)
        if (table->val == 'v')
            return ":v";
    return ":";
}

int
cli_option(const char *command, int argc, char **argv,
           const struct option *table)
{
    const char *wrong = "there is no option";
    int index = -1;
    int option;

    /* Its own messages would show what they name as it stands. */
    opterr = 0;
    option = getopt_long(argc, argv, letters_of(table), table, &index);
    if (option == -1 ||
        (option != ':' && option != '?' &&
         (index < 0 || !is_abbreviated(argv, table[index].name))))
        return option;
    if (option == ':')
        wrong = "a value is missing behind";
    else if (option == '?' && optopt != 0 && optind > 1 &&
             strncmp(argv[optind - 1], "--", 2) == 0)
        wrong = "no value is taken by";
    if (option != ':' && option != '?')
        cli_fail(0, command, "write the option --%s in full",
                 table[index].name);
    else
        cli_fail(0, command, "%s %s", wrong, argv[optind > 1 ? optind - 1 : 1]);
    return '?';
}

int
cli_needs(const char *command, const char *algorithm)
{
    return cli_fail(EXIT_UNREADABLE, command,
                    "%s needs " ALGORITHM_NEEDS ", this host has OpenSSL %s",
                    algorithm, OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
}

int
cli_usage(const char *command)
{
    return cli_fail(EXIT_USAGE, command, "see pam-jwt --help");
}

double
cli_now(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0) {
        cli_say("pam-jwt: the clock cannot be read: %s\n", strerror(errno));
        exit(EXIT_UNREADABLE);
    }
    return (double)now.tv_sec;
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
cli_print_value(struct json_object *value)
{
    size_t length = 0;
    const char *text = json_object_to_json_string_length(
        value, JSON_C_TO_STRING_NOSLASHESCAPE, &length);

    if (text == NULL)
        cli_no_memory();
    printable_write(stdout, text, length, PRINTABLE_JSON);
}

void
cli_print_json(struct json_object *value)
{
    cli_print_value(value);
    fputc('\n', stdout);
    json_object_put(value);
}

bool
cli_duration(const char *text, double *ret_seconds)
{
    /* The unit letters and the range are those of a setting. */
    const struct setting *setting = setting_find("max_lifetime");

    return setting->set_text(setting, ret_seconds, text) == NULL;
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
