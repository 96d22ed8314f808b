/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/export.h"

#include "json/document.h"

#include <string.h>

bool
environment_make(const struct strings *rules, struct json_object *payload,
                 struct strings *ret_variables, struct strings *problems)
{
    for (size_t i = 0; i < rules->count; i++) {
        const char *rule = rules->items[i];
        size_t length = strcspn(rule, "=");
        char text[JSONDOC_SCALAR_MAX];
        struct json_object *value;
        const char *shown;

        if (!jsondoc_find(payload, rule + length + 1, &value))
            continue;
        shown = jsondoc_is_bool(value) ? NULL : jsondoc_scalar(value, text);
        if (shown == NULL || !environment_is_value(shown)) {
            if (!strings_addf(problems,
                              "export_env %s: the claim is neither an integer "
                              "nor a string of at most %d printable ASCII "
                              "bytes",
                              rule, ENVIRONMENT_VALUE_MAX))
                return false;
        } else if (!strings_addf(ret_variables, "%.*s=%s", (int)length, rule,
                                 shown)) {
            return false;
        }
    }
    return true;
}
