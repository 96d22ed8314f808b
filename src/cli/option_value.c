/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include "base/text.h"
#include "cli/cli.h"
#include "cli/nearest.h"
#include "config/config.h"
#include "keys/algorithm.h"
#include "keys/secret_form.h"
#include "json/scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds since 1970 that are whole numbers in a double: at most so many
 * digits. */
#define EPOCH_DIGITS 15

static const char *
algorithm_word(size_t at)
{
    const struct algorithm *algorithm = algorithm_at(at);

    return algorithm != NULL ? algorithm->name : NULL;
}

static const char *
curve_word(size_t at)
{
    static const enum key_type curves[] = {KEY_ED25519, KEY_ED448};

    return at < sizeof curves / sizeof curves[0] ? key_kind(curves[at])->crv
                                                 : NULL;
}

static const char *
format_word(size_t at)
{
    static const char *const formats[] = {"pem", "jwk"};

    return at < sizeof formats / sizeof formats[0] ? formats[at] : NULL;
}

static const char *
encoding_word(size_t at)
{
    static const enum secret_encoding encodings[] = {
        SECRET_TEXT, SECRET_HEX, SECRET_BASE64, SECRET_BASE64URL};

    return at < sizeof encodings / sizeof encodings[0]
               ? secret_form_encoding_name(encodings[at])
               : NULL;
}

static bool
set_flag(void *field, const char *text, char *wrong)
{
    (void)text;
    (void)wrong;
    *(bool *)field = true;
    return true;
}

static bool
set_text(void *field, const char *text, char *wrong)
{
    (void)wrong;
    *(const char **)field = text;
    return true;
}

static bool
set_algorithm(void *field, const char *text, char *wrong)
{
    const struct algorithm **algorithm = field;

    (void)wrong;
    *algorithm = algorithm_find(text);
    return *algorithm != NULL;
}

static bool
set_curve(void *field, const char *text, char *wrong)
{
    const struct key_kind *kind = key_kind_named("OKP", text, NULL);

    (void)wrong;
    if (kind == NULL)
        return false;
    *(enum key_type *)field = kind->type;
    return true;
}

static bool
set_format(void *field, const char *text, char *wrong)
{
    bool *is_jwk = field;

    (void)wrong;
    *is_jwk = text_equal(text, "jwk");
    return *is_jwk || text_equal(text, "pem");
}

static bool
set_encoding(void *field, const char *text, char *wrong)
{
    const struct setting *setting = setting_find("secret_encoding");

    (void)wrong;
    return setting->set_text(setting, field, text) == NULL;
}

static bool
set_duration(void *field, const char *text, char *wrong)
{
    /* The unit letters and the range are those of a setting. */
    const struct setting *setting = setting_find("max_lifetime");

    if (setting->set_text(setting, field, text) == NULL)
        return true;
    snprintf(wrong, VALUE_WRONG_MAX,
             "not a duration; write a number and s, m, h or d, such as 5m");
    return false;
}

static bool
set_timeout(void *field, const char *text, char *wrong)
{
    if (!set_duration(field, text, wrong))
        return false;
    if (*(double *)field > 0)
        return true;
    snprintf(wrong, VALUE_WRONG_MAX, "no time at all; write 30s, for example");
    return false;
}

static bool
set_moment(void *field, const char *text, char *wrong)
{
    struct moment *moment = field;
    struct tm date = {0};
    const char *end;

    moment->is_given = true;
    if (text_equal(text, "now")) {
        moment->seconds = cli_now();
        return true;
    }
    if (strspn(text, "0123456789") == strlen(text) && *text != '\0' &&
        strlen(text) <= EPOCH_DIGITS) {
        moment->seconds = strtod(text, NULL);
        if (moment->seconds <= TIME_T_MAX)
            return true;
    }
    end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &date);
    moment->seconds = (double)timegm(&date);
    if (end != NULL && *end == '\0' && moment->seconds >= 0)
        return true;
    snprintf(wrong, VALUE_WRONG_MAX,
             "not a time; write now, 2026-11-24T12:00:00Z or seconds since "
             "1970");
    return false;
}

static void
append(struct strings *list, const char *text)
{
    if (!strings_add(list, text, strlen(text)))
        cli_no_memory();
}

