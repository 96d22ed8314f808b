/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SCAN_H
#define SCAN_H

#include <stddef.h>

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

#endif
