/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RULE_H
#define RULE_H

#include "base/pattern.h"
#include "base/strings.h"
#include "base/template.h"
#include "base/verdict.h"
#include "base/words.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

enum requirement_kind {
    REQUIRE_EQUAL,     /* CLAIM = VALUE */
    REQUIRE_DIFFERENT, /* CLAIM != VALUE */
    REQUIRE_MEMBER,    /* CLAIM has VALUE */
    REQUIRE_ANY,       /* CLAIM any VALUE... */
    REQUIRE_MATCH,     /* CLAIM matches REGEX */
    REQUIRE_PRESENT    /* CLAIM exists */
};

/* One rule about one claim. */
struct requirement {
    enum requirement_kind kind;
    char *text;              /* the rule as it was written */
    char *claim;             /* a name, or a JSON pointer (RFC 6901) */
    struct strings values;   /* templates: one, or several of REQUIRE_ANY */
    struct pattern *pattern; /* of REQUIRE_MATCH */
};

/* The longest string that is matched: its time grows faster than its length. */
#define REQUIREMENT_MATCH_MAX 1024

/* Rules that must all hold. Zeroed, it is empty. */
struct requirements {
    struct requirement *items;
    size_t count;
};

/*
 * Appends the rule that the words write: the claim, the operator, which is not
 * quoted, and a value, which is one word or all that is behind, or several of
 * `any`. NULL, or what is wrong with them; then nothing was appended.
 */
const char *requirements_add(struct requirements *list,
                             const struct words *words);

/*
 * Checks that all rules hold: OK, REQUIREMENT_FAILED or NO_MEMORY. An absent
 * claim and one that is null fail every form. VALUE is compared with a string
 * byte for byte, with a boolean as true or false, with an integer within 2^53-1
 * in decimal; any other type fails, with != too. `has` looks for a member of an
 * array, or for a word of a top-level "scope" or "scp" string (RFC 6749 section
 * 3.3); any other string is an array of one. = and != fail for such a string of
 * several words. `any` holds where `has` or = holds for one of its values.
 * `matches` holds where the expression matches the whole of a string of at most
 * REQUIREMENT_MATCH_MAX bytes.
 */
enum reason
requirements_check(const struct requirements *list, struct json_object *payload,
                   const struct template_facts *facts, struct verdict *verdict)
    __attribute__((warn_unused_result));

/* True if two rules ask for the same; two expressions as they were written. */
bool requirement_is_same(const struct requirement *a,
                         const struct requirement *b);

/* Frees the rules and empties the list. */
void requirements_done(struct requirements *list);

#endif
