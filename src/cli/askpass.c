/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "prompt.h"
#include "secret.h"
#include "text.h"
#include "tokensource.h"
#include "unverified.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * Programs that want a password run this with their question. It is answered:
 * 1. when its last line is the module's own, "Token: " or "Token (part 2): ";
 * 2. when it is ssh's for a password, of a host in PAM_JWT_ASKPASS_HOSTS;
 * 3. and when the token is not for another host than the question names.
 * Whatever else is asked, a key's passphrase or another service's password,
 * gets nothing on standard output and exit status 1.
 */

/* What ssh takes of one answer and surely does not cut (readpass.c, 1024). */
#define SINGLE_MAX 1022

/* A token that ends this soon may end on the way, in seconds. */
#define SOON 30

/* A question that this program answers. */
struct question {
    size_t part;    /* from 1; 0: in one piece */
    char host[256]; /* that ssh says it is for, "" where it says none */
};

/*
 * What ssh itself puts in front: "(user@host) ". It stands at the very
 * beginning; whatever comes behind it was written by the server.
 */
static const char *
skip_address(const char *prompt, char *ret_host, size_t size)
{
    const char *end = strchr(prompt, ')');
    const char *at;

    ret_host[0] = '\0';
    if (*prompt != '(' || end == NULL || end[1] != ' ')
        return prompt;
    at = memrchr(prompt, '@', (size_t)(end - prompt));
    if (at == NULL || (size_t)(end - at) > size ||
        memchr(prompt, '\n', (size_t)(end - prompt)) != NULL)
        return prompt;
    snprintf(ret_host, size, "%.*s", (int)(end - at - 1), at + 1);
    return end + 2;
}

/*
 * "user@host's password: ", of a host or user@host that is in the list. With a
 * space in front of that, the server wrote it, behind ssh's "(user@host) ".
 */
static bool
is_password_prompt(const char *prompt, const char *hosts,
                   struct question *ret_question)
{
    static const char tail[] = "'s password:";
    size_t length = strlen(prompt);
    const char *at;
    char *words;
    char *rest;
    bool found = false;

    while (length > 0 && prompt[length - 1] == ' ')
        length--;
    if (hosts == NULL || length < sizeof tail ||
        strncmp(prompt + length - (sizeof tail - 1), tail, sizeof tail - 1) !=
            0)
        return false;
    length -= sizeof tail - 1;
    at = memrchr(prompt, '@', length);
    if (at == NULL || memchr(prompt, '\n', length) != NULL ||
        memchr(prompt, ' ', length) != NULL ||
        length - (size_t)(at + 1 - prompt) >= sizeof ret_question->host)
        return false;
    words = strdup(hosts);
    if (words == NULL)
        cli_no_memory();
    for (char *word = strtok_r(words, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        const char *from = strchr(word, '@') != NULL ? prompt : at + 1;

        found = found || (strlen(word) == length - (size_t)(from - prompt) &&
                          strncmp(word, from, strlen(word)) == 0);
    }
    free(words);
    ret_question->part = 0;
    snprintf(ret_question->host, sizeof ret_question->host, "%.*s",
             (int)(length - (size_t)(at + 1 - prompt)), at + 1);
    return found;
}

static bool
is_ours(const char *prompt, struct question *ret_question)
{
    const char *wanted = getenv("PAM_JWT_PROMPT");
    const char *text =
        skip_address(prompt, ret_question->host, sizeof ret_question->host);
    /* sshd before 10.3 glues what was said earlier to the question. */
    const char *last = strrchr(text, '\n');

    ret_question->part =
        prompt_part(wanted != NULL && *wanted != '\0' ? wanted : PROMPT_DEFAULT,
                    last != NULL ? last + 1 : text);
    return ret_question->part > 0 ||
           is_password_prompt(prompt, getenv("PAM_JWT_ASKPASS_HOSTS"),
                              ret_question);
}

/* What will be wrong with the token where it arrives. False: withhold it. */
static bool
may_go(const char *token, const struct question *question)
{
    double now = cli_now();
    struct unverified claims;
    bool may = true;

    if (!unverified_read(token, &claims)) {
        cli_fail(0, "askpass", "the token found is no JSON Web Token");
        return false;
    }
    if (question->host[0] != '\0' &&
        !unverified_is_for_host(&claims, question->host)) {
        cli_fail(0, "askpass",
                 "withheld: the question is for %s, the token is for aud=%s",
                 text_bare(question->host).text,
                 text_bare(unverified_audience(&claims)).text);
        may = false;
    }
    if (question->part <= 1 && claims.has_expires && claims.expires <= now)
        cli_fail(0, "askpass", "the token expired %.0f s ago",
                 now - claims.expires);
    else if (question->part <= 1 && claims.has_expires &&
             claims.expires <= now + SOON)
        cli_fail(0, "askpass", "the token expires in %.0f s",
                 claims.expires - now);
    if (question->part <= 1 && claims.has_not_before && claims.not_before > now)
        cli_fail(0, "askpass", "the token is not valid for another %.0f s",
                 claims.not_before - now);
    unverified_done(&claims);
    return may;
}

/* A piece of the token, or an empty line where it has ended. */
static int
hand_over(const char *token, const struct question *question)
{
    size_t length = strlen(token);
    size_t from = question->part == 0 ? 0 : (question->part - 1) * PROMPT_PIECE;
    size_t most = question->part == 0 ? SINGLE_MAX : PROMPT_PIECE;

    if (question->part == 0 && length > SINGLE_MAX)
        return cli_fail(EXIT_NO, "askpass",
                        "the token has %zu bytes, and ssh's password takes "
                        "%d: the server needs KbdInteractiveAuthentication yes",
                        length, SINGLE_MAX);
    if (length > PROMPT_PIECE * PROMPT_PARTS_MAX)
        return cli_fail(EXIT_NO, "askpass",
                        "the token has %zu bytes, and there are %d parts of "
                        "%d",
                        length, PROMPT_PARTS_MAX, PROMPT_PIECE);
    if (from < length)
        printf("%.*s", (int)(length - from < most ? length - from : most),
               token + from);
    putchar('\n');
    return EXIT_YES;
}

int
cli_askpass(int argc, char **argv)
{
    struct question question = {.part = 1};
    char *token = NULL;
    int code;

    if (argc > 2)
        return cli_usage("askpass");
    if (argc == 2 && !is_ours(argv[1], &question))
        return cli_fail(EXIT_NO, "askpass",
                        "not answered, as it is no question for a token: %s",
                        text_quote(argv[1], strlen(argv[1])).text);
    if (isatty(STDOUT_FILENO))
        return cli_fail(EXIT_NO, "askpass",
                        "a terminal would show the token: let ssh or sudo run "
                        "this, by SSH_ASKPASS or SUDO_ASKPASS");
    code = tokensource_find(question.part, &token);
    if (code == EXIT_YES)
        code = may_go(token, &question) ? hand_over(token, &question) : EXIT_NO;
    secret_free_string(token);
    return code;
}
