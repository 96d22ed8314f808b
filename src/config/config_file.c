/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include "base/text.h"
#include "base/trusted_file.h"
#include "config/config_folder.h"
#include "login/host_service.h"

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

#define SECTION_NAME_MAX 64

/* Where a text comes from, for messages, and what it gave so far. */
struct source {
    struct config *config;
    struct issuer *issuer; /* the one it is for */
    const char *name;      /* a file, or "module argument" */
    unsigned long line;    /* 0 for a module argument */
    bool is_file;
    bool is_trial;  /* arguments of config_try() */
    bool is_again;  /* it was read for another issuer: say nothing twice */
    uint64_t given; /* one bit a row of the table */
};

/* A line of the file in front of the first section. */
struct pair {
    unsigned long line;
    const char *key;
    const char *value;
};

/* The file while it is read. */
struct reading {
    struct source source;
    struct pair *defaults;
    size_t default_count;
    bool in_section;      /* a section has begun in one of the files */
    bool is_part_started; /* a section has begun in this file of the folder */
    bool is_part;         /* this file is one of the folder */
};

/* Notes what is wrong; with or without room for it, it counts. */
static void
mistake(struct source *source, const char *what, const char *of)
{
    struct strings *errors = &source->config->errors;
    struct shown shown = {""};
    char line[24] = "";

    source->config->is_mistaken = true;
    if (errors->count >= ERRORS_MAX || source->is_again)
        return;
    if (source->line > 0)
        snprintf(line, sizeof line, ":%lu", source->line);
    if (of != NULL)
        shown = text_quote(of, strnlen(of, NAME_SHOWN_MAX));
    strings_addf(errors, "%s%s: %s%s%s", source->name, line, shown.text,
                 of != NULL ? " " : "", what);
}

static bool
is_of_issuer(const struct setting *setting)
{
    return setting->scope == SCOPE_ISSUER || setting->scope == SCOPE_SECTION;
}

static void
apply(struct source *source, const struct setting *setting, const char *value)
{
    char *base =
        is_of_issuer(setting) ? (char *)source->issuer : (char *)source->config;
    const char *wrong;

    if (base == NULL) {
        mistake(source, "out of memory", NULL);
        return;
    }
    wrong = setting_set(setting, base + setting->offset, value,
                        source->is_file || source->is_trial ? WORDS_FILE
                                                            : WORDS_PLAIN);
    if (wrong != NULL)
        mistake(source, wrong, setting->name);
}

/* Applies a setting that was given, by its name. */
static void
apply_given(struct source *source, const char *key, const char *value)
{
    const struct setting *setting = setting_find(key);
    uint64_t bit;

    if (setting == NULL) {
        mistake(source, "is not a setting (pam-jwt settings lists them)", key);
        return;
    }
    if (source->is_file && setting->scope == SCOPE_ARGUMENT) {
        mistake(source, "is a module argument, not a setting of the file", key);
        return;
    }
    bit = UINT64_C(1) << (setting - setting_at(0));
    if ((source->given & bit) != 0 && !setting_repeats(setting)) {
        mistake(source, "is given twice", key);
        return;
    }
    source->given |= bit;
    apply(source, setting, value);
}

/* The table's defaults; of a further section those of an issuer alone. */
static void
apply_defaults(struct config *config, struct issuer *issuer)
{
    struct source source = {
        .config = config, .issuer = issuer, .name = "default"};
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++)
        if (setting->default_text != NULL &&
            (issuer->name == NULL || is_of_issuer(setting)))
            apply(&source, setting, setting->default_text);
}

/* A further issuer, with the defaults. NULL: out of memory. */
static struct issuer *
add_issuer(struct config *config)
{
    struct policy *policy = &config->policy;
    struct issuer *issuers = reallocarray(
        policy->issuers, policy->issuer_count + 1, sizeof *issuers);

    if (issuers == NULL)
        return NULL;
    policy->issuers = issuers;
    issuers[policy->issuer_count] = (struct issuer){0};
    return &issuers[policy->issuer_count++];
}

