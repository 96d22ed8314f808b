/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_H
#define CONFIG_H

#include "base/strings.h"
#include "base/words.h"
#include "login/login.h"

#include <stdbool.h>
#include <stddef.h>

#ifndef SECCONFDIR
#    define SECCONFDIR "/etc/security"
#endif
#ifndef STATEDIR
#    define STATEDIR "/var/lib/pam_jwt"
#endif
#define CONFIG_PATH SECCONFDIR "/pam_jwt.conf"

#define CONFIG_FILE_MAX (256 * 1024)

/* Sections of one file at the most; every login reads all of them. */
#define CONFIG_SECTIONS_MAX 64

/* All settings of one module line: the file's, and the line's over them. */
struct config {
    char *path;           /* the file that was read */
    struct strings parts; /* and those of its folder */
    struct policy policy;
    char *prompt; /* without the space that ends it */
    char *hostname;
    double fail_delay; /* seconds */
    bool debug;
    bool use_first_pass;
    bool try_first_pass;
    bool user_from_token;
    bool is_mistaken;      /* something is wrong: it must let nobody in */
    struct strings errors; /* what is wrong, "FILE:LINE: text", safe to log */
};

/* Where a setting may stand. */
enum setting_scope {
    SCOPE_GLOBAL,   /* the file and the module line; for all issuers */
    SCOPE_ISSUER,   /* the file; for one issuer, or for all as a default */
    SCOPE_SECTION,  /* for one issuer, and no other inherits it */
    SCOPE_ARGUMENT, /* the module line only */
};

/* One row of the table of settings; the whole truth about a setting. */
struct setting {
    const char *name;
    enum setting_scope scope;
    const char *default_text; /* NULL: none */
    const char *help;
    /*
     * How words become the value: NULL, or what is wrong with them. A setting
     * has one of the two: for one text, or for a list of words.
     */
    const char *(*set_text)(const struct setting *setting, void *field,
                            const char *text);
    const char *(*set_words)(const struct setting *setting, void *field,
                             const struct words *words);
    size_t offset; /* of the field in struct config, or in struct issuer */
    double min;
    double max;
};

/* Row `at` of the table of settings, NULL behind its end. */
const struct setting *setting_at(size_t at);
const struct setting *setting_find(const char *name);

/* True if a setting may be given more than once: the values add up. */
bool setting_repeats(const struct setting *setting);

/* Sets the field of a setting. NULL, or what is wrong with the text. */
const char *setting_set(const struct setting *setting, void *field,
                        const char *text, enum words_form form)
    __attribute__((warn_unused_result));

/*
 * The files *.conf in the folder PATH.d are read after the file, and add
 * sections to those of the file. `[issuer NAME]` begins a section. What stands
 * before the first is the default of every section; a file without sections
 * describes one issuer, and policy.issuer_count is never 0. Reads the file that
 * `config=` among the arguments names, or else `path`, and the other arguments
 * ("key=value") over it: those of SCOPE_GLOBAL and SCOPE_ARGUMENT, taken as
 * they stand. Every mistake is a line of `errors`; with any of them the
 * configuration is invalid and must let nobody in: false, and `is_mistaken`.
 * Settings that could be read are set all the same, defaults elsewhere, so that
 * a password can still be asked for. config_done() is due in every case.
 */
bool config_read(const char *path, int argument_count,
                 const char *const *arguments, struct config *ret_config);

/*
 * The same for somebody who tries a setting out: any of them may be an argument
 * with the quotes and comments of the file, and counts for every section, but
 * for those that belong into one.
 */
bool config_try(const char *path, int argument_count,
                const char *const *arguments, struct config *ret_config);

/* Frees; a zeroed configuration is allowed. */
void config_done(struct config *config);

#endif
