/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/nodes.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum reason
jsontext_read(char *text, size_t length, size_t max, struct jsontext *ret_text,
              char ret_what[JSONDOC_WHAT_MAX])
{
    struct jsontext read = {.text = text};
    const char *what = NULL;
    size_t at = 0;

    switch (jsonscan_nodes(text, length, max, &read.nodes, &what, &at)) {
    case JSONSCAN_OK:
        break;
    case JSONSCAN_NO_MEMORY:
        return REASON_NO_MEMORY;
    case JSONSCAN_BAD:
    default:
        snprintf(ret_what, JSONDOC_WHAT_MAX, "%s at byte %zu", what, at);
        return REASON_MALFORMED;
    }
    if (jsontext_root(&read)->kind != JSONNODE_OBJECT) {
        snprintf(ret_what, JSONDOC_WHAT_MAX, "not a JSON object");
        jsontext_done(&read);
        return REASON_MALFORMED;
    }
    *ret_text = read;
    return REASON_OK;
}

void
jsontext_done(struct jsontext *text)
{
    free(text->nodes.items);
    *text = (struct jsontext){0};
}

struct jsonnode *
jsontext_root(const struct jsontext *text)
{
    return text->nodes.items;
}

static char *
write_utf8(char *to, uint32_t value)
{
    if (value < 0x80) {
        *to++ = (char)value;
        return to;
    }
    if (value < 0x800) {
        *to++ = (char)(0xc0 | value >> 6);
    } else {
        if (value < 0x10000) {
            *to++ = (char)(0xe0 | value >> 12);
        } else {
            *to++ = (char)(0xf0 | value >> 18);
            *to++ = (char)(0x80 | (value >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (value >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (value & 0x3f));
    return to;
}

/* No escape is shorter than what it means. */
void
jsonnode_unescape(const struct jsontext *text, struct jsonnode *node)
{
    char *first = text->text + node->at;
    const unsigned char *from = (const unsigned char *)first;
    const unsigned char *end = from + node->length;
    char *to = first;

    while (from < end)
        to = write_utf8(to, jsonscan_character(&from));
    node->length = (uint32_t)(to - first);
    node->is_escaped = false;
}

struct jsonnode *
jsontext_find(const struct jsontext *text, const struct jsonnode *object,
              const char *name)
{
    if (object->kind != JSONNODE_OBJECT)
        return NULL;
    for (struct jsonnode *at = jsonnode_first(text, object); at != NULL;
         at = jsonnode_next(text, object, at))
        if (text_equal(jsonnode_string(text, at), name))
            return at + 1;
    return NULL;
}

bool
jsontext_has(const struct jsontext *text, const struct jsonnode *object,
             const char *name)
{
    const struct jsonnode *value = jsontext_find(text, object, name);

    return value != NULL && value->kind != JSONNODE_NULL;
}
