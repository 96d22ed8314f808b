/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARTS_H
#define PARTS_H

#include <stdbool.h>
#include <stddef.h>

/* The longest question, its NUL included. */
#define PARTS_PROMPT_MAX 256

/* Parts asked for at the most: 40 of 500 bytes hold the largest token. */
#define PARTS_MAX 40

/*
 * Bytes that a helper hands over at a time: a length after which another part
 * is asked for.
 */
#define PARTS_PIECE 500

/* The question while no configuration says another. */
#define PARTS_PROMPT_DEFAULT "Token:"

/*
 * The question for part 1, 2, ... of a token: the setting `prompt` is "Token:",
 * and it is "Token: ", "Token (part 2): ".
 */
void parts_prompt(const char *prompt, size_t part,
                  char ret_text[PARTS_PROMPT_MAX]);

/*
 * Which part a question asks for, 0 for none: it must be one that prompt_make()
 * makes. A space at the end counts neither in the prompt nor in the question.
 */
size_t parts_number(const char *prompt, const char *question);

/*
 * True if an answer of this length may have been cut, and another part is asked
 * for: 500 is what helpers cut at, 511, 1023 and 4095 are the limits of sudo,
 * of the ssh client and of terminals. Only the length counts: sshd answers for
 * an unknown user with junk of the same length, and a rule that looked at the
 * content would tell who exists.
 */
bool parts_is_cutting_length(size_t length);

#endif
