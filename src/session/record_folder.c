/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/record_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * The checks, in this order:
 * 1. The parent MUST be a folder of the effective user, in which nobody else
 * can rename or remove ours: a tmpfs of a container is often sticky instead of
 *    closed.
 * 2. The folder MUST NOT be a link, MUST be that user's, and nobody else MUST
 *    have any right to it.
 * 3. A record MUST be a regular file of that user, with one name, of mode 0600,
 *    not empty and not longer than RECORD_SIZE_MAX.
 * 4. A record MUST come into being whole, under a name that was not there.
 */

/* More files than so many logins at once leave are looked at another time. */
#define SWEEP_MAX 1000

/* No login takes that long from the account phase to the session. */
#define FOREIGN_AGE_MAX (24 * 60 * 60)

static const char pending_end[] = ".pending";
static const char confirmed_end[] = ".confirmed";
static const char unfinished_end[] = ".new";

#define FILE_NAME_SIZE (PROCESS_NAME_SIZE + sizeof confirmed_end)

static void
file_name(const struct process *process, const char *end,
          char ret_name[FILE_NAME_SIZE])
{
    char name[PROCESS_NAME_SIZE];

    process_name(process, name);
    snprintf(ret_name, FILE_NAME_SIZE, "%s%s", name, end);
}

static bool
is_ours(int fd, mode_t type, mode_t forbidden)
{
    struct stat status;

    return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == type &&
           status.st_uid == geteuid() && (status.st_mode & forbidden) == 0;
}

static bool
is_sticky(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && (status.st_mode & S_ISVTX) != 0;
}

static int
open_folder(int parent, const char *name)
{
    return openat(parent, name,
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
close_unsafe(int fd)
{
    close(fd);
    errno = EPERM;
    return -1;
}

static int
open_parent(const char *parent)
{
    int fd = open_folder(AT_FDCWD, parent);

    if (fd < 0 || is_ours(fd, S_IFDIR, S_IWGRP | S_IWOTH) ||
        (is_ours(fd, S_IFDIR, 0) && is_sticky(fd)))
        return fd;
    return close_unsafe(fd);
}

static int
open_in(int parent, bool makes)
{
    int fd = open_folder(parent, RECORD_FOLDER);

    /* Another login may make it meanwhile; it is judged all the same. */
    if (fd < 0 && errno == ENOENT && makes &&
        (mkdirat(parent, RECORD_FOLDER, S_IRWXU) == 0 || errno == EEXIST))
        fd = open_folder(parent, RECORD_FOLDER);
    if (fd < 0 || is_ours(fd, S_IFDIR, S_IRWXG | S_IRWXO))
        return fd;
    return close_unsafe(fd);
}

static const char *
explain(int error)
{
    switch (error) {
    case EPERM:
        return "not root's alone";
    case ENOTDIR:
    case ELOOP:
        return "not a folder";
    case EROFS:
        return "a read-only file system";
    default:
        return "cannot be made or opened";
    }
}

int
record_folder_make(const char *parent, char ret_error[RECORD_ERROR_MAX])
{
    int in = open_parent(parent);
    int fd = -1;

    if (in < 0) {
        snprintf(ret_error, RECORD_ERROR_MAX, "%s: %s", parent, explain(errno));
        return -1;
    }
    fd = open_in(in, true);
    if (fd < 0)
        snprintf(ret_error, RECORD_ERROR_MAX, "%s/" RECORD_FOLDER ": %s",
                 parent, explain(errno));
    close(in);
    return fd;
}

/* True if the error says that there is not a folder of ours. */
static bool
is_absence(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP ||
           error == EPERM || error == EACCES;
}

bool
record_folder_open(const char *parent, int *ret_folder)
{
    int in = open_parent(parent);

    *ret_folder = -1;
    if (in < 0)
        return is_absence(errno);
    *ret_folder = open_in(in, false);
    if (*ret_folder < 0 && !is_absence(errno)) {
        close(in);
        return false;
    }
    close(in);
    return true;
}

static bool
write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, text, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text += done;
        length -= (size_t)done;
    }
    return true;
}

