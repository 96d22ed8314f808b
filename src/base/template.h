/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <stdbool.h>

/* The texts that the letters stand for; NULL where one is unknown. */
struct template_facts {
    const char *hostname; /* %h */
    const char *service;  /* %s, of PAM */
    const char *user;     /* %u, the requested user */
    const char *token_id; /* %j, "jti" */
    const char *issuer;   /* %i, "iss" */
};

/* The letters of what is known before a token is, and of what it says. */
#define TEMPLATE_REQUEST "hsu"
#define TEMPLATE_TOKEN   "ij"

/* True if each % of a template is %% or stands before one of `letters`. */
bool template_is_valid(const char *text, const char *letters);

/*
 * Expands a valid template into new memory for the caller to free. False: a
 * fact it needs is not known (`ret_text` is NULL, `ret_missing` names it), or
 * out of memory (`ret_missing` is NULL).
 */
bool template_expand(const char *text, const struct template_facts *facts,
                     char **ret_text, const char **ret_missing);

#endif
