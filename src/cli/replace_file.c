/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/replace_file.h"

#include "base/trusted_file.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many names are tried; of 2^32 hardly one is taken. */
#define NAME_TRIES 100

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

/* Names on the disk that must not outlive the program: of two files at most. */
static char *own_names[2];

static void
remove_own_names(void)
{
    for (size_t i = 0; i < 2; i++)
        if (own_names[i] != NULL)
            unlink(own_names[i]);
}

static void
own_name(const char *before, char *after)
{
    for (size_t i = 0; i < 2; i++)
        if (own_names[i] == before) {
            own_names[i] = after;
            return;
        }
}

/* How many files hold the signals back, and what was blocked before. */
static unsigned holders;
static sigset_t blocked_before;

static void
hold_signals(struct replacement *replacement)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaddset(&set, signals[i]);
    if (holders++ == 0)
        sigprocmask(SIG_BLOCK, &set, &blocked_before);
    replacement->holds_signals = true;
}

static void
release_signals(struct replacement *replacement)
{
    if (replacement->holds_signals && --holders == 0)
        sigprocmask(SIG_SETMASK, &blocked_before, NULL);
    replacement->holds_signals = false;
}

/* A file without a name gets one by its descriptor's, which is in /proc. */
static bool
open_nameless(struct replacement *replacement)
{
    int descriptor =
        open(replacement->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char *path;

    if (descriptor < 0)
        return false;
    if (asprintf(&path, "/proc/self/fd/%d", descriptor) < 0)
        cli_no_memory();
    if (access(path, F_OK) != 0) {
        free(path);
        close(descriptor);
        return false;
    }
    replacement->path = path;
    replacement->descriptor = descriptor;
    replacement->is_open = true;
    return true;
}

static bool
open_named(struct replacement *replacement)
{
    char *name;
    int descriptor;

    if (asprintf(&name, "%s/.pam-jwt-XXXXXX", replacement->folder) < 0 ||
        atexit(remove_own_names) != 0)
        cli_no_memory();
    descriptor = mkostemp(name, O_CLOEXEC);
    if (descriptor < 0) {
        free(name);
        return false;
    }
    own_name(NULL, name);
    replacement->path = name;
    replacement->name = name;
    replacement->descriptor = descriptor;
    replacement->is_open = true;
    return true;
}

bool
replacement_make(struct replacement *replacement, const char *data, size_t size,
                 char ret_what[REPLACEMENT_WHAT_MAX])
{
    const struct timespec time = {.tv_sec = (time_t)replacement->changed};
    const struct timespec times[] = {time, time};

    hold_signals(replacement);
    replacement->folder = folder_of(replacement->target);
    if (!open_nameless(replacement) && !open_named(replacement)) {
        readfile_say(ret_what, "create a file in its folder");
        return false;
    }
    if (replacement_write(replacement->descriptor, data, size) &&
        fchmod(replacement->descriptor, replacement->mode) == 0 &&
        futimens(replacement->descriptor, times) == 0 &&
        fsync(replacement->descriptor) == 0)
        return true;
    readfile_say(ret_what, "write it");
    return false;
}

/* Gives a file a name in the target's folder that no other has. */
static bool
give_name(struct replacement *replacement)
{
    const char *folder = replacement->folder;
    bool is_taken = true;
    unsigned number;
    char *name;

    for (int i = 0; replacement->name == NULL && is_taken && i < NAME_TRIES;
         i++) {
        if (getrandom(&number, sizeof number, 0) != sizeof number ||
            asprintf(&name, "%s/.pam-jwt-%08x", folder, number) < 0)
            return false;
        if (linkat(AT_FDCWD, replacement->path, AT_FDCWD, name,
                   AT_SYMLINK_FOLLOW) == 0) {
            replacement->name = name;
        } else {
            is_taken = errno == EEXIST;
            free(name);
        }
    }
    return replacement->name != NULL;
}

/* Removes its own name, which may be its path too. */
static void
drop_name(struct replacement *replacement, bool is_on_disk)
{
    if (replacement->name == NULL)
        return;
    if (is_on_disk)
        unlink(replacement->name);
    own_name(replacement->name, NULL);
    if (replacement->path == replacement->name)
        replacement->path = NULL;
    free(replacement->name);
    replacement->name = NULL;
}

/* Renames it; what was in the target's place is gone. */
static bool
take_place(struct replacement *replacement, char *what)
{
    if (!give_name(replacement)) {
        readfile_say(what, "create a file in its folder");
        return false;
    }
    if (rename(replacement->name, replacement->target) != 0) {
        readfile_say(what, "rename the new file");
        return false;
    }
    drop_name(replacement, false);
    return true;
}

/* Links it, which fails where the target is there. */
static bool
take_free_place(struct replacement *replacement, char *what)
{
    if (linkat(AT_FDCWD, replacement->path, AT_FDCWD, replacement->target,
               AT_SYMLINK_FOLLOW) == 0)
        return true;
    readfile_say(what, "create it");
    return false;
}

static bool
put_in_folder(struct replacement *replacement,
              bool (*take)(struct replacement *replacement, char *what),
              char *what)
{
    int folder = open(replacement->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good;

    if (folder < 0) {
        readfile_say(what, "open its folder");
        return false;
    }
    replacement->is_in_place = take(replacement, what);
    good = replacement->is_in_place && fsync(folder) == 0;
    if (replacement->is_in_place && !good)
        readfile_say(what, "write its folder to the disk");
    close(folder);
    return good;
}

bool
replacement_keep(struct replacement *replacement,
                 char ret_what[REPLACEMENT_WHAT_MAX])
{
    return put_in_folder(replacement, take_place, ret_what);
}

bool
replacement_add(struct replacement *replacement,
                char ret_what[REPLACEMENT_WHAT_MAX])
{
    return put_in_folder(replacement, take_free_place, ret_what);
}

void
replacement_take_back(struct replacement *replacement)
{
    if (replacement->is_in_place)
        unlink(replacement->target);
    replacement->is_in_place = false;
}

void
replacement_done(struct replacement *replacement)
{
    drop_name(replacement, true);
    if (replacement->is_open)
        close(replacement->descriptor);
    free(replacement->path);
    free(replacement->folder);
    release_signals(replacement);
    *replacement = (struct replacement){0};
}
