/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/record_folder.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char top[] = "/tmp/record.XXXXXX";
static char folder_path[64];
static struct process self;

static void
set_up(void)
{
    cr_assert(mkdtemp(top) != NULL);
    snprintf(folder_path, sizeof folder_path, "%s/%s", top, RECORD_FOLDER);
    cr_assert(process_self(&self));
}

static void
tear_down(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", top);
    cr_expect_eq(system(command), 0);
}

TestSuite(record_folder, .init = set_up, .fini = tear_down);

static int
make(void)
{
    char error[RECORD_ERROR_MAX] = "";
    int folder = record_folder_make(top, error);

    cr_assert(folder >= 0, "%s", error);
    return folder;
}

/* The path of a file of `of` in the folder. */
static const char *
path_of(const struct process *of, const char *end)
{
    static char path[256];
    char name[PROCESS_NAME_SIZE];

    process_name(of, name);
    snprintf(path, sizeof path, "%s/%s%s", folder_path, name, end);
    return path;
}

static bool
is_there(const struct process *of, const char *end)
{
    return access(path_of(of, end), F_OK) == 0;
}

static void
put(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0 &&
              chmod(path, mode) == 0);
}

Test(record_folder, is_made_for_its_owner_alone_whatever_the_umask)
{
    struct stat status;

    umask(0);
    close(make());
    cr_expect(stat(folder_path, &status) == 0 &&
              (status.st_mode & 07777) == 0700);
    close(make());
}

static const struct {
    mode_t parent;
    mode_t folder; /* 0: it is missing */
    bool wanted;
} modes[] = {
    {0700, 0, true},     {0755, 0, true},      {01777, 0, true},
    {0777, 0, false},    {0775, 0, false},     {0757, 0, false},
    {0755, 0700, true},  {0755, 0600, true},   {0755, 0710, false},
    {0755, 0701, false}, {0755, 0740, false},  {0755, 0702, false},
    {0755, 0777, false}, {0755, 01777, false}, {0777, 0700, false},
};

Test(record_folder, judges_modes)
{
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        char error[RECORD_ERROR_MAX] = "";
        int folder;

        cr_assert_eq(chmod(top, modes[i].parent), 0);
        if (modes[i].folder != 0)
            cr_assert(mkdir(folder_path, 0700) == 0 &&
                      chmod(folder_path, modes[i].folder) == 0);
        cr_expect(record_folder_open(top, &folder));
        cr_expect_eq(folder >= 0, modes[i].wanted && modes[i].folder != 0,
                     "open %04o %04o", modes[i].parent, modes[i].folder);
        if (folder >= 0)
            close(folder);
        folder = record_folder_make(top, error);
        cr_expect_eq(folder >= 0, modes[i].wanted, "make %04o %04o: %s",
                     modes[i].parent, modes[i].folder, error);
        if (folder >= 0)
            close(folder);
        else
            cr_expect(strstr(error, top) != NULL &&
                          strstr(error, "not root's alone") != NULL,
                      "%s", error);
        chmod(top, 0700);
        chmod(folder_path, 0700);
        rmdir(folder_path);
    }
}

Test(record_folder, takes_neither_a_link_nor_a_file_nor_anothers)
{
    char error[RECORD_ERROR_MAX] = "";
    char other[80];
    int folder;

    snprintf(other, sizeof other, "%s/other", top);
    cr_assert(mkdir(other, 0700) == 0 && symlink("other", folder_path) == 0);
    cr_expect_eq(record_folder_make(top, error), -1);
    cr_expect(strstr(error, "not a folder") != NULL, "%s", error);
    cr_expect(record_folder_open(top, &folder) && folder == -1);
    cr_assert_eq(unlink(folder_path), 0);
    put(folder_path, "", 0700);
    cr_expect_eq(record_folder_make(top, error), -1);
    cr_assert_eq(unlink(folder_path), 0);
    cr_expect(record_folder_open(top, &folder) && folder == -1, "missing");
    if (geteuid() != 0)
        return;
    cr_assert(mkdir(folder_path, 0700) == 0 && chown(folder_path, 1, 0) == 0);
    cr_expect_eq(record_folder_make(top, error), -1);
    cr_assert(chown(folder_path, 0, 0) == 0 && chown(top, 1, 0) == 0);
    cr_expect_eq(record_folder_make(top, error), -1);
}

Test(record_folder, hands_a_record_on_once_it_is_confirmed)
{
    struct process connection = self;
    struct stat status;
    char *text = NULL;
    int folder = make();

    connection.pid = 1;
    cr_expect(record_read(folder, &connection, &text) && text == NULL);
    cr_assert(record_write(folder, &self, "first"));
    cr_assert(record_write(folder, &self, "second"));
    cr_expect(stat(path_of(&self, ".pending"), &status) == 0 &&
              (status.st_mode & 07777) == 0600 && status.st_nlink == 1);
    cr_expect(record_read(folder, &self, &text) && text == NULL,
              "a pending one is not read");
    cr_expect_not(record_is_confirmed(folder, &self));
    cr_assert(record_confirm(folder, &self, &connection));
    cr_expect_not(is_there(&self, ".pending"));
    cr_expect(record_is_confirmed(folder, &connection));
    cr_expect_not(record_is_confirmed(folder, &self));
    cr_assert(record_read(folder, &connection, &text));
    cr_assert_str_eq(text, "second");
    free(text);
    record_remove(folder, &connection);
    cr_expect_not(record_is_confirmed(folder, &connection));
    cr_expect_not(record_confirm(folder, &self, &connection), "it is gone");
    close(folder);
}

