/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/template.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct template_facts all = {"host.example", "sshd", "alice", "j1",
                                          "idp"};
static const struct template_facts none = {0};

static const struct {
    const char *text;
    bool valid;
    const char *wanted;  /* with all facts */
    const char *missing; /* begins what is missed with none, NULL: nothing */
} rows[] = {
    {"", true, "", NULL},
    {"plain", true, "plain", NULL},
    {"100%%", true, "100%", NULL},
    {"ssh://%h", true, "ssh://host.example", "%h"},
    {"%s:%u", true, "sshd:alice", "%s"},
    {"%u", true, "alice", "%u"},
    {"r:%j@%i", true, "r:j1@idp", "%j"},
    {"%%h", true, "%h", NULL},
    {"%", false, NULL, NULL},
    {"%x", false, NULL, NULL},
    {"a%H", false, NULL, NULL},
};

Test(template, expands_what_is_known_and_refuses_what_is_not)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *missing = NULL;
        char *text = NULL;

        cr_expect_eq(template_is_valid(rows[i].text, "hsuij"), rows[i].valid,
                     "%s", rows[i].text);
        if (!rows[i].valid)
            continue;
        cr_expect(template_expand(rows[i].text, &all, &text, &missing));
        cr_expect_str_eq(text, rows[i].wanted);
        free(text);
        cr_expect_eq(template_expand(rows[i].text, &none, &text, &missing),
                     rows[i].missing == NULL, "%s", rows[i].text);
        if (rows[i].missing != NULL) {
            cr_expect_null(text);
            cr_expect_eq(strncmp(missing, rows[i].missing, 2), 0, "%s",
                         rows[i].text);
        }
        free(text);
    }
}
