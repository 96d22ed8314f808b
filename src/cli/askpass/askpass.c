/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/secret.h"
#include "base/text.h"
#include "cli/askpass/asker.h"
#include "cli/askpass/peek_claims.h"
#include "cli/askpass/question.h"
#include "cli/askpass/terminal.h"
#include "cli/askpass/token_discovery.h"
#include "cli/options.h"
#include "token/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Programs that want a password run this with their question. A token MUST be
 * handed over only
 * 1. for the module's own question, or for ssh's own password prompt where
 *    PAM_JWT_ASKPASS_HOSTS names the host;
 * 2. to a program that this process was started by: OpenSSH's client of 8.5 or
 *    newer, or sudo;
 * 3. to ssh for a host that the token's "aud" or PAM_JWT_ASKPASS_HOSTS names;
 *    to sudo, which is this machine's, for a question without a host.
 * Any other question is asked on the terminal. Without one it gets nothing on
 * standard output and exit status 1.
 */

/* Longest answer, in bytes, that ssh does not cut (readpass.c, 1024). */
#define SINGLE_MAX 1022

/* A token that ends this soon may end on the way, in seconds. */
#define SOON 30

static const char *
hosts(void)
{
    return getenv("PAM_JWT_ASKPASS_HOSTS");
}

/* Reads what ssh says of questions to which a secret is not the answer. */
static enum terminal_question
hint_of(void)
{
    const char *hint = getenv("SSH_ASKPASS_PROMPT");

    return text_equal(hint, "confirm") ? TERMINAL_CONFIRM
           : text_equal(hint, "none")  ? TERMINAL_NOTICE
                                       : TERMINAL_SECRET;
}

/* Tells a host key and a user's name, which ssh and git show, from secrets. */
static enum terminal_question
kind_of(const char *text)
{
    bool is_shown = strstr(text, "(yes/no") != NULL ||
                    strstr(text, "'yes'") != NULL ||
                    strncmp(text, "Username", 8) == 0;

    return hint_of() == TERMINAL_SECRET && is_shown ? TERMINAL_VISIBLE
                                                    : hint_of();
}

static int
ask_person(const char *text)
{
    int code = terminal_ask(text, kind_of(text));

    return code != TERMINAL_NONE
               ? code
               : cli_fail(EXIT_NO, "askpass",
                          "not a question for a token, and no terminal to ask "
                          "it on: %s",
                          text_quote(text, strlen(text)).text);
}

/* Says what to set on a host that asks by the password method. */
static void
say_setting(const struct question *question)
{
    cli_fail(
        0, "askpass",
        "not a question for a token, but ssh's own for a password: for a "
        "token sshd on %s needs KbdInteractiveAuthentication yes (one of "
        "at most %d bytes goes to a host that PAM_JWT_ASKPASS_HOSTS names)",
        text_log_value(question->host).text, SINGLE_MAX);
}

/* True if the question is one that a token may answer. */
static bool
wants_token(const char *text, struct question *ret_question)
{
    const char *prompt = getenv("PAM_JWT_PROMPT");

    question_read(
        text, prompt != NULL && *prompt != '\0' ? prompt : PARTS_PROMPT_DEFAULT,
        ret_question);
    return hint_of() == TERMINAL_SECRET &&
           (ret_question->kind == QUESTION_PART ||
            (ret_question->kind == QUESTION_PASSWORD &&
             question_is_for(ret_question, hosts())));
}

/* Refuses an asker that must not have a token. EXIT_YES: it may. */
static int
judge_asker(const struct question *question, struct process *ret_asker)
{
    char what[ASKER_WHAT_MAX];
    enum asker asker = asker_identify(ret_asker, what);

    if (asker == ASKER_SUDO && question->host[0] == '\0')
        return EXIT_YES;
    if (asker == ASKER_SUDO)
        return cli_fail(EXIT_NO, "askpass",
                        "withheld: sudo asks for another host, %s",
                        text_log_value(question->host).text);
    if (asker == ASKER_REFUSED)
        return cli_fail(EXIT_NO, "askpass", "withheld: %s", what);
    if (question->host[0] == '\0')
        return cli_fail(EXIT_NO, "askpass",
                        "withheld: ssh does not say which host asks");
    /* ssh user) @host: the first ") " is then the user's, not ssh's. */
    if (question->kind == QUESTION_PART &&
        asker_was_told(ret_asker, question->user, question->host))
        return cli_fail(EXIT_NO, "askpass",
                        "withheld: the user's name that ssh was given looks "
                        "like a host");
    return EXIT_YES;
}

