/* SPDX-License-Identifier: BSD-2-Clause */
#include "readfile.h"

#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
say_errno(char *what, const char *call)
{
    char text[96];

    /* strerror_r of the XSI kind and of glibc both end up in `said`. */
    const char *said = "unknown error";
#if defined(__GLIBC__)
    said = strerror_r(errno, text, sizeof text);
#else
    if (strerror_r(errno, text, sizeof text) == 0)
        said = text;
#endif
    snprintf(what, READFILE_WHAT_MAX, "cannot %s: %s", call, said);
}

/* INTERFACE: whose file it is and who may write it, by the descriptor. */
static bool
may_be_trusted(const struct stat *status, char *what)
{
    if (!S_ISREG(status->st_mode)) {
        snprintf(what, READFILE_WHAT_MAX, "it is not a regular file");
        return false;
    }
    if (status->st_uid != 0 && status->st_uid != geteuid()) {
        snprintf(what, READFILE_WHAT_MAX,
                 "it belongs to uid %lu, not to root (chown root)",
                 (unsigned long)status->st_uid);
        return false;
    }
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        snprintf(what, READFILE_WHAT_MAX,
                 "group or others may write it, mode %04o (chmod go-w)",
                 (unsigned)(status->st_mode & 07777));
        return false;
    }
    return true;
}

/* Reads to the end; the file may be shorter or longer than its status said. */
static bool
read_all(int descriptor, size_t size_max, struct file *file, char *what)
{
    while (file->size <= size_max) {
        ssize_t got = read(descriptor, file->data + file->size,
                           size_max + 1 - file->size);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            say_errno(what, "read it");
            return false;
        }
        if (got == 0) {
            file->data[file->size] = '\0';
            return true;
        }
        file->size += (size_t)got;
    }
    snprintf(what, READFILE_WHAT_MAX, "it is larger than %zu bytes", size_max);
    return false;
}

bool
readfile(const char *path, size_t size_max, struct file *ret_file,
         char ret_what[READFILE_WHAT_MAX])
{
    struct file file = {0};
    struct stat status;
    int descriptor;
    bool good = false;

    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0) {
        say_errno(ret_what, "open it");
        return false;
    }
    if (fstat(descriptor, &status) != 0) {
        say_errno(ret_what, "look at it");
        goto out;
    }
    if (!may_be_trusted(&status, ret_what))
        goto out;
    if (status.st_size > (off_t)size_max) {
        snprintf(ret_what, READFILE_WHAT_MAX, "it is larger than %zu bytes",
                 size_max);
        goto out;
    }
    /* One byte more than it has, so that a file that grows is noticed. */
    size_max = (size_t)status.st_size;
    file.data = malloc(size_max + 2);
    if (file.data == NULL) {
        snprintf(ret_what, READFILE_WHAT_MAX, "out of memory");
        goto out;
    }
    good = read_all(descriptor, size_max, &file, ret_what);
    if (good) {
        file.is_private = (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
        *ret_file = file;
        file = (struct file){0};
    }

out:
    file_done(&file);
    close(descriptor);
    return good;
}

void
file_done(struct file *file)
{
    secret_free(file->data, file->size);
    *file = (struct file){0};
}
