/* SPDX-License-Identifier: BSD-2-Clause */
#include "companion.h"

#include "text.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#ifndef PAMDIR
#    define PAMDIR "/usr/lib/security"
#endif

/* Cuts the file's name off a path, in place. False: there is no folder. */
static bool
cut_to_folder(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

/*
 * Whether this code is part of the program itself, for which dladdr() would
 * give argv[0], the caller's word. Unknown counts as yes.
 */
static bool
is_program(const Dl_info *own)
{
    const void *headers = (const void *)(uintptr_t)getauxval(AT_PHDR);
    Dl_info program;

    return headers == NULL || dladdr(headers, &program) == 0 ||
           program.dli_fbase == own->dli_fbase;
}

/* The folder of the shared object that this code is part of. */
static bool
own_folder(char folder[PATH_MAX])
{
    static const char own = 0;
    Dl_info info;

    if (dladdr(&own, &info) == 0 || info.dli_fname == NULL || is_program(&info))
        return false;
    snprintf(folder, PATH_MAX, "%s", info.dli_fname);
    return cut_to_folder(folder);
}

static void
find(const char *file, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    ssize_t length;

    if (own_folder(folder)) {
        snprintf(path, PATH_MAX, "%.4000s/%s", folder, file);
        return;
    }
    length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[length > 0 ? length : 0] = '\0';
    snprintf(path, PATH_MAX, "%.4000s/%s",
             cut_to_folder(folder) ? folder : PAMDIR, file);
    if (access(path, F_OK) != 0)
        snprintf(path, PATH_MAX, PAMDIR "/%s", file);
}

bool
companion_open(const char *file, const char *table,
               struct companion *ret_companion,
               char ret_what[COMPANION_WHAT_MAX])
{
    struct companion companion = {0};
    char path[PATH_MAX];
    const char *const *version;

    find(file, path);
    companion.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (companion.library == NULL) {
        snprintf(ret_what, COMPANION_WHAT_MAX,
                 "cannot load %s: is its package installed, whole and of this "
                 "version (" VERSION ")?",
                 text_bare(path).text);
        return false;
    }
    companion.table = dlsym(companion.library, table);
    version = companion.table;
    if (version != NULL && text_equal(*version, VERSION)) {
        *ret_companion = companion;
        return true;
    }
    snprintf(ret_what, COMPANION_WHAT_MAX,
             "%s is of another version than this program, " VERSION,
             text_bare(path).text);
    companion_close(&companion);
    return false;
}

void
companion_close(struct companion *companion)
{
    if (companion->library != NULL)
        dlclose(companion->library);
    *companion = (struct companion){0};
}
