/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INPUT_H
#define INPUT_H

#include "base/verdict.h"

#include <stdbool.h>
#include <stddef.h>

/* An answer on standard input, as a person would give it to the module. */
struct input {
    char *text;
    size_t length;
    bool is_exact;     /* the text is the token, with nothing around it */
    bool may_be_cut;   /* it has a length at which programs cut */
    const char *token; /* within the text, when it is found */
    size_t token_length;
};

/*
 * Reads standard input less one final line end. False: it cannot be read or is
 * too long; that was said, and `ret_code` is the exit code. input_done() is due
 * in every case.
 */
bool input_read(const char *command, bool is_exact, struct input *ret_input,
                int *ret_code);

/*
 * Finds the token by the module's own rules, or takes exact input as it stands:
 * OK, or NO_TOKEN, NOT_A_TOKEN, MALFORMED (it is wrapped in something) or
 * NO_MEMORY, and the verdict says why.
 */
enum reason input_find_token(struct input *input, struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Wipes and frees; zeroed input is allowed. */
void input_done(struct input *input);

#endif
