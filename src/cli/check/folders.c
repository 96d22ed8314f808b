/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/check/finding.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
cli_check_folders(const char *path, struct findings *findings)
{
    char *folder = realpath(path, NULL);
    struct stat status;
    char why[64];

    while (folder != NULL && strcmp(folder, "/") != 0) {
        char *parent = strdup(dirname(folder));

        free(folder);
        folder = parent;
        if (folder == NULL || stat(folder, &status) != 0)
            break;
        snprintf(why, sizeof why, "uid %lu can replace the file",
                 (unsigned long)status.st_uid);
        if (status.st_uid != 0 && status.st_uid != geteuid())
            finding_add(findings, FINDING_ERROR, path, why, "chown root",
                        "the folder %s belongs to uid %lu", folder,
                        (unsigned long)status.st_uid);
        else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
            /* With the sticky bit, as in /tmp, only when the file is gone. */
            finding_add(findings,
                        (status.st_mode & S_ISVTX) != 0 ? FINDING_WARNING
                                                        : FINDING_ERROR,
                        path, "they can replace the file", "chmod go-w",
                        "others may write the folder %s", folder);
    }
    free(folder);
}