/* True if the text between quotes would be JSON, and between quotes of sh. */
static bool
can_be_quoted(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || strchr("\"\\'", *text) != NULL)
            return false;
    return true;
}

/* Takes NAME=JSON: a value that json-c may be given. */
static bool
set_claim(void *field, const char *text, char *wrong)
{
    const char *equals = strchr(text, '=');
    const char *value = equals != NULL ? equals + 1 : text;
    const char *what = NULL;
    size_t values;
    size_t at;
    enum jsonscan_result result;

    if (equals == NULL || equals == text) {
        snprintf(wrong, VALUE_WRONG_MAX,
                 "not NAME=JSON; write 'role=\"admin\"', for example");
        return false;
    }
    result = jsonscan(value, strlen(value), &values, &what, &at);
    if (result == JSONSCAN_NO_MEMORY)
        cli_no_memory();
    if (result == JSONSCAN_OK) {
        append(field, text);
        return true;
    }
    if (can_be_quoted(text))
        snprintf(wrong, VALUE_WRONG_MAX,
                 "the value is not JSON; a text has double quotes: --claim "
                 "'%.*s=\"%.*s\"'",
                 (int)(equals - text), text, TEXT_SHOWN_MAX, value);
    else
        snprintf(wrong, VALUE_WRONG_MAX,
                 "the value is not JSON: %s at byte %zu of it", what, at);
    return false;
}

/* The configuration's own words say what is wrong with the rest. */
static bool
set_setting(void *field, const char *text, char *wrong)
{
    (void)wrong;
    append(field, text);
    return true;
}

static const struct {
    bool (*set)(void *field, const char *text, char *wrong);
    const char *(*word)(size_t at);
} kinds[VALUE_KINDS] = {
    [VALUE_FLAG] = {set_flag, NULL},
    [VALUE_TEXT] = {set_text, NULL},
    [VALUE_FILE] = {set_text, NULL},
    [VALUE_FOLDER] = {set_text, NULL},
    [VALUE_USER] = {set_text, NULL},
    [VALUE_SECTION] = {set_text, NULL},
    [VALUE_ALGORITHM] = {set_algorithm, algorithm_word},
    [VALUE_CURVE] = {set_curve, curve_word},
    [VALUE_FORMAT] = {set_format, format_word},
    [VALUE_ENCODING] = {set_encoding, encoding_word},
    [VALUE_DURATION] = {set_duration, NULL},
    [VALUE_TIMEOUT] = {set_timeout, NULL},
    [VALUE_MOMENT] = {set_moment, NULL},
    [VALUE_CLAIM] = {set_claim, NULL},
    [VALUE_SETTING] = {set_setting, NULL},
};

const char *
value_word(enum value_kind kind, size_t at)
{
    return kinds[kind].word != NULL ? kinds[kind].word(at) : NULL;
}

/* Lists what the value can be, and the nearest of them. */
static void
say_words(const struct cli_option *option, const char *text, char *wrong)
{
    struct nearest nearest = {.text = text, .length = strlen(text)};
    const char *word;
    size_t length;

    for (size_t i = 0; (word = value_word(option->kind, i)) != NULL; i++)
        nearest_try(&nearest, word);
    length = (size_t)snprintf(wrong, VALUE_WRONG_MAX, "not one of");
    for (size_t i = 0; (word = value_word(option->kind, i)) != NULL; i++)
        if (length < VALUE_WRONG_MAX)
            length += (size_t)snprintf(wrong + length, VALUE_WRONG_MAX - length,
                                       "%s %s", i > 0 ? "," : "", word);
    if (nearest.best != NULL && length < VALUE_WRONG_MAX)
        snprintf(wrong + length, VALUE_WRONG_MAX - length, "; did you mean %s?",
                 nearest.best);
}

bool
value_set(const struct cli_option *option, struct options *options,
          const char *text, char ret_wrong[VALUE_WRONG_MAX])
{
    void *field = (char *)options + option->offset;

    if (kinds[option->kind].set(field, text, ret_wrong))
        return true;
    if (kinds[option->kind].word != NULL)
        say_words(option, text, ret_wrong);
    return false;
}
