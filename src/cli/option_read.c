/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include "base/text.h"
#include "cli/cli.h"
#include "cli/nearest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The words of one command line while they are read. */
struct reading {
    const struct cli_command *command;
    int count;
    char *const *words;
    int at;         /* of the next word */
    bool is_closed; /* "--" was read: no option follows */
    uint64_t given; /* a bit for each row of the table */
    struct options *options;
};

/* Names an option as --help does: "--key FILE". */
static struct shown
name_of(const struct cli_option *option)
{
    struct shown shown;

    snprintf(shown.text, sizeof shown.text, "--%s%s%s", option->name,
             option->argument != NULL ? " " : "",
             option->argument != NULL ? option->argument : "");
    return shown;
}

static uint64_t
bit_of(const struct reading *reading, const struct cli_option *option)
{
    return UINT64_C(1) << (option - reading->command->options);
}

static bool
refuse(const struct reading *reading, const char *option, const char *wrong)
{
    return cli_fail(false, reading->command->name, "%s %s", option, wrong);
}

static bool
refuse_unknown(const struct reading *reading, const char *word, size_t length)
{
    size_t dashes = strspn(word, "-");
    struct nearest nearest = {.text = word + dashes, .length = length - dashes};
    struct shown shown = {0};

    for (const struct cli_option *row = reading->command->options; row->name;
         row++)
        nearest_try(&nearest, row->name);
    if (nearest.best != NULL)
        snprintf(shown.text, sizeof shown.text, "; did you mean --%s?",
                 nearest.best);
    return cli_fail(false, reading->command->name, "there is no option %.*s%s",
                    (int)length, word, shown.text);
}

/* True if the word is one of the command's options, and so not a value. */
static bool
is_option(const struct reading *reading, const char *word)
{
    return strncmp(word, "--", 2) == 0 &&
           option_find(reading->command, word + 2, strcspn(word + 2, "=")) !=
               NULL;
}

static bool
set_value(struct reading *reading, const struct cli_option *option,
          const char *value)
{
    char wrong[VALUE_WRONG_MAX] = "";

    if (value_set(option, reading->options, value, wrong))
        return true;
    return cli_fail(false, reading->command->name, "--%s %s: %s", option->name,
                    text_log_value(value).text, wrong);
}

/* Takes an option; `value` is what stands behind "=" in the same word. */
static bool
read_option(struct reading *reading, const struct cli_option *option,
            const char *value)
{
    const struct shown name = name_of(option);

    if ((reading->given & bit_of(reading, option)) != 0 &&
        option->number != OPTION_REPEATS)
        return refuse(reading, name.text, "is given twice: give it once");
    reading->given |= bit_of(reading, option);
    if (option->argument == NULL)
        return value == NULL ? set_value(reading, option, "")
                             : refuse(reading, name.text, "takes no value");
    if (value == NULL && reading->at < reading->count &&
        !is_option(reading, reading->words[reading->at]))
        value = reading->words[reading->at++];
    if (value == NULL || *value == '\0')
        return refuse(reading, name.text, "has no value");
    return set_value(reading, option, value);
}

/* A token would be seen by everybody in the list of processes. */
static bool
is_token_word(const struct reading *reading, const char *word)
{
    return text_equal(reading->command->word, "-") ||
           strncmp(word, "eyJ", strlen("eyJ")) == 0;
}

static bool
read_argument(struct reading *reading, const char *word)
{
    const struct cli_command *command = reading->command;
    bool is_taken = command->word == NULL || reading->options->word != NULL;

    if (!is_taken &&
        (!text_equal(command->word, "-") || text_equal(word, "-"))) {
        reading->options->word = word;
        return true;
    }
    if (is_token_word(reading, word))
        return cli_fail(false, command->name,
                        "a token is not taken from the command line, where "
                        "others could read it: give it on standard input");
    return cli_fail(false, command->name, "%s is one argument too many",
                    text_quote(word, strlen(word)).text);
}

static bool
read_letter(struct reading *reading, const char *word)
{
    for (const struct cli_option *row = reading->command->options; row->name;
         row++)
        if (row->letter != 0 && word[1] == row->letter && word[2] == '\0')
            return read_option(reading, row, NULL);
    return refuse_unknown(reading, word, strlen(word));
}

static bool
read_word(struct reading *reading)
{
    const char *word = reading->words[reading->at++];
    const struct cli_option *option;
    size_t length;

    /* The question of a program that asks may begin with anything. */
    if (reading->is_closed || reading->command->options->name == NULL ||
        word[0] != '-' || word[1] == '\0')
        return read_argument(reading, word);
    if (word[1] != '-')
        return read_letter(reading, word);
    if (word[2] == '\0') {
        reading->is_closed = true;
        return true;
    }
    length = strcspn(word, "=");
    option = option_find(reading->command, word + 2, length - 2);
    if (option == NULL)
        return refuse_unknown(reading, word, length);
    return read_option(reading, option,
                       word[length] == '=' ? word + length + 1 : NULL);
}

/* Adds " or --NAME ARGUMENT" for each choice. */
static void
list_choices(const struct cli_command *command, char *into, size_t size)
{
    size_t length = 0;

    for (const struct cli_option *row = command->options; row->name; row++)
        if (row->number == OPTION_CHOICE && length < size)
            length +=
                (size_t)snprintf(into + length, size - length, "%s%s",
                                 length > 0 ? " or " : "", name_of(row).text);
}

/* True if all that is required was given, and exactly one of the choices. */
static bool
is_complete(const struct reading *reading)
{
    const struct cli_command *command = reading->command;
    char choices[VALUE_WRONG_MAX] = "";
    int chosen = 0;

    list_choices(command, choices, sizeof choices);
    for (const struct cli_option *row = command->options; row->name; row++) {
        bool is_given = (reading->given & bit_of(reading, row)) != 0;

        if (row->number == OPTION_REQUIRED && !is_given)
            return refuse(reading, name_of(row).text, "is missing");
        chosen += row->number == OPTION_CHOICE && is_given;
    }
    if (choices[0] != '\0' && chosen != 1)
        return refuse(reading, choices,
                      chosen == 0 ? "is missing" : "is given: give only one");
    if (command->needs_word && reading->options->word == NULL)
        return refuse(reading, command->word, "is missing");
    return true;
}

/* A default is set as if it were given. */
static void
set_defaults(struct reading *reading)
{
    for (const struct cli_option *row = reading->command->options; row->name;
         row++)
        if (row->default_text != NULL)
            set_value(reading, row, row->default_text);
}

bool
options_read(const struct cli_command *command, int count, char *const *words,
             struct options *ret_options)
{
    struct reading reading = {.command = command,
                              .count = count,
                              .words = words,
                              .options = ret_options};
    bool good = true;

    *ret_options = (struct options){0};
    set_defaults(&reading);
    while (good && reading.at < count)
        good = read_word(&reading);
    return good && is_complete(&reading);
}

bool
options_want_help(const struct cli_command *command, int count,
                  char *const *words)
{
    /* A question that a program asks is not a request for help. */
    if (command->options->name == NULL)
        return count == 1 && text_equal(words[0], "--help");
    for (int i = 0; i < count && !text_equal(words[i], "--"); i++)
        if (text_equal(words[i], "--help"))
            return true;
    return false;
}

void
options_done(struct options *options)
{
    strings_done(&options->claims);
    strings_done(&options->settings);
}
