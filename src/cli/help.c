/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/help.h"

#include "cli/options.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define WIDTH 80

/* Columns at which the explanations begin. */
#define COMMAND_COLUMN 16
#define OPTION_COLUMN  25

/* Text that is broken into lines before it reaches WIDTH. */
struct page {
    FILE *out;
    size_t indent; /* of the next lines */
    size_t column; /* of what comes next */
};

static void
put(struct page *page, const char *text, size_t length)
{
    if (page->column + 1 + length > WIDTH && page->column > page->indent) {
        fprintf(page->out, "\n%*s", (int)page->indent, "");
        page->column = page->indent;
    } else if (page->column > page->indent) {
        fputc(' ', page->out);
        page->column++;
    }
    fwrite(text, 1, length, page->out);
    page->column += length;
}

static void
put_words(struct page *page, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        put(page, text, length);
        text += length + strspn(text + length, " ");
    }
}

/* Adds to a text in a buffer, as far as it has room. */
static void add(char *into, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
add(char *into, size_t size, const char *format, ...)
{
    size_t length = strlen(into);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(into + length, size - length, format, arguments);
    va_end(arguments);
}

/* "-v | --verbose" or "--key FILE". */
static void
add_name(char *into, size_t size, const struct cli_option *row)
{
    if (row->letter != 0)
        add(into, size, "-%c | ", row->letter);
    add(into, size, "--%s", row->name);
    if (row->argument != NULL)
        add(into, size, " %s", row->argument);
}

/* All choices of the command, of which `first` is the first. */
static void
put_choices(struct page *page, const struct cli_option *first)
{
    char text[256] = "(";

    for (const struct cli_option *row = first; row->name != NULL; row++)
        if (row->number == OPTION_CHOICE) {
            if (row != first)
                add(text, sizeof text, " | ");
            add_name(text, sizeof text, row);
        }
    add(text, sizeof text, ")");
    put(page, text, strlen(text));
}

static void
put_option(struct page *page, const struct cli_option *row)
{
    char text[128] = "";
    bool is_needed = row->number == OPTION_REQUIRED;

    if (!is_needed)
        add(text, sizeof text, "[");
    add_name(text, sizeof text, row);
    if (!is_needed)
        add(text, sizeof text, "]%s",
            row->number == OPTION_REPEATS ? "..." : "");
    put(page, text, strlen(text));
}

static void
print_usage(FILE *out, const struct cli_command *command)
{
    struct page page = {.out = out};
    bool has_chosen = false;
    char word[64] = "";

    put_words(&page, "usage: pam-jwt");
    put_words(&page, command->name);
    page.indent = strlen("usage: pam-jwt ");
    if (command->needs_word)
        put_words(&page, command->word);
    for (const struct cli_option *row = command->options; row->name; row++) {
        if (row->number != OPTION_CHOICE)
            put_option(&page, row);
        else if (!has_chosen)
            put_choices(&page, row);
        has_chosen = has_chosen || row->number == OPTION_CHOICE;
    }
    if (command->word != NULL && !command->needs_word) {
        add(word, sizeof word, "[%s]", command->word);
        put_words(&page, word);
    }
    fputc('\n', out);
}

/* Adds what the table knows of the value, behind the option's own help. */
static void
put_value(struct page *page, const struct cli_option *row)
{
    const char *word;
    char text[64];

    if (row->number == OPTION_REPEATS)
        put_words(page, "(may be repeated)");
    for (size_t i = 0; (word = value_word(row->kind, i)) != NULL; i++) {
        bool is_last = value_word(row->kind, i + 1) == NULL;

        snprintf(text, sizeof text, "%s%s%s", i == 0 ? "(" : "", word,
                 is_last ? ")" : ",");
        put_words(page, text);
    }
    if (row->default_text != NULL) {
        snprintf(text, sizeof text, "(default: %s)", row->default_text);
        put_words(page, text);
    }
}

static void
print_option(FILE *out, const struct cli_option *row)
{
    struct page page = {.out = out, .indent = OPTION_COLUMN};
    char name[64] = "";

    if (row->letter != 0)
        add(name, sizeof name, "-%c, ", row->letter);
    add(name, sizeof name, "--%s", row->name);
    if (row->argument != NULL)
        add(name, sizeof name, " %s", row->argument);
    fprintf(out, "  %s", name);
    page.column = strlen(name) + 2;
    if (page.column < OPTION_COLUMN) {
        fprintf(out, "%*s", (int)(OPTION_COLUMN - page.column), "");
        page.column = OPTION_COLUMN;
    } else {
        fprintf(out, "\n%*s", OPTION_COLUMN, "");
        page.column = OPTION_COLUMN;
    }
    put_words(&page, row->help);
    put_value(&page, row);
    fputc('\n', out);
}

void
help_command(FILE *out, const struct cli_command *command)
{
    struct page page = {.out = out};

    print_usage(out, command);
    fputc('\n', out);
    put_words(&page, command->purpose);
    fputc('\n', out);
    if (command->options->name != NULL)
        fputs("\nOptions:\n", out);
    for (const struct cli_option *row = command->options; row->name; row++)
        print_option(out, row);
    fprintf(out, "\nExample:\n  %s\n", command->example);
}

void
help_commands(FILE *out)
{
    const struct cli_command *command;

    fputs("usage: pam-jwt COMMAND [OPTION]...\n\n", out);
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        struct page page = {out, COMMAND_COLUMN + 2, COMMAND_COLUMN + 2};

        fprintf(out, "  %-*s", COMMAND_COLUMN, command->name);
        put_words(&page, command->purpose);
        fputc('\n', out);
    }
    fputs("\npam-jwt COMMAND --help explains a command, with an example; "
          "pam-jwt --version\nprints the version. See pam-jwt(1).\n\n"
          "Exit status: 0 yes, 1 no, 2 usage, 3 configuration or file "
          "unreadable,\n4 network or state unavailable.\n",
          out);
}
