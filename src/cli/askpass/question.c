/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/askpass/question.h"

#include "base/text.h"
#include "cli/cli.h"
#include "token/parts.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * ssh before 9.0 cuts the host of its password prompt at 128 bytes, and a cut
 * name can end like one that is trusted.
 */
#define PROMPT_HOST_MAX 127

/* Copies user and host of `length` bytes "user@host". False: it has no user or
 * no host. */
static bool
take_address(const char *text, size_t length, struct question *question)
{
    const char *at = memrchr(text, '@', length);
    size_t user;
    size_t host;

    if (at == NULL || memchr(text, '\n', length) != NULL)
        return false;
    user = (size_t)(at - text);
    host = length - user - 1;
    if (host == 0 || host >= sizeof question->host ||
        user >= sizeof question->user)
        return false;
    snprintf(question->user, sizeof question->user, "%.*s", (int)user, text);
    snprintf(question->host, sizeof question->host, "%.*s", (int)host, at + 1);
    return true;
}

/* Reads the address that ssh puts in front; returns what comes behind it. */
static const char *
read_address(const char *text, struct question *question)
{
    const char *end = strstr(text, ") ");

    if (*text != '(' || end == NULL ||
        !take_address(text + 1, (size_t)(end - text - 1), question))
        return text;
    return end + 2;
}

/* Reads ssh's own prompt for a password. False: it is another question. */
static bool
read_password(const char *text, struct question *question)
{
    static const char tail[] = "'s password:";
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length < sizeof tail ||
        strncmp(text + length - (sizeof tail - 1), tail, sizeof tail - 1) != 0)
        return false;
    length -= sizeof tail - 1;
    return memchr(text, ' ', length) == NULL &&
           take_address(text, length, question) &&
           strlen(question->host) <= PROMPT_HOST_MAX;
}

void
question_read(const char *text, const char *prompt,
              struct question *ret_question)
{
    const char *asked;
    const char *last;

    *ret_question = (struct question){.kind = QUESTION_OTHER};
    if (read_password(text, ret_question)) {
        ret_question->kind = QUESTION_PASSWORD;
        return;
    }
    *ret_question = (struct question){.kind = QUESTION_OTHER};
    asked = read_address(text, ret_question);
    /* sshd before 10.3 puts what was said earlier in front of the question. */
    last = strrchr(asked, '\n');
    ret_question->part = parts_number(prompt, last != NULL ? last + 1 : asked);
    if (ret_question->part > 0)
        ret_question->kind = QUESTION_PART;
}

static bool
fits(const struct question *question, const char *pattern)
{
    const char *at = strrchr(pattern, '@');
    char *user;
    bool is_user;

    if (fnmatch(at != NULL ? at + 1 : pattern, question->host,
                FNM_NOESCAPE | FNM_CASEFOLD) != 0)
        return false;
    if (at == NULL)
        return true;
    user = strndup(pattern, (size_t)(at - pattern));
    if (user == NULL)
        cli_no_memory();
    is_user = fnmatch(user, question->user, FNM_NOESCAPE) == 0;
    free(user);
    return is_user;
}

bool
question_is_for(const struct question *question, const char *patterns)
{
    char *words = strdup(patterns != NULL ? patterns : "");
    char *rest = NULL;
    bool is_named = false;
    bool is_excluded = false;

    if (words == NULL)
        cli_no_memory();
    for (char *word = strtok_r(words, " \t\n", &rest); word != NULL;
         word = strtok_r(NULL, " \t\n", &rest)) {
        if (*word == '!')
            is_excluded = is_excluded || fits(question, word + 1);
        else
            is_named = is_named || fits(question, word);
    }
    free(words);
    return is_named && !is_excluded;
}
