/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/trusted_file.h"

#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
readfile_say(char ret_what[READFILE_WHAT_MAX], const char *call)
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
    snprintf(ret_what, READFILE_WHAT_MAX, "cannot %s: %s", call, said);
}

bool
readfile_trusts(const struct stat *status, char ret_what[READFILE_WHAT_MAX])
{
    if (status->st_uid != 0 && status->st_uid != geteuid()) {
        snprintf(ret_what, READFILE_WHAT_MAX,
                 "it belongs to uid %lu, not to root (chown root)",
                 (unsigned long)status->st_uid);
        return false;
    }
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        snprintf(ret_what, READFILE_WHAT_MAX,
                 "group or others may write it, mode %04o (chmod go-w)",
                 (unsigned)(status->st_mode & 07777));
        return false;
    }
    return true;
}

/* Opens, and judges what was opened; nothing can be swapped in between. */
static int
open_trusted(const char *path, struct stat *ret_status, char *what)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (descriptor < 0) {
        readfile_say(what, "open it");
        return -1;
    }
    if (fstat(descriptor, ret_status) != 0)
        readfile_say(what, "look at it");
    else if (!S_ISREG(ret_status->st_mode))
        snprintf(what, READFILE_WHAT_MAX, "it is not a regular file");
    else if (readfile_trusts(ret_status, what))
        return descriptor;
    close(descriptor);
    return -1;
}

int
readfile_open(const char *path, char ret_what[READFILE_WHAT_MAX])
{
    struct stat status;

    return open_trusted(path, &status, ret_what);
}

bool
readfile_block(int descriptor, char *into, size_t size, size_t *ret_got,
               char ret_what[READFILE_WHAT_MAX])
{
    ssize_t got;

    do
        got = read(descriptor, into, size);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        readfile_say(ret_what, "read it");
        return false;
    }
    *ret_got = (size_t)got;
    return true;
}

void
readfile_close(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

/*
 * Reads to the end; the file may be shorter or longer than its status said. Of
 * one that is as long, the read that got all of it would have got more.
 */
static bool
read_all(int descriptor, size_t expected, struct file *file, char *what)
{
    while (file->size <= expected) {
        size_t asked = expected + 1 - file->size;
        size_t got;

        if (!readfile_block(descriptor, file->data + file->size, asked, &got,
                            what))
            return false;
        file->size += got;
        if (got == 0 || (got < asked && file->size == expected)) {
            file->data[file->size] = '\0';
            return true;
        }
    }
    snprintf(what, READFILE_WHAT_MAX, "it is larger than %zu bytes", expected);
    return false;
}

bool
readfile(const char *path, size_t size_max, struct file *ret_file,
         char ret_what[READFILE_WHAT_MAX])
{
    struct file file = {0};
    struct stat status;
    int descriptor = open_trusted(path, &status, ret_what);
    bool good = false;

    if (descriptor < 0)
        return false;
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
        file.changed = (double)status.st_mtime;
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
