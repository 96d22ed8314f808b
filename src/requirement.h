/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REQUIREMENT_H
#define REQUIREMENT_H

#include "template.h"
#include "verdict.h"
#include "words.h"

#include <stddef.h>

struct json_object;

enum requirement_kind {
    REQUIRE_EQUAL,     /* CLAIM = VALUE */
    REQUIRE_DIFFERENT, /* CLAIM != VALUE */
    REQUIRE_MEMBER,    /* CLAIM has VALUE */
    REQUIRE_PRESENT    /* CLAIM exists */
};

/* One rule about one claim. */
struct requirement {
    enum requirement_kind kind;
    char *text;  /* the rule as it was written */
    char *claim; /* a name, or a JSON pointer (RFC 6901) */
    char *value; /* a template; NULL for REQUIRE_PRESENT */
};

/* Rules that must all hold. Zeroed, it is empty. */
struct requirements {
    struct requirement *items;
    size_t count;
};

/*
 * Appends the rule that the words write: the claim, the operator, which is not
 * quoted, and a value, which is one word or all that is behind. NULL, or what
 * is wrong with them; then nothing was appended.
 */
const char *requirements_add(struct requirements *list,
                             const struct words *words);

/*
 * Whether all rules hold: OK, REQUIREMENT_FAILED or NO_MEMORY. An absent claim
 * and one that is null fail every form. VALUE is compared with a string byte
 * for byte, with a boolean as true or false, with an integer within 2^53-1 in
 * decimal; any other type fails, with != too. `has` looks for a member of an
 * array, or for a word of a top-level "scope" or "scp" string (RFC 6749
 * section 3.3); any other string is an array of one. = and != fail for such a
 * string of several words.
 */
enum reason
requirements_check(const struct requirements *list, struct json_object *payload,
                   const struct template_facts *facts, struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Frees the rules and empties the list. */
void requirements_done(struct requirements *list);

#endif
