/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/parts.h"

#include <stdio.h>
#include <string.h>

static size_t
trimmed_length(const char *text)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == ' ')
        length--;
    return length;
}

void
parts_prompt(const char *prompt, size_t part, char ret_text[PARTS_PROMPT_MAX])
{
    size_t length = trimmed_length(prompt);
    bool colon;

    if (length > PARTS_PROMPT_MAX - 32)
        length = PARTS_PROMPT_MAX - 32;
    colon = length > 0 && prompt[length - 1] == ':';
    if (part == 1)
        snprintf(ret_text, PARTS_PROMPT_MAX, "%.*s ", (int)length, prompt);
    else
        snprintf(ret_text, PARTS_PROMPT_MAX, "%.*s (part %zu)%s ",
                 (int)(colon ? length - 1 : length), prompt, part,
                 colon ? ":" : "");
}

size_t
parts_number(const char *prompt, const char *question)
{
    size_t length = trimmed_length(question);
    char text[PARTS_PROMPT_MAX];

    for (size_t part = 1; part <= PARTS_MAX; part++) {
        parts_prompt(prompt, part, text);
        if (trimmed_length(text) == length &&
            strncmp(text, question, length) == 0)
            return part;
    }
    return 0;
}

bool
parts_is_cutting_length(size_t length)
{
    return length == 500 || length == 511 || length == 1023 || length == 4095;
}