/* True if the token may go to the host; sudo has none. */
static bool
is_for_host(const struct peek_claims *claims, const struct question *question)
{
    if (question->host[0] == '\0' || question_is_for(question, hosts()) ||
        peek_claims_names_host(claims, question->host))
        return true;
    cli_fail(0, "askpass",
             "withheld: the question is for %s, which neither the token "
             "(aud=%s) nor PAM_JWT_ASKPASS_HOSTS names",
             text_log_value(question->host).text,
             text_log_value(peek_claims_audience(claims)).text);
    return false;
}

/* Says what will be wrong with the token where it arrives. */
static void
warn_of_times(const struct peek_claims *claims)
{
    double now = cli_now();

    if (claims->has_expires && claims->expires <= now)
        cli_fail(0, "askpass", "the token expired %.0f s ago",
                 now - claims->expires);
    else if (claims->has_expires && claims->expires <= now + SOON)
        cli_fail(0, "askpass", "the token expires in %.0f s",
                 claims->expires - now);
    if (claims->has_not_before && claims->not_before > now)
        cli_fail(0, "askpass", "the token is not valid for another %.0f s",
                 claims->not_before - now);
}

/* False: the token is withheld, and that was said. */
static bool
may_go(const char *token, const struct question *question)
{
    struct peek_claims claims;
    bool may;

    if (!peek_claims_read(token, &claims)) {
        cli_fail(0, "askpass", "the token found is not a JSON Web Token");
        return false;
    }
    may = is_for_host(&claims, question);
    if (may && question->part <= 1)
        warn_of_times(&claims);
    peek_claims_done(&claims);
    return may;
}

/* A piece of the token, or an empty line where it has ended. */
static int
hand_over(const char *token, const struct question *question)
{
    size_t length = strlen(token);
    size_t from = question->part == 0 ? 0 : (question->part - 1) * PARTS_PIECE;
    size_t most = question->part == 0 ? SINGLE_MAX : PARTS_PIECE;

    if (question->part == 0 && length > SINGLE_MAX)
        return cli_fail(EXIT_NO, "askpass",
                        "the token has %zu bytes, and ssh's password takes "
                        "%d: for parts sshd on %s needs "
                        "KbdInteractiveAuthentication yes",
                        length, SINGLE_MAX,
                        text_log_value(question->host).text);
    if (length > PARTS_PIECE * PARTS_MAX)
        return cli_fail(EXIT_NO, "askpass",
                        "the token has %zu bytes, and there are %d parts of "
                        "%d",
                        length, PARTS_MAX, PARTS_PIECE);
    if (from < length)
        printf("%.*s", (int)(length - from < most ? length - from : most),
               token + from);
    putchar('\n');
    return EXIT_YES;
}

static int
answer(const struct question *question)
{
    struct process asker;
    char *token = NULL;
    int code = judge_asker(question, &asker);

    if (code == EXIT_YES)
        code = token_discovery_find(question->part, &asker, &token);
    if (code == EXIT_YES)
        code = may_go(token, question) ? hand_over(token, question) : EXIT_NO;
    secret_free_string(token);
    return code;
}

int
cli_askpass(const struct options *options)
{
    struct question question = {.kind = QUESTION_PART, .part = 1};

    if (isatty(STDOUT_FILENO))
        return cli_fail(EXIT_NO, "askpass",
                        "a terminal would show the token: let ssh or sudo run "
                        "this, by SSH_ASKPASS or SUDO_ASKPASS");
    if (options->word != NULL && !wants_token(options->word, &question)) {
        if (question.kind == QUESTION_PASSWORD)
            say_setting(&question);
        return ask_person(options->word);
    }
    return answer(&question);
}