static char *
trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    return text + strspn(text, " \t");
}

/* Cuts "key = value" apart in place; the value with its white space. */
static bool
split_pair(struct source *source, char *text, const char **ret_key,
           const char **ret_value)
{
    char *equals = strchr(text, '=');

    if (equals == NULL) {
        mistake(source, "is no \"key = value\"", text);
        return false;
    }
    *equals = '\0';
    *ret_key = trim(text);
    *ret_value = equals + 1;
    return true;
}

/*
 * The NAME of "[issuer NAME]", cut out in place; NULL for anything else but a
 * comment behind it.
 */
static const char *
section_name(char *line)
{
    static const char prefix[] = "[issuer ";
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    char *name = line + sizeof prefix - 1;
    struct cursor behind = {NULL, false};
    struct word word;
    size_t length;

    if (strncmp(line, prefix, sizeof prefix - 1) != 0)
        return NULL;
    name += strspn(name, " \t");
    length = strspn(name, allowed);
    if (length == 0 || length > SECTION_NAME_MAX || name[length] != ']')
        return NULL;
    behind.at = name + length + 1;
    if (word_take(&behind, &word) != NULL || word.text != NULL)
        return NULL;
    name[length] = '\0';
    return name;
}

/* Gives the new section the settings in front of the first one. */
static void
inherit(struct reading *reading)
{
    struct source again = reading->source;

    again.given = 0;
    again.is_again = true;
    for (size_t i = 0; i < reading->default_count; i++)
        apply_given(&again, reading->defaults[i].key,
                    reading->defaults[i].value);
}

/*
 * Refuses settings that no section inherits in front of the first section,
 * where they look inherited.
 */
static void
check_defaults(struct reading *reading)
{
    struct source source = reading->source;

    for (size_t i = 0; i < reading->default_count; i++) {
        const struct pair *pair = &reading->defaults[i];
        const struct setting *setting = setting_find(pair->key);

        source.line = pair->line;
        if (setting != NULL && setting->scope == SCOPE_SECTION)
            mistake(&source, "belongs into a section, none inherits it",
                    pair->key);
    }
}

static void
begin_section(struct reading *reading, char *line)
{
    struct source *source = &reading->source;
    struct policy *policy = &source->config->policy;
    const char *name = section_name(line);
    struct issuer *issuer;

    if (name == NULL) {
        mistake(source, "is no [issuer NAME]", line);
        return;
    }
    for (size_t i = 0; i < policy->issuer_count; i++)
        if (text_equal(policy->issuers[i].name, name)) {
            mistake(source, "is the name of two sections", name);
            return;
        }
    if (policy->issuer_count >= CONFIG_SECTIONS_MAX) {
        mistake(source, "is one section too many", name);
        return;
    }
    if (!reading->in_section) {
        /* The issuer of a file without sections was only tried on. */
        check_defaults(reading);
        issuers_done(policy);
        reading->in_section = true;
    }
    reading->is_part_started = true;
    /* The array may have moved: whatever happens, the old one is gone. */
    issuer = add_issuer(source->config);
    source->issuer = issuer;
    source->given = 0;
    if (issuer == NULL || (issuer->name = strdup(name)) == NULL) {
        mistake(source, "out of memory", NULL);
        return;
    }
    apply_defaults(source->config, issuer);
    inherit(reading);
}

static void
keep_default(struct reading *reading, const char *key, const char *value)
{
    struct pair *pairs =
        reallocarray(reading->defaults, reading->default_count + 1,
                     sizeof *reading->defaults);

    if (pairs == NULL) {
        mistake(&reading->source, "out of memory", NULL);
        return;
    }
    reading->defaults = pairs;
    pairs[reading->default_count++] =
        (struct pair){reading->source.line, key, value};
}

