/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HIDDEN_TOKEN_H
#define HIDDEN_TOKEN_H

#include "base/reason.h"
#include "token/span.h"

/* Names a wrapping that a damaged token cannot be told from. */
extern const char hidden_token_damaged[];

/*
 * Looks for a token that is spelled with other bytes in between, or encoded, or
 * in its JSON form: rules 2 to 4 of looks_like_token.h. MALFORMED with the
 * wrapping's name; NOT_A_TOKEN; NO_MEMORY.
 */
enum reason hidden_token_find(struct span span, bool may_be_cut,
                              const char **ret_wrapping)
    __attribute__((warn_unused_result));

#endif
