/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"

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

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *synopsis;
    const char *help;
};

static const struct command commands[] = {
    {"askpass", cli_askpass, "[PROMPT]",
     "answer ssh or sudo with a piece of the caller's token"},
    {"keygen", cli_keygen,
     "[--alg HS256] [--curve Ed25519] [--format pem|jwk] [--kid K]\n"
     "             [--out FILE] [--json]",
     "make a secret or a key pair, and print the settings that use it"},
    {"issue", cli_issue,
     "--key FILE --sub NAME [--ttl 5m] [--aud A] [--iss I]\n"
     "             [--claim NAME=JSON]... [--alg A] [--kid K] [--typ T]\n"
     "             [--secret-encoding E] [--json]",
     "print a token"},
    {"verify", cli_verify,
     "[--config FILE] [--service S] [--user U] [--now EPOCH]\n"
     "             [--use] [--skip-account] [--set KEY=VALUE]... [--insecure]\n"
     "             [-v | --verbose] [--json] [-]",
     "decide on the answer on standard input as the module would"},
    {"inspect", cli_inspect, "[--json] [-]",
     "show what a token says, unverified and without a configuration"},
    {"check", cli_check, "[--config FILE] [--pam FOLDER] [--strict] [--json]",
     "find what is wrong before a login is tried"},
    {"jwks fetch", cli_jwks_fetch,
     "(--issuer URL | --url URL | --section NAME) --out FILE\n"
     "             [--ca FILE] [--token-file FILE] [--timeout 30s] [--force]\n"
     "             [--config FILE] [--json]",
     "get the key set that an issuer publishes"},
    {"jwks install", cli_jwks_install,
     "FILE (--to FILE | --section NAME) [--config FILE]\n"
     "             [--json]",
     "put a key set in place after checking it again"},
    {"revoke", cli_revoke,
     "(--jti J | --sub S | --all) [--iss I] [--before TIME]\n"
     "             [--config FILE]",
     "revoke issued tokens"},
    {"revoked", cli_revoked, "[--config FILE] [--json]",
     "list the revocations"},
    {"clean", cli_clean, "[--config FILE]",
     "remove from the state what has expired"},
    {"settings", cli_settings, "[--json]", "print the table of settings"},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void
print_command(FILE *out, const struct command *command)
{
    fprintf(out, "  pam-jwt %s %s\n      %s\n", command->name,
            command->synopsis, command->help);
}

static void
print_help(FILE *out)
{
    fputs("usage: pam-jwt COMMAND [OPTION]...\n\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        print_command(out, &commands[i]);
    fputs("\nExit status: 0 yes, 1 no, 2 usage, 3 configuration or file "
          "unreadable,\n4 network or state unavailable. See pam-jwt(1).\n",
          out);
}

/* ssh and sudo run a program with the question as its only argument. */
static bool
is_askpass_link(const char *program)
{
    const char *name = strrchr(program, '/');

    return text_equal(name != NULL ? name + 1 : program, "pam-jwt-askpass");
}

/* How many arguments are the command's name, one word or two; 0: another's. */
static int
words_of(const struct command *command, int argc, char **argv)
{
    const char *second = strchr(command->name, ' ');
    size_t length = second != NULL ? (size_t)(second - command->name)
                                   : strlen(command->name);

    if (strlen(argv[1]) != length ||
        strncmp(argv[1], command->name, length) != 0)
        return 0;
    if (second == NULL)
        return 1;
    return argc > 2 && text_equal(argv[2], second + 1) ? 2 : 0;
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

static int
run(int argc, char **argv)
{
    if (argc > 0 && is_askpass_link(argv[0]))
        return cli_askpass(argc, argv);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (text_equal(argv[1], "--help") || text_equal(argv[1], "-h") ||
        text_equal(argv[1], "help")) {
        print_help(stdout);
        return EXIT_YES;
    }
    if (text_equal(argv[1], "--version")) {
        cli_print("pam-jwt %s\n", VERSION);
        return EXIT_YES;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        int words = words_of(&commands[i], argc, argv);

        if (words > 0 && argc == words + 2 &&
            text_equal(argv[words + 1], "--help")) {
            print_command(stdout, &commands[i]);
            return EXIT_YES;
        }
        if (words > 0)
            return commands[i].run(argc - words, argv + words);
    }
    cli_say("pam-jwt: no command %s; see pam-jwt --help\n",
            text_quote(argv[1], strlen(argv[1])).text);
    return EXIT_USAGE;
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
