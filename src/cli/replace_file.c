/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/replace_file.h"

#include "base/trusted_file.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(REPLACEMENT_WHAT_MAX == READFILE_WHAT_MAX, "one room for both");

bool
replacement_write(int descriptor, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(descriptor, data, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        size -= (size_t)put;
    }
    return true;
}

/* The folder of a path; the caller frees it. */
static char *
folder_of(const char *path)
{
    char *copy = strdup(path);
    char *folder = copy != NULL ? strdup(dirname(copy)) : NULL;

    free(copy);
    if (folder == NULL)
        cli_no_memory();
    return folder;
}

bool
replacement_make(const char *target, const char *data, size_t size,
                 double changed, struct replacement *ret_replacement,
                 char ret_what[REPLACEMENT_WHAT_MAX])
{
    const struct timespec times[] = {{.tv_sec = (time_t)changed},
                                     {.tv_sec = (time_t)changed}};
    struct replacement replacement = {.target = target};
    char *folder = folder_of(target);
    int descriptor;
    bool good;

    if (asprintf(&replacement.path, "%s/.pam-jwt-XXXXXX", folder) < 0)
        cli_no_memory();
    free(folder);
    descriptor = mkstemp(replacement.path);
    if (descriptor < 0) {
        readfile_say(ret_what, "create a file in its folder");
        free(replacement.path);
        *ret_replacement = (struct replacement){0};
        return false;
    }
    *ret_replacement = replacement;
    good = replacement_write(descriptor, data, size) &&
           fchmod(descriptor, 0644) == 0 && futimens(descriptor, times) == 0 &&
           fsync(descriptor) == 0;
    if (!good)
        readfile_say(ret_what, "write it");
    if (close(descriptor) != 0 && good) {
        readfile_say(ret_what, "write it");
        good = false;
    }
    return good;
}

bool
replacement_keep(struct replacement *replacement,
                 char ret_what[REPLACEMENT_WHAT_MAX])
{
    char *name = folder_of(replacement->target);
    int folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = false;

    free(name);
    if (folder < 0) {
        readfile_say(ret_what, "open its folder");
        return false;
    }
    if (rename(replacement->path, replacement->target) != 0) {
        readfile_say(ret_what, "rename the new file");
    } else {
        free(replacement->path);
        replacement->path = NULL;
        good = fsync(folder) == 0;
        if (!good)
            readfile_say(ret_what, "write its folder to the disk");
    }
    close(folder);
    return good;
}

void
replacement_done(struct replacement *replacement)
{
    if (replacement->path != NULL)
        unlink(replacement->path);
    free(replacement->path);
    *replacement = (struct replacement){0};
}
