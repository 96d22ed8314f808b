/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/process.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOOT "01234567-89ab-cdef-0123-456789abcdef"
#define REST " 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 "

static const struct {
    const char *line;
    bool wanted;
    unsigned long long pid;
    unsigned long long start;
} lines[] = {
    {"7 (sshd) S 1" REST "4711 0 0\n", true, 7, 4711},
    {"7 (a) 9 ) S 1) S 1" REST "4711 0 0\n", true, 7, 4711},
    {"7 (x\n) S 1" REST "4711 0\n", true, 7, 4711},
    {"7 (sshd) S 1" REST "18446744073709551615 0\n", true, 7, ~0ULL},
    {"7 (sshd) S 1" REST "18446744073709551616 0\n", false, 0, 0},
    {"7 (sshd) S 1" REST "4711", false, 0, 0},
    {"7 (sshd) S 1" REST "-1 0", false, 0, 0},
    {"7 (sshd) S 1" REST, false, 0, 0},
    {"7 (sshd) S 1 1\n", false, 0, 0},
    {"7 (sshd", false, 0, 0},
    {"x (sshd) S 1" REST "4711 0\n", false, 0, 0},
    {"", false, 0, 0},
};

Test(process, reads_a_line_of_stat_whatever_the_name_is)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        unsigned long long pid = 0;
        unsigned long long start = 0;
        bool good = process_parse_stat(lines[i].line, &pid, &start);

        cr_expect_eq(good, lines[i].wanted, "%s", lines[i].line);
        if (good && lines[i].wanted)
            cr_expect(pid == lines[i].pid && start == lines[i].start, "%s",
                      lines[i].line);
    }
}

static const struct {
    const char *name;
    bool wanted;
} names[] = {
    {BOOT ".4026531836.7.4711", true},
    {BOOT ".0.0.0", true},
    {BOOT ".4026531836.7.18446744073709551615", true},
    {BOOT ".4026531836.7.18446744073709551616", false},
    {BOOT ".4026531836.7.04711", false},
    {BOOT ".4026531836.7.+4711", false},
    {BOOT ".4026531836.7.4711 ", false},
    {BOOT ".4026531836.7.4711.", false},
    {BOOT ".4026531836.7.", false},
    {BOOT ".4026531836.7", false},
    {BOOT ".4026531836..4711", false},
    {BOOT "/4026531836.7.4711", false},
    {"01234567-89ab-cdef-0123-456789abcdeF.1.7.4711", false},
    {"01234567-89ab-cdef-0123_456789abcdef.1.7.4711", false},
    {BOOT, false},
    {"..", false},
    {"", false},
};

Test(process, takes_one_spelling_of_a_name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct process process;
        char again[PROCESS_NAME_SIZE];
        bool good =
            process_parse(names[i].name, strlen(names[i].name), &process);

        cr_expect_eq(good, names[i].wanted, "%s", names[i].name);
        if (!good)
            continue;
        process_name(&process, again);
        cr_expect_str_eq(again, names[i].name);
    }
}

Test(process, tells_processes_apart)
{
    struct process self;
    struct process parent;
    struct process other;
    char title[PROCESS_TITLE_SIZE];
    int status = 0;
    pid_t child;

    cr_assert(process_self(&self));
    cr_expect_eq(self.pid, (unsigned long long)getpid());
    cr_expect_not(process_is_gone(&self));
    other = self;
    other.start++;
    cr_expect(process_is_gone(&other), "the number was given again");
    other.pid = 0;
    cr_expect(process_is_gone(&other), "a number of nobody");
    other.pid = 1ULL << 40;
    cr_expect(process_is_gone(&other), "a number of nobody");
    cr_expect(process_same_space(&self, &other));
    other.space++;
    cr_expect(process_same_boot(&self, &other) &&
              !process_same_space(&self, &other));
    other = self;
    other.boot[0] = self.boot[0] == '0' ? '1' : '0';
    cr_expect(!process_same_boot(&self, &other) &&
              !process_same_space(&self, &other));
    process_title(title);
    cr_expect_str_neq(title, "");

    fflush(NULL);
    child = fork();
    if (child == 0)
        _exit(process_parent(&parent) && parent.pid == self.pid &&
                      parent.start == self.start &&
                      process_same_space(&parent, &self)
                  ? 0
                  : 1);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_expect_eq(status, 0, "a child finds its parent");
    self.pid = (unsigned long long)child;
    cr_expect(process_is_gone(&self));
}

Test(process, does_not_take_another_program_for_its_parent)
{
    struct process parent;
    char name[PROCESS_TITLE_SIZE];
    char answer = '?';
    int status = 0;
    int ends[2];
    pid_t child;

    process_executable(name);
    cr_expect(strstr(name, "unit-tests") != NULL, "%s", name);
    cr_assert_eq(pipe(ends), 0);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        /* The parent of this one becomes another program. */
        pid_t own = fork();

        if (own != 0) {
            execl("/bin/sleep", "sleep", "1", NULL);
            _exit(2);
        }
        usleep(300000);
        answer = process_parent(&parent) ? 'y' : 'n';
        _exit(write(ends[1], &answer, 1) == 1 ? 0 : 1);
    }
    close(ends[1]);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_expect_eq(status, 0);
    cr_expect(read(ends[0], &answer, 1) == 1 && answer == 'n', "%c", answer);
}