static void
read_pair(struct reading *reading, char *line)
{
    struct source *source = &reading->source;
    const struct setting *setting;
    const char *key;
    const char *value;

    if (!split_pair(source, line, &key, &value))
        return;
    if (reading->is_part && !reading->is_part_started) {
        mistake(source, "stands before a section, as only the main file may",
                key);
        return;
    }
    setting = setting_find(key);
    if (reading->in_section && setting != NULL && !is_of_issuer(setting))
        mistake(source, "is for all issuers, before the first section", key);
    else
        apply_given(source, key, value);
    if (!reading->in_section)
        keep_default(reading, key, value);
}

static void
read_line(struct reading *reading, char *line, size_t length)
{
    const char *fault = line_fault(line, length);

    if (fault != NULL) {
        mistake(&reading->source, fault, line);
        return;
    }
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return;
    if (*line == '[')
        begin_section(reading, line);
    else
        read_pair(reading, line);
}

static bool
read_lines(struct reading *reading, const char *path, struct file *file)
{
    char what[READFILE_WHAT_MAX];
    char *line;
    char *end;

    reading->source.name = path;
    reading->source.line = 0;
    if (!readfile(path, CONFIG_FILE_MAX, file, what)) {
        mistake(&reading->source, what, NULL);
        return false;
    }
    line = file->data;
    end = file->data + file->size;
    while (line < end) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((newline != NULL ? newline : end) - line);

        reading->source.line++;
        line[length] = '\0';
        read_line(reading, line, length);
        line += length + 1;
    }
    return true;
}

/* The sections of the files in the folder beside the main file. */
static void
read_folder(struct reading *reading, const char *folder)
{
    struct strings *parts = &reading->source.config->parts;
    char what[READFILE_WHAT_MAX];

    reading->source.line = 0;
    if (!config_folder_list(folder, parts, what)) {
        reading->source.name = folder;
        mistake(&reading->source, what, NULL);
        return;
    }
    if (parts->count > 0 && !reading->in_section) {
        mistake(&reading->source,
                "has no section, and there are files beside it in its .d "
                "folder: add [issuer NAME]",
                NULL);
        return;
    }
    reading->is_part = true;
    for (size_t i = 0; i < parts->count; i++) {
        struct file file = {0};

        reading->is_part_started = false;
        if (read_lines(reading, parts->items[i], &file))
            file_done(&file);
    }
}

/* The main file stays until the end: the defaults point into it. */
static void
read_files(struct config *config)
{
    struct reading reading = {.source = {.config = config,
                                         .issuer = config->policy.issuers,
                                         .is_file = true}};
    struct file file = {0};
    char *folder = NULL;

    if (!read_lines(&reading, config->path, &file))
        return;
    if (asprintf(&folder, "%s.d", config->path) < 0)
        mistake(&reading.source, "out of memory", NULL);
    else
        read_folder(&reading, folder);
    free(folder);
    free(reading.defaults);
    file_done(&file);
}

/* Says why a setting must not stand on the module line; NULL: it may. */
static const char *
argument_fault(const struct source *source, const struct setting *setting)
{
    if (setting == NULL || !is_of_issuer(setting))
        return NULL;
    if (!source->is_trial)
        return "belongs into the file, it is not a module argument";
    return setting->scope == SCOPE_SECTION && source->issuer->name != NULL
               ? "belongs into a section of the file"
               : NULL;
}

/* A flag such as "debug" stands for "debug=yes". */
static void
read_argument(struct source *source, const char *argument)
{
    const struct setting *setting = setting_find(argument);
    const char *fault = line_fault(argument, strlen(argument));
    const char *key;
    const char *value;
    char *copy;

    if (fault != NULL) {
        mistake(source, fault, argument);
        return;
    }
    if (setting != NULL && setting->scope == SCOPE_ARGUMENT &&
        text_equal(setting->default_text, "no")) {
        apply_given(source, argument, "yes");
        return;
    }
    copy = strdup(argument);
    if (copy == NULL) {
        mistake(source, "out of memory", NULL);
    } else if (split_pair(source, copy, &key, &value)) {
        fault = argument_fault(source, setting_find(key));
        if (fault != NULL)
            mistake(source, fault, key);
        else
            apply_given(source, key, value);
    }
    free(copy);
}