Test(record_folder, refuses_an_empty_or_a_huge_record)
{
    char *huge = malloc(RECORD_SIZE_MAX + 2);
    char *text = NULL;
    int folder = make();

    memset(huge, 'x', RECORD_SIZE_MAX + 1);
    huge[RECORD_SIZE_MAX + 1] = '\0';
    cr_expect_not(record_write(folder, &self, ""));
    cr_expect_not(record_write(folder, &self, huge));
    cr_expect_not(is_there(&self, ".pending") || is_there(&self, ".new"));
    put(path_of(&self, ".confirmed"), huge, 0600);
    cr_expect(!record_read(folder, &self, &text) && text == NULL);
    huge[RECORD_SIZE_MAX] = '\0';
    cr_assert(record_write(folder, &self, huge));
    cr_assert(record_confirm(folder, &self, &self));
    cr_expect(record_read(folder, &self, &text) && text != NULL &&
              strlen(text) == RECORD_SIZE_MAX);
    free(text);
    free(huge);
    close(folder);
}

static const struct {
    const char *name;
    mode_t mode;
    bool is_link;
    bool has_two_names;
    const char *text;
    bool wanted;
} files[] = {
    {"as it should be", 0600, false, false, "text", true},
    {"read-only", 0400, false, false, "text", true},
    {"readable by the group", 0640, false, false, "text", false},
    {"readable by others", 0604, false, false, "text", false},
    {"writable by others", 0602, false, false, "text", false},
    {"a link", 0600, true, false, "text", false},
    {"two names", 0600, false, true, "text", false},
    {"empty", 0600, false, false, "", false},
};

Test(record_folder, judges_each_file)
{
    int folder = make();

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char other[80];
        char *text = NULL;

        snprintf(other, sizeof other, "%s/other", top);
        if (files[i].is_link || files[i].has_two_names)
            put(other, files[i].text, files[i].mode);
        if (files[i].is_link)
            cr_assert_eq(symlink(other, path_of(&self, ".confirmed")), 0);
        else if (files[i].has_two_names)
            cr_assert_eq(link(other, path_of(&self, ".confirmed")), 0);
        else
            put(path_of(&self, ".confirmed"), files[i].text, files[i].mode);
        cr_expect_eq(record_read(folder, &self, &text), files[i].wanted, "%s",
                     files[i].name);
        cr_expect_eq(text != NULL, files[i].wanted, "%s", files[i].name);
        free(text);
        record_remove(folder, &self);
        cr_expect_not(is_there(&self, ".confirmed"), "%s", files[i].name);
        unlink(other);
    }
    cr_assert_eq(mkfifo(path_of(&self, ".confirmed"), 0600), 0);
    {
        char *text = NULL;

        cr_expect_not(record_read(folder, &self, &text), "a FIFO");
    }
    close(folder);
}

Test(record_folder, never_writes_through_what_lies_there)
{
    char victim[80];
    char *text = NULL;
    int folder = make();
    FILE *file;
    char line[16] = "";

    snprintf(victim, sizeof victim, "%s/victim", top);
    put(victim, "kept", 0600);
    cr_assert_eq(symlink(victim, path_of(&self, ".new")), 0);
    cr_assert_eq(symlink(victim, path_of(&self, ".pending")), 0);
    cr_expect(record_write(folder, &self, "text"));
    cr_assert(record_confirm(folder, &self, &self));
    cr_expect(record_read(folder, &self, &text) && text != NULL);
    free(text);
    file = fopen(victim, "r");
    cr_assert(file != NULL && fgets(line, sizeof line, file) != NULL);
    fclose(file);
    cr_expect_str_eq(line, "kept");
    close(folder);
}

Test(record_folder, sweeps_what_is_gone_and_nothing_else)
{
    static const char *const ends[] = {".pending", ".confirmed", ".new"};
    const struct timespec old[2] = {{.tv_sec = time(NULL) - 25 * 60 * 60},
                                    {.tv_sec = time(NULL) - 25 * 60 * 60}};
    struct process reused = self;
    struct process other_boot = self;
    struct process other_space = self;
    struct process other_old = self;
    char stray[96];
    int folder = make();

    reused.start++;
    other_boot.boot[0] = self.boot[0] == '0' ? '1' : '0';
    other_space.space++;
    other_old.space += 2;
    snprintf(stray, sizeof stray, "%s/something.confirmed", folder_path);
    put(stray, "x", 0600);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        put(path_of(&self, ends[i]), "x", 0600);
        put(path_of(&reused, ends[i]), "x", 0600);
        put(path_of(&other_boot, ends[i]), "x", 0600);
        put(path_of(&other_space, ends[i]), "x", 0600);
        put(path_of(&other_old, ends[i]), "x", 0600);
        cr_assert_eq(utimensat(AT_FDCWD, path_of(&other_old, ends[i]), old, 0),
                     0);
    }
    record_sweep(folder, &self);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        cr_expect(is_there(&self, ends[i]), "%s", ends[i]);
        cr_expect(is_there(&other_space, ends[i]), "%s", ends[i]);
        cr_expect_not(is_there(&reused, ends[i]), "%s", ends[i]);
        cr_expect_not(is_there(&other_boot, ends[i]), "%s", ends[i]);
        cr_expect_not(is_there(&other_old, ends[i]), "%s", ends[i]);
    }
    cr_expect_eq(access(stray, F_OK), 0, "another file is not ours");
    close(folder);
}

/* Without a descriptor left nobody knows what is there. */
Test(record_folder, does_not_take_an_error_for_nothing)
{
    struct rlimit before;
    struct rlimit none;
    char *text = NULL;
    int folder = make();
    int other = 0;

    cr_assert(record_write(folder, &self, "text"));
    cr_assert(record_confirm(folder, &self, &self));
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){3, before.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    cr_expect(!record_folder_open(top, &other) && other == -1);
    cr_expect(!record_read(folder, &self, &text) && text == NULL);
    /* For the tear-down. */
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
