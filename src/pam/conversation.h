/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONVERSATION_H
#define CONVERSATION_H

#include "base/reason.h"

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>

/* An answer of a person or of an earlier module; it is wiped when done. */
struct answer {
    char *text;      /* all of it, as given; NULL when there was nothing */
    char *token;     /* the same without the white space around parts */
    bool may_be_cut; /* the last part that was not empty has a length at which
                        programs cut */
    bool was_there;  /* it was in PAM_AUTHTOK, nobody was asked */
};

/*
 * Asks for a token or a password, in parts for as long as an answer has a
 * cutting length (prompt.h): "Token: ", "Token (part 2): ". Answers that are
 * all the same are one: a client that repeats itself. OK, CONVERSATION_FAILED
 * or NO_MEMORY. answer_done() is due in every case.
 */
enum reason conversation_ask(pam_handle_t *pamh, const char *prompt,
                             struct answer *ret_answer)
    __attribute__((warn_unused_result));

/*
 * Takes what an earlier module put into PAM_AUTHTOK: OK, or NO_TOKEN where
 * there is nothing, or NO_MEMORY. answer_done() is due in every case.
 */
enum reason conversation_earlier(pam_handle_t *pamh, struct answer *ret_answer)
    __attribute__((warn_unused_result));

/*
 * Says to the person that a program may have cut a token. It depends on the
 * length alone, never on what was in the answer.
 */
void conversation_warn_cut(pam_handle_t *pamh, int flags);

/* Leaves of `token` only what answer_unwrap() has found in it. */
struct found_token;
void answer_take(struct answer *answer, const struct found_token *found);

/* Wipes and frees; a zeroed answer is allowed. */
void answer_done(struct answer *answer);

#endif
