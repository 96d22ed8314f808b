/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_KEEPER_H
#define TOKEN_KEEPER_H

#include <stdbool.h>
#include <stddef.h>

struct process;

/*
 * A command may print another token each time, and the parts of a login have to
 * be of one. So the token of part 1 is kept for the others, in the memory of a
 * process of its own, which nothing else can read. It ends with the program
 * that asks, with the last part, or after TOKENKEEP_SECONDS without a question.
 * It answers only programs of the same user that this very program has started.
 */
#define TOKENKEEP_SECONDS 120

/* Keeps a token in place of an earlier one. False: it could not be kept. */
bool tokenkeep_put(const struct process *asker, const char *token);

/*
 * Returns the token that was kept, for the caller to wipe and free; NULL if
 * no token was kept. It is gone afterwards if this part is its last.
 */
char *tokenkeep_get(const struct process *asker, size_t part);

#endif
