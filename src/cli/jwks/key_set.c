/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/jwks/key_set.h"

#include "cli/cli.h"
#include "keys/keyset.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void
add(struct strings *list, const char *name, const char *what)
{
    if (!strings_addf(list, "%s: %s", name, what))
        cli_no_memory();
}

void
jwksfile_rename(const struct strings *problems, const char *path,
                const char *name, struct strings *ret_problems)
{
    size_t length = strlen(path);

    for (size_t i = 0; i < problems->count; i++) {
        const char *line = problems->items[i];

        if (strncmp(line, path, length) == 0 &&
            strncmp(line + length, ": ", 2) == 0)
            add(ret_problems, name, line + length + 2);
        else if (!strings_add(ret_problems, line, strlen(line)))
            cli_no_memory();
    }
}

static void
list_keys(const struct keyfile *keys, struct strings *list)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct key *key = &keys->keys[i];
        const struct key_kind *kind = key_kind(key->type);

        if (!key->is_bad &&
            !strings_addf(list, "kid %s (%s)",
                          key->kid != NULL ? text_log_value(key->kid).text
                                           : "none",
                          kind->crv != NULL ? kind->crv : kind->kty))
            cli_no_memory();
    }
}

bool
jwksfile_read(const char *path, const char *name, struct jwksfile *ret_file)
{
    const struct keyset_policy policy = {.allowed = ~0U};
    char *items[] = {(char *)(uintptr_t)path};
    const struct strings paths = {items, 1};
    struct strings problems = {0};
    struct jwksfile file = {0};
    struct keyset keys = {0};
    const char *wrong = NULL;
    enum reason reason =
        keyset_load(&paths, &policy, (time_t)cli_now(), &keys, &problems, NULL);

    if (reason == REASON_NO_MEMORY)
        cli_no_memory();
    if (reason == REASON_OK && keyset_build_all(&keys, &problems) == 0)
        reason = REASON_KEY_UNAVAILABLE;
    jwksfile_rename(&problems, path, name, &file.problems);
    if (!keys.files[0].is_set &&
        (reason == REASON_OK || keyfile_is_json(&keys.files[0])))
        wrong = "no JWK Set (RFC 7517 section 5)";
    else if (reason != REASON_OK)
        wrong = "no key there that a token could be verified with: whoever "
                "logs in by it would be locked out";
    else
        list_keys(&keys.files[0], &file.keys);
    if (wrong != NULL)
        add(&file.problems, name, wrong);
    strings_done(&problems);
    keyset_done(&keys);
    *ret_file = file;
    return wrong == NULL;
}

void
jwksfile_complain(const struct jwksfile *file, const char *command, bool json)
{
    for (size_t i = 0; !json && i < file->problems.count; i++)
        cli_fail(0, command, "%s", file->problems.items[i]);
}

char *
jwksfile_text(const struct jwksfile *file, const char *state, const char *name,
              bool json)
{
    struct json_object *object;

    cli_hold();
    if (json) {
        object = cli_object();
        cli_add_string(object, "state", state);
        cli_add_string(object, "name", name);
        cli_add(object, "keys", cli_array(&file->keys));
        cli_add(object, "problems", cli_array(&file->problems));
        cli_print_json(object);
    } else {
        cli_print("%s: %s\n", state, name);
        for (size_t i = 0; i < file->keys.count; i++)
            cli_print("key: %s\n", file->keys.items[i]);
    }
    return cli_held();
}

void
jwksfile_done(struct jwksfile *file)
{
    strings_done(&file->keys);
    strings_done(&file->problems);
}
