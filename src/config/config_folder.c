/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config_folder.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char ending[] = ".conf";

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_conf(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length >= sizeof ending - 1 &&
           text_equal(name + length - (sizeof ending - 1), ending);
}

/* A folder that stops in the middle must not look as if it ended there. */
static bool
read_names(DIR *open, const char *folder, struct strings *paths, char *what)
{
    const struct dirent *entry;

    while (errno = 0, (entry = readdir(open)) != NULL)
        if (is_conf(entry->d_name) &&
            !strings_addf(paths, "%s/%s", folder, entry->d_name)) {
            snprintf(what, READFILE_WHAT_MAX, "out of memory");
            return false;
        }
    if (errno == 0)
        return true;
    readfile_say(what, "read it");
    return false;
}

bool
config_folder_list(const char *folder, struct strings *ret_paths,
                   char ret_what[READFILE_WHAT_MAX])
{
    struct stat status;
    DIR *open = opendir(folder);
    bool good = false;

    *ret_paths = (struct strings){0};
    if (open == NULL && errno == ENOENT)
        return true;
    if (open == NULL)
        readfile_say(ret_what, "open it");
    else if (fstat(dirfd(open), &status) != 0)
        readfile_say(ret_what, "look at it");
    else
        good = readfile_trusts(&status, ret_what) &&
               read_names(open, folder, ret_paths, ret_what);
    if (open != NULL)
        closedir(open);
    if (good && ret_paths->count > 1)
        qsort(ret_paths->items, ret_paths->count, sizeof *ret_paths->items,
              compare);
    return good;
}
