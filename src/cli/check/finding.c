/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/check/finding.h"

#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const severities[] = {"note", "warning", "error"};
static const enum colour colours[] = {COLOUR_NONE, COLOUR_YELLOW, COLOUR_RED};

static char *
copy(const char *text, size_t length)
{
    char *result = strndup(text, length);

    if (result == NULL)
        cli_no_memory();
    return result;
}

/* Takes `what` over. */
static void
add(struct findings *findings, enum severity severity, char *where, char *what,
    const char *why, const char *fix)
{
    struct finding *items =
        reallocarray(findings->items, findings->count + 1, sizeof *items);

    if (items == NULL)
        cli_no_memory();
    findings->items = items;
    items[findings->count++] = (struct finding){
        severity, where, what, copy(why, strlen(why)), copy(fix, strlen(fix))};
}

void
finding_add(struct findings *findings, enum severity severity,
            const char *where, const char *why, const char *fix,
            const char *format, ...)
{
    va_list arguments;
    char *what;
    int length;

    va_start(arguments, format);
    length = vasprintf(&what, format, arguments);
    va_end(arguments);
    if (length < 0)
        cli_no_memory();
    add(findings, severity, copy(where, strlen(where)), what, why, fix);
}

void
finding_add_line(struct findings *findings, enum severity severity,
                 const char *line, const char *why, const char *fix)
{
    const char *end = strstr(line, ": ");
    size_t length = end != NULL ? (size_t)(end - line) : 0;
    const char *what = end != NULL ? end + strlen(": ") : line;

    add(findings, severity, copy(line, length), copy(what, strlen(what)), why,
        fix);
}

size_t
finding_count(const struct findings *findings, enum severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].severity == severity;
    return count;
}

void
finding_print(const struct findings *findings)
{
    const size_t errors = finding_count(findings, FINDING_ERROR);
    const size_t warnings = finding_count(findings, FINDING_WARNING);

    for (int severity = FINDING_ERROR; severity >= FINDING_NOTE; severity--)
        for (size_t i = 0; i < findings->count; i++) {
            const struct finding *one = &findings->items[i];

            if ((int)one->severity != severity)
                continue;
            cli_print_word(colours[severity], severities[severity]);
            cli_print(": %s: %s: %s; %s\n", one->where, one->what, one->why,
                      one->fix);
        }
    cli_print("%zu error%s, %zu warning%s\n", errors, cli_plural(errors),
              warnings, cli_plural(warnings));
}

struct json_object *
finding_json(const struct findings *findings)
{
    struct json_object *array = cli_array(NULL);

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *one = &findings->items[i];
        struct json_object *object = cli_object();

        cli_add_string(object, "severity", severities[one->severity]);
        cli_add_string(object, "where", one->where);
        cli_add_string(object, "what", one->what);
        cli_add_string(object, "why", one->why);
        cli_add_string(object, "do", one->fix);
        cli_append(array, object);
    }
    return array;
}

void
finding_done(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].where);
        free(findings->items[i].what);
        free(findings->items[i].why);
        free(findings->items[i].fix);
    }
    free(findings->items);
    *findings = (struct findings){0};
}
