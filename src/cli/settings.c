/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/options.h"
#include "config/config.h"

#include <json-c/json.h>
#include <stdio.h>

static const char *const scopes[] = {
    [SCOPE_GLOBAL] = "global",
    [SCOPE_ISSUER] = "issuer",
    [SCOPE_SECTION] = "section",
    [SCOPE_ARGUMENT] = "argument",
};

int
cli_settings(const struct options *options)
{
    const bool json = options->json;
    struct json_object *list = json ? cli_array(NULL) : NULL;
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++) {
        struct json_object *row;

        if (!json) {
            cli_print("%-19s %-26s %-8s %s\n", setting->name,
                      setting->default_text != NULL ? setting->default_text
                                                    : "-",
                      scopes[setting->scope], setting->help);
            continue;
        }
        row = cli_object();
        cli_add_string(row, "name", setting->name);
        cli_add_string(row, "default", setting->default_text);
        cli_add_string(row, "scope", scopes[setting->scope]);
        cli_add_string(row, "help", setting->help);
        cli_append(list, row);
    }
    if (json)
        cli_print_json(list);
    return EXIT_YES;
}