static int
create(int folder, const char *name)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

    /* Removes a file that a process of the same name left unfinished. */
    unlinkat(folder, name, 0);
    return openat(folder, name, flags, S_IRUSR | S_IWUSR);
}

bool
record_write(int folder, const struct process *process, const char *text)
{
    size_t length = strlen(text);
    char name[FILE_NAME_SIZE];
    char unfinished[FILE_NAME_SIZE];
    bool done;
    int fd;

    if (length == 0 || length > RECORD_SIZE_MAX)
        return false;
    file_name(process, pending_end, name);
    file_name(process, unfinished_end, unfinished);
    fd = create(folder, unfinished);
    if (fd < 0)
        return false;
    done = fchmod(fd, S_IRUSR | S_IWUSR) == 0 && write_all(fd, text, length);
    done = close(fd) == 0 && done;
    done = done && renameat(folder, unfinished, folder, name) == 0;
    if (!done)
        unlinkat(folder, unfinished, 0);
    return done;
}

bool
record_confirm(int folder, const struct process *from, const struct process *to)
{
    char pending[FILE_NAME_SIZE];
    char confirmed[FILE_NAME_SIZE];

    file_name(from, pending_end, pending);
    file_name(to, confirmed_end, confirmed);
    return renameat(folder, pending, folder, confirmed) == 0;
}

bool
record_is_confirmed(int folder, const struct process *process)
{
    char name[FILE_NAME_SIZE];
    struct stat status;

    file_name(process, confirmed_end, name);
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

static char *
read_all(int fd, size_t size)
{
    char *text = malloc(size + 1);
    size_t used = 0;

    while (text != NULL && used < size) {
        ssize_t length = read(fd, text + used, size - used);

        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0) {
            free(text);
            return NULL;
        }
        used += (size_t)length;
    }
    if (text != NULL)
        text[size] = '\0';
    return text;
}

bool
record_read(int folder, const struct process *process, char **ret_text)
{
    char name[FILE_NAME_SIZE];
    struct stat status;
    char *text = NULL;
    int fd;

    *ret_text = NULL;
    file_name(process, confirmed_end, name);
    fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    if (is_ours(fd, S_IFREG, S_IRWXG | S_IRWXO) && fstat(fd, &status) == 0 &&
        status.st_nlink == 1 && status.st_size > 0 &&
        (size_t)status.st_size <= RECORD_SIZE_MAX)
        text = read_all(fd, (size_t)status.st_size);
    close(fd);
    if (text != NULL && strlen(text) != (size_t)status.st_size) {
        free(text);
        text = NULL;
    }
    *ret_text = text;
    return text != NULL;
}

void
record_remove(int folder, const struct process *process)
{
    const char *const ends[] = {pending_end, confirmed_end, unfinished_end};
    char name[FILE_NAME_SIZE];

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        file_name(process, ends[i], name);
        unlinkat(folder, name, 0);
    }
}

/* True if the name is of a record; other files of the folder are not ours. */
static bool
is_record(const char *name, struct process *ret_process)
{
    const char *end = strrchr(name, '.');

    return end != NULL &&
           (strcmp(end, pending_end) == 0 || strcmp(end, confirmed_end) == 0 ||
            strcmp(end, unfinished_end) == 0) &&
           process_parse(name, (size_t)(end - name), ret_process);
}

static bool
is_old(int folder, const char *name)
{
    struct timespec now;
    struct stat status;

    return clock_gettime(CLOCK_REALTIME, &now) == 0 &&
           fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.tv_sec - status.st_mtime > FOREIGN_AGE_MAX;
}

void
record_sweep(int folder, const struct process *self)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;

    if (entries == NULL && copy >= 0)
        close(copy);
    for (int i = 0; entries != NULL && i < SWEEP_MAX; i++) {
        const struct dirent *entry = readdir(entries);
        struct process of;

        if (entry == NULL)
            break;
        if (is_record(entry->d_name, &of) &&
            (!process_same_boot(&of, self) ||
             (process_same_space(&of, self) ? process_is_gone(&of)
                                            : is_old(folder, entry->d_name))))
            unlinkat(folder, entry->d_name, 0);
    }
    if (entries != NULL)
        closedir(entries);
}
