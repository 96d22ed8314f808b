/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/trusted_file.h"

#include "support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    unsigned mode;
    bool wanted;
    bool is_private;
} modes[] = {
    {0600, true, true},   {0400, true, true},   {0644, true, false},
    {0640, true, false},  {0620, false, false}, {0602, false, false},
    {0666, false, false},
};

Test(readfile, judges_the_mode)
{
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        char *path = scratch_file("file", "text", 4, modes[i].mode);
        struct file file = {0};
        char what[READFILE_WHAT_MAX] = "";
        bool good = readfile(path, 4, &file, what);

        cr_expect_eq(good, modes[i].wanted, "%04o: %s", modes[i].mode, what);
        if (good)
            cr_expect(file.size == 4 && strcmp(file.data, "text") == 0 &&
                          file.is_private == modes[i].is_private,
                      "%04o", modes[i].mode);
        file_done(&file);
        unlink(path);
        free(path);
    }
}

Test(readfile, takes_regular_files_of_the_right_owner_and_size)
{
    char *path = scratch_file("file", "text", 4, 0600);
    struct file file = {0};
    char what[READFILE_WHAT_MAX] = "";
    char other[512];

    cr_expect_not(readfile(path, 3, &file, what));
    cr_expect(strstr(what, "larger than 3 bytes") != NULL, "%s", what);

    snprintf(other, sizeof other, "%s.link", path);
    cr_assert_eq(symlink(path, other), 0);
    cr_expect(readfile(other, 4, &file, what), "a link is followed: %s", what);
    file_done(&file);

    snprintf(other, sizeof other, "%s.fifo", path);
    cr_assert_eq(mkfifo(other, 0600), 0);
    cr_expect_not(readfile(other, 4, &file, what), "a FIFO");
    cr_expect(strstr(what, "not a regular file") != NULL, "%s", what);
    cr_expect_not(readfile("/tmp", 4, &file, what), "a folder");
    cr_expect_not(readfile("/nonexistent/x", 4, &file, what));
    cr_expect(strstr(what, "cannot open it") != NULL, "%s", what);

    if (geteuid() == 0) {
        cr_assert_eq(chown(path, 12345, 0), 0);
        cr_expect_not(readfile(path, 4, &file, what), "another owner");
        cr_expect(strstr(what, "belongs to uid 12345") != NULL, "%s", what);
    }
    free(path);
}

/* Files of root's and of one's own may be trusted, whoever one is. */
Test(readfile, trusts_root_and_oneself)
{
    static const struct {
        uid_t uid;
        bool wanted;
    } rows[] = {{0, true}, {65534, true}, {1, false}, {65533, false}};
    char what[READFILE_WHAT_MAX];

    if (geteuid() == 0)
        cr_assert_eq(seteuid(65534), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct stat status = {
            .st_uid = rows[i].uid == 65534 ? geteuid() : rows[i].uid,
            .st_mode = S_IFREG | 0600};

        cr_expect_eq(readfile_trusts(&status, what), rows[i].wanted, "%u",
                     rows[i].uid);
    }
}
