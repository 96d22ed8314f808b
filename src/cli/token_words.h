/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_WORDS_H
#define TOKEN_WORDS_H

struct json_object;

/* Prints the times among the claims as a person reads them, a line each. */
void token_words_print(struct json_object *claims, double now);

/* The same as a JSON object of strings. */
struct json_object *token_words_json(struct json_object *claims, double now);

#endif
