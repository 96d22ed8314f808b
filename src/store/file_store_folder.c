/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/file_store_folder.h"

#include "base/text.h"
#include "base/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Whoever revokes waits that many seconds for others who do. */
#define LOCK_WAIT_MAX 60

/* As often a second he asks. */
#define LOCK_TRIES 200

enum store_answer
folder_failed(const struct folder *state, const char *call, const char *name,
              char *ret_what)
{
    char why[READFILE_WHAT_MAX];

    readfile_say(why, call);
    snprintf(ret_what, STORE_WHAT_MAX, "%s%s%s in the state folder %s", why,
             *name != '\0' ? ": " : "", name, text_log_value(state->path).text);
    return STORE_FAILED;
}

enum store_answer
folder_no_memory(char *ret_what)
{
    snprintf(ret_what, STORE_WHAT_MAX, "out of memory");
    return STORE_FAILED;
}

/* Digits up to `stop`. False: it is not a number, or has too many. */
static bool
read_number(const char *text, char stop, int64_t *ret_number,
            const char **ret_rest)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 18 || text[digits] != stop)
        return false;
    *ret_number = strtoll(text, NULL, 10);
    *ret_rest = text + digits + 1;
    return true;
}

bool
folder_read_end(const char *name, int64_t *ret_end)
{
    const char *rest;

    return strncmp(name, USED, strlen(USED)) == 0 &&
           read_number(name + strlen(USED), '\0', ret_end, &rest);
}

bool
folder_read_gone(const char *name, struct stretches *ret_gone)
{
    const char *rest;

    return strncmp(name, GONE, strlen(GONE)) == 0 &&
           read_number(name + strlen(GONE), '-', &ret_gone->from, &rest) &&
           read_number(rest, '\0', &ret_gone->to, &rest);
}

DIR *
folder_names(int folder, const char *name)
{
    int again =
        openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *names = again >= 0 ? fdopendir(again) : NULL;

    if (names == NULL && again >= 0)
        close(again);
    return names;
}

enum store_answer
folder_has(const struct folder *state, const char *name, char *ret_what)
{
    struct stat status;

    if (fstatat(state->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return STORE_YES;
    return errno == ENOENT ? STORE_NO
                           : folder_failed(state, "look at it", name, ret_what);
}

int
folder_enter(const struct folder *state, const char *name)
{
    if (mkdirat(state->folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(state->folder, name,
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool
folder_lock(int folder)
{
    const struct timespec pause = {.tv_nsec = 1000000000 / LOCK_TRIES};
    int tries = LOCK_WAIT_MAX * LOCK_TRIES;

    while (flock(folder, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || tries-- == 0)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

/* Writes the whole of a text, or nothing that counts. */
static bool
write_file(int folder, const char *name, const char *text)
{
    int file =
        openat(folder, name,
               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t length = strlen(text);
    bool done = file >= 0;

    while (done && length > 0) {
        ssize_t written = write(file, text, length);

        done = written > 0 || (written < 0 && errno == EINTR);
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        }
    }
    done = done && fsync(file) == 0;
    if (file >= 0 && close(file) != 0)
        done = false;
    return done;
}

bool
folder_replace_file(int folder, const char *name, const char *text)
{
    static const char unfinished[] = ".new";

    return write_file(folder, unfinished, text) &&
           renameat(folder, unfinished, folder, name) == 0 &&
           fsync(folder) == 0;
}

bool
folder_count(const struct folder *state, const char *name, uint64_t *count)
{
    DIR *names = folder_names(state->folder, name);
    const struct dirent *entry;
    bool done;

    if (names == NULL)
        return errno == ENOENT;
    while ((errno = 0, entry = readdir(names)) != NULL)
        *count += entry->d_name[0] != '.';
    done = errno == 0;
    closedir(names);
    return done;
}

bool
folder_each(const struct folder *state,
            bool (*each)(const struct folder *state, const char *name,
                         void *data),
            void *data)
{
    DIR *names = folder_names(state->folder, ".");
    const struct dirent *entry;
    bool done = names != NULL;

    while (done && (errno = 0, entry = readdir(names)) != NULL)
        done = each(state, entry->d_name, data);
    done = done && errno == 0;
    if (names != NULL)
        closedir(names);
    return done;
}
