/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/plugin.h"
#include "base/text.h"
#include "base/trusted_file.h"
#include "cli/check/finding.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* With debugging information, and much more. */
#define OBJECT_MAX (16 * 1024 * 1024)

#define IDENTITY_MAX 100

/*
 * The identity that is in an object's bytes. It is read and not loaded: whoever
 * can write it could else run code by it. False: `ret_what` says why.
 */
static bool
read_identity(const char *path, char ret_identity[IDENTITY_MAX],
              char ret_what[READFILE_WHAT_MAX])
{
    struct file object = {0};
    const char *found;

    if (!readfile(path, OBJECT_MAX, &object, ret_what))
        return false;
    found =
        memmem(object.data, object.size, PLUGIN_MARK, sizeof PLUGIN_MARK - 1);
    if (found != NULL)
        snprintf(ret_identity, IDENTITY_MAX, "%s", found);
    else
        snprintf(ret_what, READFILE_WHAT_MAX, "it is not part of pam_jwt");
    file_done(&object);
    return found != NULL;
}

static void
complain(struct findings *findings, const char *path, const char *what)
{
    finding_add(findings, FINDING_ERROR, text_log_value(path).text,
                "every token is refused as bad_config",
                "install the module again, all of it", "%s", what);
}

void
cli_check_objects(const char *module, struct findings *findings)
{
    const char *slash = strrchr(module, '/');
    int folder = slash != NULL ? (int)(slash - module) : 0;
    char plugin[PATH_MAX];
    char one[IDENTITY_MAX];
    char other[IDENTITY_MAX];
    char what[READFILE_WHAT_MAX];

    snprintf(plugin, sizeof plugin, "%.*s/" PLUGIN_TOKEN, folder, module);
    if (!read_identity(module, one, what))
        complain(findings, module, what);
    else if (!read_identity(plugin, other, what))
        complain(findings, plugin, what);
    else if (!text_equal(one, other))
        complain(findings, plugin, "it is of another build than the module");
}
