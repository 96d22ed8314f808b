/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/askpass/terminal.h"

#include "base/printable.h"
#include "base/secret.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

/* ssh and sudo take 1023 bytes of an answer at the most. */
#define ANSWER_MAX 1024

static volatile sig_atomic_t was_interrupted;

static void
note_interrupt(int signal_number)
{
    (void)signal_number;
    was_interrupted = 1;
}

/* A signal ends the reading, so that the terminal is put back. */
static void
catch_interrupts(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    struct sigaction action = {.sa_handler = note_interrupt};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
}

/* Writes a question, in which a server may have had a hand, line by line. */
static void
show(int terminal, const char *prompt)
{
    FILE *out = fdopen(dup(terminal), "w");

    if (out == NULL)
        return;
    for (;;) {
        size_t length = strcspn(prompt, "\n");

        printable_write(out, prompt, length, PRINTABLE_TEXT);
        if (prompt[length] == '\0')
            break;
        fputc('\n', out);
        prompt += length + 1;
    }
    fclose(out);
}

/* Reads a line. False: it was interrupted, is too long, or has no end. */
static bool
read_line(int terminal, char into[ANSWER_MAX])
{
    size_t used = 0;
    bool fits = true;
    char c = '\0';

    while (!was_interrupted) {
        ssize_t got = read(terminal, &c, 1);

        if (got < 0 && errno == EINTR)
            continue;
        if (got != 1 || c == '\n')
            break;
        if (used + 1 < ANSWER_MAX)
            into[used++] = c;
        else
            fits = false;
    }
    into[used] = '\0';
    return fits && c == '\n' && !was_interrupted;
}

static bool
read_answer(int terminal, bool is_shown, char into[ANSWER_MAX])
{
    struct termios before;
    struct termios hidden;
    bool is_read;

    if (is_shown)
        return read_line(terminal, into);
    if (tcgetattr(terminal, &before) != 0)
        return false;
    hidden = before;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (tcsetattr(terminal, TCSAFLUSH, &hidden) != 0)
        return false;
    is_read = read_line(terminal, into);
    tcsetattr(terminal, TCSAFLUSH, &before);
    show(terminal, "\n");
    return is_read;
}

/* Waits until the program that wanted this shown ends it. */
static int
wait_for_end(void)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    while (!was_interrupted && getppid() != 1)
        sleep(1);
    return EXIT_YES;
}

int
terminal_ask(const char *prompt, enum terminal_question question)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    char answer[ANSWER_MAX] = "";
    int code = EXIT_NO;

    if (terminal < 0)
        return TERMINAL_NONE;
    catch_interrupts();
    show(terminal, prompt);
    if (question == TERMINAL_NOTICE) {
        show(terminal, "\n");
        code = wait_for_end();
    } else {
        if (question == TERMINAL_CONFIRM)
            show(terminal, " (yes/no) ");
        if (read_answer(terminal, question != TERMINAL_SECRET, answer) &&
            (question != TERMINAL_CONFIRM || strcasecmp(answer, "yes") == 0)) {
            puts(answer);
            code = EXIT_YES;
        }
    }
    explicit_bzero(answer, sizeof answer);
    close(terminal);
    return code;
}
