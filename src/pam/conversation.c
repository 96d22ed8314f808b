/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam/conversation.h"

#include "base/secret.h"
#include "token/looks_like_token.h"
#include "token/parts.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>

/* The rounds of one conversation; the replies are the host's memory, ours. */
struct rounds {
    char *replies[PARTS_MAX];
    size_t count;
};

static void
rounds_done(struct rounds *rounds)
{
    for (size_t i = 0; i < rounds->count; i++)
        secret_free_string(rounds->replies[i]);
    rounds->count = 0;
}

/*
 * True if another part is asked for. The rule knows the length of the answer
 * and nothing else: see prompt_is_cutting_length().
 */
static bool
wants_more(const struct rounds *rounds)
{
    return rounds->count == 0 || (rounds->count < PARTS_MAX &&
                                  parts_is_cutting_length(strlen(
                                      rounds->replies[rounds->count - 1])));
}

static enum reason
ask_all(pam_handle_t *pamh, const char *prompt, struct rounds *rounds)
{
    char question[PARTS_PROMPT_MAX];

    while (wants_more(rounds)) {
        char *reply = NULL;

        parts_prompt(prompt, rounds->count + 1, question);
        if (pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &reply, "%s", question) !=
                PAM_SUCCESS ||
            reply == NULL) {
            secret_free_string(reply);
            return REASON_CONVERSATION_FAILED;
        }
        rounds->replies[rounds->count++] = reply;
    }
    return REASON_OK;
}

static bool
is_edge(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Appends one part, trimmed for the token and untouched for the text. */
static void
append(const char *part, char **text_end, char **token_end)
{
    size_t length = strlen(part);

    memcpy(*text_end, part, length);
    *text_end += length;
    while (length > 0 && is_edge(part[length - 1]))
        length--;
    while (length > 0 && is_edge(*part)) {
        part++;
        length--;
    }
    memcpy(*token_end, part, length);
    *token_end += length;
}

static bool
all_the_same(char *const *parts, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(parts[0], parts[i]) != 0)
            return false;
    return true;
}

static bool
is_last_part_cut(char *const *parts, size_t count)
{
    while (count > 0 && parts[count - 1][0] == '\0')
        count--;
    return count > 0 && parts_is_cutting_length(strlen(parts[count - 1]));
}

static enum reason
assemble(char *const *parts, size_t count, struct answer *answer)
{
    size_t size = 1;
    char *text_end;
    char *token_end;

    answer->may_be_cut = is_last_part_cut(parts, count);
    if (all_the_same(parts, count))
        count = 1;
    for (size_t i = 0; i < count; i++)
        size += strlen(parts[i]);
    answer->text = calloc(1, size);
    answer->token = calloc(1, size);
    if (answer->text == NULL || answer->token == NULL)
        return REASON_NO_MEMORY;
    text_end = answer->text;
    token_end = answer->token;
    for (size_t i = 0; i < count; i++)
        append(parts[i], &text_end, &token_end);
    return REASON_OK;
}

enum reason
conversation_ask(pam_handle_t *pamh, const char *prompt,
                 struct answer *ret_answer)
{
    struct rounds rounds = {.count = 0};
    enum reason reason;

    *ret_answer = (struct answer){0};
    reason = ask_all(pamh, prompt, &rounds);
    if (reason == REASON_OK)
        reason = assemble(rounds.replies, rounds.count, ret_answer);
    rounds_done(&rounds);
    return reason;
}

enum reason
conversation_earlier(pam_handle_t *pamh, struct answer *ret_answer)
{
    const void *item = NULL;
    char *part;
    enum reason reason = REASON_NO_MEMORY;

    *ret_answer = (struct answer){.was_there = true};
    if (pam_get_item(pamh, PAM_AUTHTOK, &item) != PAM_SUCCESS || item == NULL)
        return REASON_NO_TOKEN;
    part = strdup(item);
    if (part != NULL)
        reason = assemble(&part, 1, ret_answer);
    secret_free_string(part);
    return reason;
}

void
conversation_warn_cut(pam_handle_t *pamh, int flags)
{
    if (((unsigned)flags & PAM_SILENT) == 0)
        pam_error(pamh, "If that was a token, the program that asked for it "
                        "may have cut it short.");
}

void
answer_take(struct answer *answer, const struct found_token *found)
{
    size_t behind = strlen(found->text) - found->length;

    memmove(answer->token, found->text, found->length);
    explicit_bzero(answer->token + found->length,
                   (size_t)(found->text - answer->token) + behind);
}

void
answer_done(struct answer *answer)
{
    secret_free_string(answer->text);
    secret_free_string(answer->token);
    *answer = (struct answer){0};
}
