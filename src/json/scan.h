/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Arrays and objects inside each other; real tokens nest two or three deep. */
#define JSONSCAN_DEPTH_MAX 16

enum jsonscan_result {
    JSONSCAN_BAD = 0,
    JSONSCAN_OK,
    JSONSCAN_NO_MEMORY
};

/*
 * Scans `length` bytes, which must be exactly one JSON text as RFC 8259 has it,
 * and a text that every parser reads the same way: strict UTF-8 (RFC 3629)
 * without lone surrogates, the number grammar, at most JSONSCAN_DEPTH_MAX
 * levels, and neither a name twice in one object (compared after unescaping)
 * nor U+0000 anywhere. json-c takes all of these (no flag of it changes that),
 * so that nothing may reach json-c that was not scanned.
 *
 * Memory: one record per member name of the objects open at a time, at most
 * four times the text. Time: n log n in the length. On JSONSCAN_BAD `ret_what`
 * is a literal that says what is wrong and `ret_at` the offset where. On
 * JSONSCAN_OK `ret_values` is the number of values, the outermost one and those
 * inside arrays and objects alike.
 */
enum jsonscan_result jsonscan(const char *text, size_t length,
                              size_t *ret_values, const char **ret_what,
                              size_t *ret_at);

/* The kinds of node in a scanned text. */
enum jsonnode_kind {
    JSONNODE_NULL,
    JSONNODE_FALSE,
    JSONNODE_TRUE,
    JSONNODE_NUMBER,
    JSONNODE_STRING,
    JSONNODE_NAME, /* of a member, whose value is the next node */
    JSONNODE_ARRAY,
    JSONNODE_OBJECT
};

/* A value, or a member's name, where it stands in the text. */
struct jsonnode {
    uint32_t at;     /* its first byte; of a string that behind the quote */
    uint32_t length; /* bytes of a string or name between its quotes */
    uint32_t next;   /* the node behind it and all that is in it */
    uint8_t kind;
    bool is_escaped; /* a backslash stands in it */
};

/* All nodes of a text, in its order; the outermost value is the first. */
struct jsonnodes {
    struct jsonnode *items;
    size_t count;
    size_t room;
    size_t max;     /* that there may be */
    size_t objects; /* among them */
};

/* The mistake of a text with more nodes than are allowed. */
#define JSONSCAN_TOO_MANY "too many names and values"

/*
 * The same, and lists what it finds: 16 bytes for each value and name, of which
 * there may be `max`. The caller frees `ret_nodes->items` after JSONSCAN_OK,
 * and then only.
 */
enum jsonscan_result jsonscan_nodes(const char *text, size_t length, size_t max,
                                    struct jsonnodes *ret_nodes,
                                    const char **ret_what, size_t *ret_at);

/*
 * Reads one character of a string that was scanned, escaped or not, as its
 * code point, and goes behind it.
 */
uint32_t jsonscan_character(const unsigned char **at);

#endif
