/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/printable.h"
#include "config/config.h"
#include "keys/algorithm.h"

#include <errno.h>
#include <json-c/json.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* Memory that output goes to while it is held; its text and length. */
static FILE *held;
static char *held_text;
static size_t held_size;

static FILE *
output(void)
{
    return held != NULL ? held : stdout;
}

void
cli_hold(void)
{
    held = open_memstream(&held_text, &held_size);
    if (held == NULL)
        cli_no_memory();
}

char *
cli_held(void)
{
    bool failed = ferror(held) != 0;

    if (fclose(held) != 0 || failed)
        cli_no_memory();
    held = NULL;
    return held_text;
}

bool
cli_put(const char *text)
{
    return fputs(text, stdout) >= 0 && fflush(stdout) == 0;
}

void
cli_print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_safely(output(), format, arguments);
    va_end(arguments);
}

static bool
has_colour(void)
{
    const char *terminal = getenv("TERM");
    const char *refused = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && (refused == NULL || *refused == '\0') &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}

void
cli_print_word(enum colour colour, const char *word)
{
    if (colour != COLOUR_NONE && has_colour())
        printf("\033[%dm%s\033[0m", (int)colour, word);
    else
        fputs(word, stdout);
}

const char *
cli_plural(size_t count)
{
    return count == 1 ? "" : "s";
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
    return cli_fail(EXIT_USAGE, command, "see pam-jwt %s --help", command);
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
    printable_write(output(), text, length, PRINTABLE_JSON);
}

void
cli_print_json(struct json_object *value)
{
    cli_print_value(value);
    fputc('\n', output());
    json_object_put(value);
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
