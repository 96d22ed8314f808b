/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECOND_PARSER_H
#define SECOND_PARSER_H

#include <stddef.h>

/* What jansson, duplicates refused, says of a JSON text. */
enum second_result {
    SECOND_BAD,
    SECOND_OUT_OF_RANGE, /* a number that it cannot hold, else unknown */
    SECOND_GOOD
};

enum second_result second_parser(const char *text, size_t size);

/* Whether it reads two texts that are good as the same value: 1, or 0. */
int second_parser_same(const char *a, size_t a_size, const char *b,
                       size_t b_size);

#endif
