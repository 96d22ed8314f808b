/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <stdbool.h>

/* What %h, %s and %u stand for; NULL for what is not known. */
struct template_facts {
    const char *hostname;
    const char *service;
    const char *user; /* the requested user */
};

/* Whether each % of a template begins %h, %s, %u or %%. */
bool template_is_valid(const char *text);

/*
 * Expands a valid template into new memory for the caller to free. False: a
 * fact it needs is not known (`ret_text` is NULL, `ret_missing` names it), or
 * out of memory (`ret_missing` is NULL).
 */
bool template_expand(const char *text, const struct template_facts *facts,
                     char **ret_text, const char **ret_missing);

#endif
