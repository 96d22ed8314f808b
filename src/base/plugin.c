/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/plugin.h"

#include "base/text.h"
#include "identity.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two paths, of what is loaded and of a library, and some words. */
#define PLUGIN_WHY_MAX 240

#ifndef PAMDIR
#    define PAMDIR "/usr/lib/security"
#endif

const char plugin_identity[] = PLUGIN_MARK IDENTITY;

/*
 * True if this code is part of the program itself, for which dladdr() would
 * give argv[0], which the caller chooses. If it cannot be told, true.
 */
static bool
is_program(const Dl_info *own)
{
    const void *headers = (const void *)(uintptr_t)getauxval(AT_PHDR);
    Dl_info program;

    return headers == NULL || dladdr(headers, &program) == 0 ||
           program.dli_fbase == own->dli_fbase;
}

/* The shared object that this code is part of. False: it is the program. */
static bool
own_object(char path[PATH_MAX])
{
    static const char own = 0;
    Dl_info info;

    if (dladdr(&own, &info) == 0 || info.dli_fname == NULL || is_program(&info))
        return false;
    snprintf(path, PATH_MAX, "%s", info.dli_fname);
    return true;
}

static void
own_program(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

    path[length > 0 ? length : 0] = '\0';
}

/* Puts `file` in the place of the name that ends the path. */
static bool
replace_name(char path[PATH_MAX], const char *file)
{
    char *slash = strrchr(path, '/');
    size_t room = slash != NULL ? (size_t)(path + PATH_MAX - slash) : 0;

    if (room < strlen(file) + sizeof "/")
        return false;
    snprintf(slash, room, "/%s", file);
    return true;
}

static void
find(const char *file, char path[PATH_MAX])
{
    bool is_module = own_object(path);

    if (!is_module)
        own_program(path);
    if (!replace_name(path, file) || (!is_module && access(path, F_OK) != 0))
        snprintf(path, PATH_MAX, PAMDIR "/%s", file);
}

/* Copies what the loader says; it quotes paths of the file system. */
static void
copy_printable(const char *text, char *into, size_t size)
{
    size_t i;

    for (i = 0; text[i] != '\0' && i + 1 < size; i++)
        into[i] = text[i] >= 0x20 && text[i] <= 0x7e ? text[i] : '?';
    into[i] = '\0';
}

/*
 * A file that is missing is a package that is missing. Of anything else the
 * loader knows the cause, such as another library.
 */
static void
explain(const char *file, const char *path, const char *error,
        char ret_what[PLUGIN_WHAT_MAX])
{
    char why[PLUGIN_WHY_MAX];
    size_t length = strlen(path);
    struct stat status;

    if (stat(path, &status) != 0) {
        snprintf(ret_what, PLUGIN_WHAT_MAX,
                 "cannot load %s: it is missing (package %s)",
                 text_log_value(path).text,
                 text_equal(file, PLUGIN_REDIS) ? "libpam-jwt-redis"
                                                : "libpam-jwt");
        return;
    }
    if (error == NULL)
        error = "the loader does not say why";
    /* The loader may begin with the path, which stands in front anyway. */
    if (strncmp(error, path, length) == 0 &&
        strncmp(error + length, ": ", 2) == 0)
        error += length + 2;
    copy_printable(error, why, sizeof why);
    snprintf(ret_what, PLUGIN_WHAT_MAX, "cannot load %s: %s",
             text_log_value(path).text, why);
}

bool
plugin_open(const char *file, const char *table, struct plugin *ret_plugin,
            char ret_what[PLUGIN_WHAT_MAX])
{
    struct plugin plugin = {0};
    char path[PATH_MAX];
    const char *const *identity;

    find(file, path);
    plugin.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (plugin.library == NULL) {
        explain(file, path, dlerror(), ret_what);
        return false;
    }
    plugin.table = dlsym(plugin.library, table);
    identity = plugin.table;
    if (identity != NULL && text_equal(*identity, plugin_identity)) {
        *ret_plugin = plugin;
        return true;
    }
    snprintf(ret_what, PLUGIN_WHAT_MAX,
             "%s is of another build than what loads it (" IDENTITY
             "): install them together, or try again if that is under way",
             text_log_value(path).text);
    plugin_close(&plugin);
    return false;
}

void
plugin_close(struct plugin *plugin)
{
    if (plugin->library != NULL)
        dlclose(plugin->library);
    *plugin = (struct plugin){0};
}