/* Arguments win over the file, in every section of it. */
static void
read_arguments(struct config *config, int count, const char *const *arguments,
               bool is_trial)
{
    struct source source = {.config = config,
                            .name = is_trial ? "--set" : "module argument",
                            .is_trial = is_trial};

    for (size_t i = 0; i < config->policy.issuer_count; i++) {
        source.issuer = &config->policy.issuers[i];
        source.given = 0;
        source.is_again = i > 0;
        for (int j = 0; j < count; j++)
            read_argument(&source, arguments[j]);
    }
}

static void
set_machine_name(struct config *config)
{
    char name[HOST_NAME_MAX + 1] = "";
    const struct setting *setting = setting_find("hostname");

    if (config->hostname != NULL || gethostname(name, sizeof name - 1) != 0)
        return;
    /* Without a name, %h is not known, and a template with it refuses. */
    if (setting_set(setting, &config->hostname, name, WORDS_PLAIN) != NULL) {
        free(config->hostname);
        config->hostname = NULL;
    }
}

/* Finds the mistakes that only the whole file shows. */
static void
check_whole(struct config *config)
{
    struct policy *policy = &config->policy;
    struct source source = {.config = config, .name = config->path};
    char what[ISSUER_WHAT_MAX];

    for (size_t i = 0; i < policy->issuer_count; i++) {
        const struct issuer *issuer = &policy->issuers[i];
        const char *wrong = store_uri_mistake(&issuer->replay.store_uri);

        if (wrong != NULL)
            mistake(&source, wrong, NULL);
        if (!issuer_accounts_are_right(issuer, what))
            mistake(&source, what, NULL);
        if ((issuer->key_files.count > 0) != (issuer->secret_files.count > 0))
            continue;
        snprintf(what, sizeof what, "%s%s%s%s",
                 issuer->key_files.count > 0
                     ? "and secret_file are both given, exactly one of them is "
                       "wanted"
                     : "(public keys) or secret_file (shared secrets) is "
                       "required, neither is given",
                 issuer->name != NULL ? " in [issuer " : "",
                 issuer->name != NULL ? issuer->name : "",
                 issuer->name != NULL ? "]" : "");
        mistake(&source, what, "key_file");
    }
    if (!issuers_set_names(policy))
        mistake(&source, "out of memory", NULL);
    else if (!issuers_are_distinct(policy, what))
        mistake(&source, what, NULL);
}

static bool
read_all(const char *path, int argument_count, const char *const *arguments,
         bool is_trial, struct config *ret_config)
{
    static const char config_prefix[] = "config=";
    struct source line = {.config = ret_config, .name = "module argument"};
    struct issuer *issuer;

    *ret_config = (struct config){0};
    issuer = add_issuer(ret_config);
    if (issuer == NULL) {
        mistake(&line, "out of memory", NULL);
        return false;
    }
    apply_defaults(ret_config, issuer);
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
        read_files(ret_config);
    read_arguments(ret_config, argument_count, arguments, is_trial);
    set_machine_name(ret_config);
    if (!ret_config->is_mistaken)
        check_whole(ret_config);
    return !ret_config->is_mistaken;
}

bool
config_read(const char *path, int argument_count, const char *const *arguments,
            struct config *ret_config)
{
    return read_all(path, argument_count, arguments, false, ret_config);
}

bool
config_try(const char *path, int argument_count, const char *const *arguments,
           struct config *ret_config)
{
    return read_all(path, argument_count, arguments, true, ret_config);
}

void
config_done(struct config *config)
{
    issuers_done(&config->policy);
    free(config->path);
    free(config->prompt);
    free(config->hostname);
    strings_done(&config->parts);
    strings_done(&config->errors);
    *config = (struct config){0};
}
