/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/token_words.h"

#include "base/time_words.h"
#include "cli/cli.h"
#include "json/document.h"

#include <json-c/json.h>
#include <stdio.h>

static const char *const names[] = {"iat", "auth_time", "nbf", "exp"};

#define NAME_COUNT (sizeof names / sizeof names[0])

/* False: the claim is absent. */
static bool
say_time(struct json_object *claims, const char *name, double now,
         char ret_words[160])
{
    struct json_object *value;
    const char *unit;
    double moment;

    if (!jsondoc_find(claims, name, &value))
        return false;
    if (!jsondoc_is_time(value, &moment)) {
        snprintf(ret_words, 160, "not a time: %s", jsondoc_kind(value));
        return true;
    }
    unit = time_unit(moment, now);
    if (unit != NULL)
        snprintf(ret_words, 160, "%.0f%s", moment, unit);
    else
        snprintf(ret_words, 160, "%s", time_words_at(moment, now).text);
    return true;
}

void
token_words_print(struct json_object *claims, double now)
{
    char words[160];

    for (size_t i = 0; i < NAME_COUNT; i++)
        if (say_time(claims, names[i], now, words))
            cli_print("%s: %s\n", names[i], words);
}

struct json_object *
token_words_json(struct json_object *claims, double now)
{
    struct json_object *object = cli_object();
    char words[160];

    for (size_t i = 0; i < NAME_COUNT; i++)
        if (say_time(claims, names[i], now, words))
            cli_add_string(object, names[i], words);
    return object;
}
