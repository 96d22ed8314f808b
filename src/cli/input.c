/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/input.h"

#include "base/secret.h"
#include "cli/cli.h"
#include "token/looks_like_token.h"
#include "token/parts.h"

#include <stdio.h>
#include <stdlib.h>

/* More than any max_token_size, so that the limit is what refuses. */
#define INPUT_MAX (4 * 1024 * 1024)

bool
input_read(const char *command, bool is_exact, struct input *ret_input,
           int *ret_code)
{
    char *text = malloc(INPUT_MAX + 1);
    size_t length;

    if (text == NULL)
        cli_no_memory();
    length = fread(text, 1, INPUT_MAX + 1, stdin);
    *ret_input =
        (struct input){.text = text, .length = length, .is_exact = is_exact};
    if (ferror(stdin) || length > INPUT_MAX) {
        *ret_code = cli_fail(EXIT_UNREADABLE, command,
                             "no token of at most %d bytes on standard input",
                             INPUT_MAX);
        return false;
    }
    if (length > 0 && text[length - 1] == '\n')
        ret_input->length--;
    ret_input->may_be_cut = parts_is_cutting_length(ret_input->length);
    return true;
}

enum reason
input_find_token(struct input *input, struct verdict *verdict)
{
    struct found_token found = {0};
    enum reason reason;

    if (input->is_exact) {
        input->token = input->text;
        input->token_length = input->length;
        return REASON_OK;
    }
    verdict_check(verdict, "answer", NULL);
    if (input->length == 0)
        return verdict_refuse(verdict, REASON_NO_TOKEN,
                              "standard input is empty");
    reason =
        answer_unwrap(input->text, input->length, input->may_be_cut, &found);
    if (reason == REASON_NOT_A_TOKEN)
        return verdict_refuse(verdict, reason,
                              "the module takes it for a password and leaves "
                              "it to the next one");
    if (reason == REASON_NO_MEMORY)
        return verdict_refuse(verdict, reason, "looking at the answer");
    if (reason != REASON_OK || found.text == NULL)
        return verdict_refuse(verdict, REASON_MALFORMED,
                              "the answer has %s: give the token alone",
                              found.wrapping != NULL ? found.wrapping
                                                     : "something around it");
    input->token = found.text;
    input->token_length = found.length;
    return REASON_OK;
}

void
input_done(struct input *input)
{
    secret_free(input->text, input->length);
    *input = (struct input){0};
}
