/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STRINGS_H
#define STRINGS_H

#include <stdbool.h>
#include <stddef.h>

/* A list that owns its strings. Zeroed, it is empty. */
struct strings {
    char **items;
    size_t count;
};

/* Appends a copy of `length` bytes of `text`. False: out of memory. */
bool strings_add(struct strings *list, const char *text, size_t length);

/* Appends a formatted line. False: out of memory. */
bool strings_addf(struct strings *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True if `text`, which may be NULL, is one of the list, byte for byte. */
bool strings_have(const struct strings *list, const char *text);

/* Frees the strings and empties the list. */
void strings_done(struct strings *list);

#endif
