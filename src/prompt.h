/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROMPT_H
#define PROMPT_H

#include <stddef.h>

/* The longest question, its NUL included. */
#define PROMPT_MAX 256

/* Parts asked for at the most: 16 of 1023 bytes are a 16 kB token. */
#define PROMPT_PARTS_MAX 16

/* What a helper hands over at a time: a length after which more is asked. */
#define PROMPT_PIECE 500

/* The question while no configuration says another. */
#define PROMPT_DEFAULT "Token:"

/*
 * The question for part 1, 2, ... of a token: the setting `prompt` is "Token:",
 * and it is "Token: ", "Token (part 2): ".
 */
void prompt_make(const char *prompt, size_t part, char ret_text[PROMPT_MAX]);

/*
 * Which part a question asks for, 0 for none: it must be one that prompt_make()
 * makes. A space at the end counts neither in the prompt nor in the question.
 */
size_t prompt_part(const char *prompt, const char *question);

#endif
