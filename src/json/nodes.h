/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NODES_H
#define NODES_H

#include "base/reason.h"
#include "json/document.h"
#include "json/scan.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A large text of which little is wanted: nothing is built of it but the list
 * of what stands where, which the scan makes on its way.
 */
struct jsontext {
    char *text; /* borrowed; strings that were asked for are unescaped in it */
    struct jsonnodes nodes;
};

/*
 * Reads one JSON object and nothing else, as jsondoc_parse() does and with the
 * same results and words, and MALFORMED for more than `max` names and values.
 * `text` must outlive what is read; jsontext_done() is due after OK.
 */
enum reason jsontext_read(char *text, size_t length, size_t max,
                          struct jsontext *ret_text,
                          char ret_what[JSONDOC_WHAT_MAX])
    __attribute__((warn_unused_result));

/* Frees the list, not the text; a zeroed one is allowed. */
void jsontext_done(struct jsontext *text);

/* The object itself. */
struct jsonnode *jsontext_root(const struct jsontext *text);

/*
 * The first in an array, or the name of the first in an object, and the one
 * behind it; NULL: the last is behind us, or `of` is neither.
 */
static inline struct jsonnode *
jsonnode_first(const struct jsontext *text, const struct jsonnode *of)
{
    size_t first = (size_t)(of - text->nodes.items) + 1;

    /* Only what has something in it reaches beyond the next node. */
    return first < of->next ? text->nodes.items + first : NULL;
}

static inline struct jsonnode *
jsonnode_next(const struct jsontext *text, const struct jsonnode *of,
              const struct jsonnode *at)
{
    uint32_t next = at->kind == JSONNODE_NAME ? at[1].next : at->next;

    return next < of->next ? text->nodes.items + next : NULL;
}

/* Takes the escapes out of a string or name that has some, in its place. */
void jsonnode_unescape(const struct jsontext *text, struct jsonnode *node);

/*
 * A string or name without its escapes, with a NUL behind it and none in it; it
 * stays the text's. NULL: it is neither. `node` may be NULL.
 */
static inline char *
jsonnode_string(const struct jsontext *text, struct jsonnode *node)
{
    if (node == NULL ||
        (node->kind != JSONNODE_STRING && node->kind != JSONNODE_NAME))
        return NULL;
    if (node->is_escaped)
        jsonnode_unescape(text, node);
    /* In the place of the closing quote, or of what the escapes took. */
    text->text[node->at + node->length] = '\0';
    return text->text + node->at;
}

/* The value of a member; NULL: absent. One that is null is there. */
struct jsonnode *jsontext_find(const struct jsontext *text,
                               const struct jsonnode *object, const char *name);

/* A member that is there and not null. */
bool jsontext_has(const struct jsontext *text, const struct jsonnode *object,
                  const char *name);

#endif
