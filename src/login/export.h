/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EXPORT_H
#define EXPORT_H

#include "base/strings.h"

#include <stdbool.h>

struct json_object;

/* The longest value put into the environment, in bytes. */
#define ENVIRONMENT_VALUE_MAX 256

/*
 * True if a word is NAME=CLAIM: a name that begins JWT_ and goes on with 1 to
 * 60 of [A-Z0-9_], so that no rule can set LD_PRELOAD, PATH or BASH_ENV.
 */
bool environment_is_rule(const char *word);

/* True if it is printable ASCII of at most ENVIRONMENT_VALUE_MAX bytes. */
bool environment_is_value(const char *text);

/* True if a variable "NAME=VALUE" is one that a rule could have made. */
bool environment_is_safe(const char *variable);

/*
 * The variables "NAME=VALUE" that the rules make of the claims: strings of
 * printable ASCII, and integers. What a token lacks is left out; a value of
 * another kind or length is left out and said in `problems`. False: out of
 * memory.
 */
bool environment_make(const struct strings *rules, struct json_object *payload,
                      struct strings *ret_variables, struct strings *problems);

#endif
