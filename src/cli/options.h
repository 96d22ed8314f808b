/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/strings.h"
#include "keys/key.h"
#include "keys/keyset.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The table of commands and their options: parsing, --help, the completions of
 * the shells and the manual's synopsis all come from it.
 */

struct algorithm;

/* A moment that may have been given. */
struct moment {
    bool is_given;
    double seconds; /* since 1970 */
};

/*
 * The values of one command line. Each command reads those of its own rows; the
 * others are zero. Texts are those of argv, or defaults of the table.
 */
struct options {
    const char *word; /* the argument that is not an option */
    const char *config;
    bool json;

    /* keygen, issue */
    const struct algorithm *algorithm;
    enum key_type curve; /* 0: not given */
    bool is_jwk;
    const char *path; /* --out */
    const char *kid;
    const char *key_file;
    enum secret_encoding encoding;
    const char *type;
    double lifetime;       /* seconds */
    struct strings claims; /* NAME=JSON, valid */

    /* issue, revoke */
    const char *subject;
    const char *issuer;
    const char *audience;

    /* verify */
    const char *service;
    const char *user;
    struct moment now;
    struct strings settings; /* "key=value", as on a module line */
    bool uses_up;
    bool skip_account;
    bool insecure;
    bool verbose;

    /* check */
    const char *pam_folder;
    bool strict;

    /* jwks */
    const char *url;
    const char *section;
    const char *ca_file;
    const char *token_file;
    const char *to;
    double timeout; /* seconds */
    bool force;

    /* revoke */
    const char *token_id;
    struct moment before;
    bool all;
};

/* How a value is written: how it is parsed, and what a shell offers for it. */
enum value_kind {
    VALUE_FLAG = 0, /* takes no value */
    VALUE_TEXT,
    VALUE_FILE,
    VALUE_FOLDER,
    VALUE_USER,
    VALUE_SECTION,
    VALUE_ALGORITHM,
    VALUE_CURVE,
    VALUE_FORMAT,
    VALUE_ENCODING,
    VALUE_DURATION,
    VALUE_TIMEOUT, /* a duration above 0 */
    VALUE_MOMENT,
    VALUE_CLAIM,   /* NAME=JSON, repeatable */
    VALUE_SETTING, /* KEY=VALUE, repeatable */
    VALUE_KINDS
};

/* How often an option stands in one command line. */
enum option_number {
    OPTION_OPTIONAL = 0,
    OPTION_REQUIRED,
    OPTION_CHOICE, /* exactly one of the command's choices is required */
    OPTION_REPEATS
};

/* A row of the table: one option of one command. */
struct cli_option {
    const char *name;     /* without "--"; NULL ends a list */
    const char *argument; /* name of the value, NULL: VALUE_FLAG */
    enum value_kind kind;
    enum option_number number;
    size_t offset; /* in struct options */
    const char *default_text;
    const char *help;
    char letter; /* of a short form, 0: it has none */
};

struct cli_command {
    const char *name; /* one word or two */
    int (*run)(const struct options *options);
    const char *purpose; /* one sentence */
    const char *example; /* a line of sh that works */
    const char *word;    /* name of the one argument; NULL: it takes none */
    bool needs_word;
    const struct cli_option *options;
};

/* Row `at` of the table of commands, NULL behind its end. */
const struct cli_command *command_at(size_t at);

/*
 * The command that `words` begin with, and how many words its name has; NULL if
 * they begin with no command.
 */
const struct cli_command *command_find(int count, char *const *words,
                                       int *ret_words);

/* The option of that name, `length` bytes; NULL if the command has none. */
const struct cli_option *option_find(const struct cli_command *command,
                                     const char *name, size_t length);

/*
 * Reads the words behind a command's name into `ret_options`. False: one is
 * wrong; it was named, with what would be right. options_done() is due in every
 * case.
 */
bool options_read(const struct cli_command *command, int count,
                  char *const *words, struct options *ret_options);

/* True if one of the words asks for help. */
bool options_want_help(const struct cli_command *command, int count,
                       char *const *words);

/* Frees; zeroed options are allowed. */
void options_done(struct options *options);

/* Longest message of value_set(), with its NUL. */
#define VALUE_WRONG_MAX 512

/* Sets the field of an option, or says what is wrong and would be right. */
bool value_set(const struct cli_option *option, struct options *options,
               const char *text, char ret_wrong[VALUE_WRONG_MAX]);

/*
 * Word `at` of those that a value can be, NULL behind the last or where any
 * text is allowed.
 */
const char *value_word(enum value_kind kind, size_t at);

#endif
