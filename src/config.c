/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pattern.h"
#include "readfile.h"
#include "text.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The most mistakes that are told one by one. */
#define ERRORS_MAX 20

/* Enough of a name to find it, too little of a secret pasted by mistake. */
#define NAME_SHOWN_MAX 24

/* Where a text comes from, for messages, and what it gave so far. */
struct source {
    struct config *config;
    const char *name;   /* a file, or "module argument" */
    unsigned long line; /* 0 for a module argument */
    bool is_file;
    uint64_t given; /* one bit a row of the table */
};

/* Notes what is wrong; with or without room for it, it counts. */
static void
mistake(struct source *source, const char *what, const char *of)
{
    struct strings *errors = &source->config->errors;
    struct shown shown = {""};
    char line[24] = "";

    source->config->is_mistaken = true;
    if (errors->count >= ERRORS_MAX)
        return;
    if (source->line > 0)
        snprintf(line, sizeof line, ":%lu", source->line);
    if (of != NULL)
        shown = text_quote(of, strnlen(of, NAME_SHOWN_MAX));
    strings_addf(errors, "%s%s: %s%s%s", source->name, line, shown.text,
                 of != NULL ? " " : "", what);
}

static void *
field_of(struct config *config, const struct setting *setting)
{
    char *base = setting->scope == SCOPE_ISSUER ? (char *)&config->issuer
                                                : (char *)config;

    return base + setting->offset;
}

static void
apply(struct source *source, const char *key, const char *value)
{
    const struct setting *setting = setting_find(key);
    const char *wrong = NULL;
    uint64_t bit;

    if (setting == NULL) {
        mistake(source, "is no setting (pam-jwt settings lists them)", key);
        return;
    }
    if (source->is_file && setting->scope == SCOPE_ARGUMENT) {
        mistake(source, "is a module argument, not a setting of the file", key);
        return;
    }
    bit = UINT64_C(1) << (setting - setting_at(0));
    if ((source->given & bit) != 0) {
        mistake(source, "is given twice", key);
        return;
    }
    source->given |= bit;
    wrong =
        *value == '\0'
            ? "has no value"
            : setting->set(setting, field_of(source->config, setting), value);
    if (wrong != NULL)
        mistake(source, wrong, key);
}

static char *
trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    return text + strspn(text, " \t");
}

/* "key = value", in place. */
static void
read_pair(struct source *source, char *text)
{
    char *equals = strchr(text, '=');

    if (equals == NULL) {
        mistake(source, "is no \"key = value\"", text);
        return;
    }
    *equals = '\0';
    apply(source, trim(text), trim(equals + 1));
}

static bool
has_control_byte(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') ||
            text[i] == 0x7f)
            return true;
    return false;
}

static void
read_line(struct source *source, char *line, size_t length)
{
    if (has_control_byte(line, length)) {
        mistake(source,
                line[length - 1] == '\r' ? "the line ends as on Windows (CR)"
                                         : "a control byte in the line",
                NULL);
        return;
    }
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return;
    if (*line == '[')
        mistake(source, "is no section that is known", line);
    else
        read_pair(source, line);
}

static void
read_file(struct config *config)
{
    struct source source = {config, config->path, 0, true, 0};
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    char *line;
    char *end;

    if (!readfile(config->path, CONFIG_FILE_MAX, &file, what)) {
        mistake(&source, what, NULL);
        return;
    }
    line = file.data;
    end = file.data + file.size;
    while (line < end) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((newline != NULL ? newline : end) - line);

        source.line++;
        line[length] = '\0';
        read_line(&source, line, length);
        line += length + 1;
    }
    file_done(&file);
}

/* A flag such as "debug" stands for "debug=yes". */
static void
read_argument(struct source *source, const char *argument)
{
    const struct setting *flag = setting_find(argument);
    char *copy;

    if (has_control_byte(argument, strlen(argument))) {
        mistake(source, "has a control byte", argument);
        return;
    }
    if (flag != NULL && flag->scope == SCOPE_ARGUMENT &&
        text_equal(flag->default_text, "no")) {
        apply(source, argument, "yes");
        return;
    }
    copy = strdup(argument);
    if (copy == NULL)
        mistake(source, "out of memory", NULL);
    else
        read_pair(source, copy);
    free(copy);
}

static void
set_defaults(struct config *config)
{
    struct source source = {config, "default", 0, false, 0};
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++)
        if (setting->default_text != NULL)
            apply(&source, setting->name, setting->default_text);
}

static void
set_machine_name(struct config *config)
{
    char name[HOST_NAME_MAX + 1] = "";
    const struct setting *setting = setting_find("hostname");

    if (config->hostname == NULL && gethostname(name, sizeof name - 1) == 0 &&
        name[0] != '\0')
        setting->set(setting, &config->hostname, name);
}

bool
config_read(const char *path, int argument_count, const char *const *arguments,
            struct config *ret_config)
{
    static const char config_prefix[] = "config=";
    struct source line = {ret_config, "module argument", 0, false, 0};

    *ret_config = (struct config){0};
    set_defaults(ret_config);
    /* Read again below, where a path that is not absolute is a mistake. */
    for (int i = 0; i < argument_count; i++) {
        const char *other = arguments[i] + sizeof config_prefix - 1;

        if (strncmp(arguments[i], config_prefix, sizeof config_prefix - 1) ==
                0 &&
            *other == '/')
            path = other;
    }
    free(ret_config->path);
    ret_config->path = strdup(path);
    if (ret_config->path == NULL)
        mistake(&line, "out of memory", NULL);
    else
        read_file(ret_config);
    for (int i = 0; i < argument_count; i++)
        read_argument(&line, arguments[i]);
    set_machine_name(ret_config);
    if (!ret_config->is_mistaken && ret_config->issuer.key_files.count == 0) {
        line.name = path;
        mistake(&line, "is required and not given", "key_file");
    }
    return !ret_config->is_mistaken;
}

void
config_done(struct config *config)
{
    struct issuer *issuer = &config->issuer;

    strings_done(&issuer->key_files);
    strings_done(&issuer->token.types);
    strings_done(&issuer->token.claims.audience);
    free(issuer->token.claims.issuer);
    free(issuer->token.claims.user_claim);
    free(issuer->user_map);
    pattern_free(issuer->account.user_pattern);
    free(config->path);
    free(config->prompt);
    free(config->hostname);
    strings_done(&config->errors);
    *config = (struct config){0};
}
