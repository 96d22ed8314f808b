/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/options.h"
#include "config/config.h"

#include <stdio.h>
#include <string.h>

/* The word that is completed, and what stands in front of it. */
struct completing {
    int count;
    char *const *words; /* the last is the one to complete */
    const char *text;   /* of the last word, the part to complete */
    int before;         /* bytes in front of it: of "--alg=", or 0 */
};

/* Prints a word with its meaning if it begins as the text does. */
static void
offer(const struct completing *completing, const char *word,
      const char *meaning)
{
    if (strncmp(word, completing->text, strlen(completing->text)) != 0)
        return;
    cli_print("%.*s%s", completing->before,
              completing->words[completing->count - 1], word);
    fputc('\t', stdout); /* which cli_print() would escape */
    cli_print("%s\n", meaning);
}

/* The names of the sections, of the configuration that the line names. */
static void
offer_sections(const struct completing *completing)
{
    const char *path = CONFIG_PATH;
    struct config config;

    for (int i = 0; i + 2 < completing->count; i++)
        if (text_equal(completing->words[i], "--config"))
            path = completing->words[i + 1];
    (void)config_read(path, 0, NULL, &config);
    for (size_t i = 0; i < config.policy.issuer_count; i++)
        if (config.policy.issuers[i].name != NULL)
            offer(completing, config.policy.issuers[i].name, "section");
    config_done(&config);
}

static void
offer_settings(const struct completing *completing)
{
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++) {
        struct shown word;

        snprintf(word.text, sizeof word.text, "%s=", setting->name);
        offer(completing, word.text, setting->help);
    }
}

static void
offer_values(const struct completing *completing,
             const struct cli_option *option)
{
    static const char *const durations[] = {"30s", "5m", "1h", "8h"};
    const char *word;

    for (size_t i = 0; (word = value_word(option->kind, i)) != NULL; i++)
        offer(completing, word, option->name);
    if (option->kind == VALUE_FILE)
        cli_print(":file\n");
    else if (option->kind == VALUE_FOLDER)
        cli_print(":folder\n");
    else if (option->kind == VALUE_USER)
        cli_print(":user\n");
    else if (option->kind == VALUE_SECTION)
        offer_sections(completing);
    else if (option->kind == VALUE_SETTING)
        offer_settings(completing);
    else if (option->kind == VALUE_MOMENT)
        offer(completing, "now", option->help);
    else if (option->kind == VALUE_DURATION || option->kind == VALUE_TIMEOUT)
        for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++)
            offer(completing, durations[i], option->help);
}

/* The next word of a command's name. */
static void
offer_commands(const struct completing *completing)
{
    const struct cli_command *command;
    struct shown previous = {0};

    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        const char *second = strchr(command->name, ' ');
        struct shown first;

        snprintf(first.text, sizeof first.text, "%.*s",
                 (int)strcspn(command->name, " "), command->name);
        if (completing->count == 1 && !text_equal(first.text, previous.text))
            offer(completing, first.text,
                  second != NULL ? "key sets" : command->purpose);
        else if (completing->count == 2 && second != NULL &&
                 text_equal(completing->words[0], first.text))
            offer(completing, second + 1, command->purpose);
        previous = first;
    }
}

static void
offer_options(const struct completing *completing,
              const struct cli_command *command)
{
    for (const struct cli_option *row = command->options; row->name; row++) {
        struct shown word;

        snprintf(word.text, sizeof word.text, "--%s", row->name);
        offer(completing, word.text, row->help);
    }
    offer(completing, "--help", "explains the command");
}

/* The option whose value the last word is, NULL if it is not a value. */
static const struct cli_option *
find_option(struct completing *completing, const struct cli_command *command)
{
    const char *equals = strchr(completing->text, '=');
    int at = completing->count - 2;
    const struct cli_option *option;

    if (strncmp(completing->text, "--", 2) == 0 && equals != NULL) {
        option = option_find(command, completing->text + 2,
                             (size_t)(equals - completing->text) - 2);
        completing->before = (int)(equals + 1 - completing->text);
        completing->text = equals + 1;
        return option;
    }
    if (at >= 0 && strncmp(completing->words[at], "--", 2) == 0) {
        option = option_find(command, completing->words[at] + 2,
                             strlen(completing->words[at] + 2));
        return option != NULL && option->argument != NULL ? option : NULL;
    }
    return NULL;
}

void
complete_print(int count, char *const *words)
{
    struct completing completing = {count, words,
                                    count > 0 ? words[count - 1] : "", 0};
    const struct cli_command *command;
    const struct cli_option *option;
    int length = 0;

    if (count < 1)
        return;
    command = command_find(count - 1, words, &length);
    if (command == NULL) {
        offer_commands(&completing);
        return;
    }
    option = find_option(&completing, command);
    if (option != NULL) {
        offer_values(&completing, option);
        return;
    }
    offer_options(&completing, command);
    if (text_equal(command->word, "FILE") && completing.text[0] != '-')
        cli_print(":file\n");
}
