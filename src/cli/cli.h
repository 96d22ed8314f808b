/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CLI_H
#define CLI_H

#include "base/reason.h"
#include "base/strings.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* Exit codes, part of the interface. */
enum {
    EXIT_YES = 0,
    EXIT_NO = 1,
    EXIT_USAGE = 2,
    EXIT_UNREADABLE = 3,
    EXIT_UNAVAILABLE = 4
};

/* One file a subcommand; each returns an exit code. */
struct options;
int cli_askpass(const struct options *options);
int cli_check(const struct options *options);
int cli_clean(const struct options *options);
int cli_inspect(const struct options *options);
int cli_issue(const struct options *options);
int cli_jwks_fetch(const struct options *options);
int cli_jwks_install(const struct options *options);
int cli_keygen(const struct options *options);
int cli_revoke(const struct options *options);
int cli_revoked(const struct options *options);
int cli_settings(const struct options *options);
int cli_verify(const struct options *options);

/*
 * Judges the user_map of an issuer (INTERFACE "check"): mistakes are errors;
 * expressions by which more than one identity reaches an account, that give a
 * system account, or that match a domain without its separator are warnings.
 */
struct issuer;
struct keyset;
struct findings;
void cli_check_map(const struct issuer *issuer, struct findings *findings);

/*
 * Judges the names of an issuer: a first one that is not the address of its
 * keys, and one that another section of it has alone, are warnings.
 */
struct policy;
void cli_check_issuer(const struct policy *policy, const struct issuer *issuer,
                      struct findings *findings);

/*
 * Judges the lines of pam_jwt.so in the services of a folder: those that pass a
 * refused token on are errors.
 */
struct config;
#define PAM_FOLDER "/etc/pam.d"
void cli_check_pam(const char *folder, const struct config *config,
                   struct findings *findings);

/*
 * Judges the services that sections name: one without a file in the folder or
 * in /usr/lib/pam.d is a warning, and an error where the section then never
 * answers and another one does.
 */
void cli_check_named_services(const char *folder, const struct config *config,
                              struct findings *findings);

/*
 * Judges the sections that answer for a service: one that is laxer than a
 * section meant for it is an error.
 */
void cli_check_services(const char *service, const struct config *config,
                        struct findings *findings);

/*
 * Judges if the module of that path and its other half are there, of one build.
 */
void cli_check_objects(const char *module, struct findings *findings);

/* Judges sshd's own settings, where sshd tells them. */
void cli_check_sshd(struct findings *findings);

/* Judges the key files of an issuer, and their age. */
void cli_check_keys(const struct issuer *issuer, struct findings *findings);

/* Secrets among its loaded keys that can be guessed, or are misread. */
void cli_check_secrets(const struct issuer *issuer, const struct keyset *keys,
                       struct findings *findings);

/* Judges the state of an issuer, and what others can do to it. */
void cli_check_state(const struct issuer *issuer, struct findings *findings);

/*
 * Judges the folders above a file: one that others may write lets them put
 * another file in its place.
 */
void cli_check_folders(const char *path, struct findings *findings);

/*
 * Judges the clock by the time of a file: one in the future shows that the
 * clock is wrong.
 */
void cli_check_clock(const char *path, double changed,
                     struct findings *findings);

/* "[issuer NAME] SETTING", or SETTING in a file without sections. */
struct shown cli_setting_of(const struct issuer *issuer, const char *setting);

/* The exit code that a reason stands for. */
int cli_exit_code(enum reason reason);

/* Says that an algorithm needs a newer OpenSSL; returns the exit code. */
int cli_needs(const char *command, const char *algorithm);

/* "pam-jwt COMMAND: message" to stderr; returns `code`. */
int cli_fail(int code, const char *command, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Prints one line, or a part of one, to standard output: the only way to print
 * what came from outside. Bytes that a terminal would obey or that are not
 * UTF-8 are escaped (printable.h), and so is every line end but a final one.
 */
void cli_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ECMA-48 colours of words that say how something went. */
enum colour {
    COLOUR_NONE = 0,
    COLOUR_RED = 31,
    COLOUR_GREEN = 32,
    COLOUR_YELLOW = 33
};

/*
 * Prints a word of our own to standard output, in colour on a terminal, unless
 * NO_COLOR is set (no-color.org) or TERM is dumb.
 */
void cli_print_word(enum colour colour, const char *word);

/*
 * From cli_hold() to cli_held() output is kept in memory, so that nothing is
 * left to fail when a thing is done but to write it. cli_held() returns it; the
 * caller frees. cli_put() writes such a text. False: standard output failed,
 * which main() says.
 */
void cli_hold(void);
char *cli_held(void) __attribute__((warn_unused_result));
bool cli_put(const char *text) __attribute__((warn_unused_result));

/* As cli_print(), to standard error. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "1 error", "2 errors": the "s" behind the noun. */
const char *cli_plural(size_t count);

/* Points to the help of a command; returns EXIT_USAGE. */
int cli_usage(const char *command);

/*
 * Whole seconds since 1970. Without a clock nothing can be decided: says so,
 * and ends the program with EXIT_UNREADABLE.
 */
double cli_now(void);

/* Prints a value as JSON, on one line and without its end. */
void cli_print_value(struct json_object *value);

/*
 * Prints a value as one JSON text and a line end; takes it over. It is valid
 * JSON whatever bytes its strings have, and safe for a terminal.
 */
void cli_print_json(struct json_object *value);

/* Says so, and ends the program with EXIT_UNREADABLE. */
void cli_no_memory(void) __attribute__((noreturn));

/*
 * Values to print; out of memory ends the program. cli_array() has copies of
 * the strings, NULL for none; a NULL value is null.
 */
struct json_object *cli_object(void);
struct json_object *cli_array(const struct strings *items);
void cli_append(struct json_object *array, struct json_object *value);
void cli_add(struct json_object *object, const char *name,
             struct json_object *value);
void cli_add_string(struct json_object *object, const char *name,
                    const char *value);
void cli_add_bool(struct json_object *object, const char *name, bool value);
void cli_add_number(struct json_object *object, const char *name,
                    int64_t value);

#endif
