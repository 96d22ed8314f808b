/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/help.h"
#include "cli/nearest.h"
#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#    define VERSION "unknown"
#endif

/* ssh and sudo run a program with the question as its only argument. */
static bool
is_askpass_link(const char *program)
{
    const char *name = strrchr(program, '/');

    return text_equal(name != NULL ? name + 1 : program, "pam-jwt-askpass");
}

/*
 * A program started without its standard streams would get a file it opens in
 * their place, and write into that. Opened the wrong way round, each still says
 * that it cannot be used.
 */
static bool
have_standard_streams(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};

    for (int descriptor = 0; descriptor < 3; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 &&
            open("/dev/null", modes[descriptor]) != descriptor)
            return false;
    return true;
}

/* A closed pipe is then an error of the write, and not a silent end. */
static void
ignore(int signal)
{
    (void)signal;
}

/* A full disk or a closed pipe must not look like a yes. */
static int
finish(int code)
{
    bool failed = ferror(stdout) != 0;

    errno = 0;
    if (fclose(stdout) != 0 || failed) {
        cli_say("pam-jwt: cannot write to standard output: %s\n",
                errno != 0 ? strerror(errno) : "an earlier write failed");
        return EXIT_UNREADABLE;
    }
    return code;
}

/* The only argument of the link is a question, whatever it begins with. */
static int
run_askpass(int argc, char **argv)
{
    const struct options options = {.word = argc > 1 ? argv[1] : NULL};

    return argc > 2 ? cli_usage("askpass") : cli_askpass(&options);
}

/* True if the command's name has two words, of which this is the first. */
static bool
is_first_of(const struct cli_command *command, const char *word)
{
    size_t length = strlen(word);

    return strncmp(command->name, word, length) == 0 &&
           command->name[length] == ' ';
}

/* Prints the help of all commands that begin with the word; false: none do. */
static bool
help_family(const char *word)
{
    const struct cli_command *command;
    bool is_family = false;

    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        if (!is_first_of(command, word))
            continue;
        if (is_family)
            fputc('\n', stdout);
        help_command(stdout, command);
        is_family = true;
    }
    return is_family;
}

/* Says that there is no such command, and which one is meant. */
static int
refuse_command(int argc, char **argv)
{
    const struct cli_command *command;
    struct nearest nearest = {0};
    char words[128];

    snprintf(words, sizeof words, "%s", argv[1]);
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        if (is_first_of(command, argv[1]) && argc > 2)
            snprintf(words, sizeof words, "%s %s", argv[1], argv[2]);
    nearest.text = words;
    nearest.length = strlen(words);
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        nearest_try(&nearest, command->name);
    if (strncmp(argv[1], "eyJ", strlen("eyJ")) == 0)
        cli_say("pam-jwt: a token is not taken from the command line, where "
                "others could read it; see pam-jwt --help\n");
    else
        cli_say("pam-jwt: there is no command %s; %s%s%ssee pam-jwt --help\n",
                text_quote(words, strlen(words)).text,
                nearest.best != NULL ? "did you mean " : "",
                nearest.best != NULL ? nearest.best : "",
                nearest.best != NULL ? "? " : "");
    return EXIT_USAGE;
}

static int
run_command(int argc, char **argv)
{
    struct options options = {0};
    int words = 0;
    const struct cli_command *command =
        command_find(argc - 1, argv + 1, &words);
    int count = argc - 1 - words;
    int code;

    if (command == NULL && argc == 3 && text_equal(argv[2], "--help") &&
        help_family(argv[1]))
        return EXIT_YES;
    if (command == NULL)
        return refuse_command(argc, argv);
    argv += 1 + words;
    if (options_want_help(command, count, argv)) {
        help_command(stdout, command);
        return EXIT_YES;
    }
    code = options_read(command, count, argv, &options)
               ? command->run(&options)
               : cli_usage(command->name);
    options_done(&options);
    return code;
}

static int
run(int argc, char **argv)
{
    if (argc > 0 && is_askpass_link(argv[0]))
        return run_askpass(argc, argv);
    if (argc < 2) {
        help_commands(stderr);
        return EXIT_USAGE;
    }
    if (text_equal(argv[1], "--help") || text_equal(argv[1], "-h") ||
        text_equal(argv[1], "help")) {
        help_commands(stdout);
        return EXIT_YES;
    }
    if (text_equal(argv[1], "--version")) {
        cli_print("pam-jwt %s\n", VERSION);
        return EXIT_YES;
    }
    if (text_equal(argv[1], "--complete")) {
        complete_print(argc - 2, argv + 2);
        return EXIT_YES;
    }
    return run_command(argc, argv);
}

int
main(int argc, char **argv)
{
    /* A handler, and not SIG_IGN, which a program that is run would inherit. */
    const struct sigaction action = {.sa_handler = ignore,
                                     .sa_flags = SA_RESTART};

    if (!have_standard_streams() || sigaction(SIGPIPE, &action, NULL) != 0)
        return EXIT_UNREADABLE;
    return finish(run(argc, argv));
}
