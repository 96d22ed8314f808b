/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECRET_H
#define SECRET_H

#include <stdlib.h>
#include <string.h>

/*
 * Wiping what must not stay in memory: tokens, secrets, passwords. The calls
 * use explicit_bzero(), which a compiler may not remove as memset() may be.
 */

/* Overwrites `size` bytes and frees them. NULL is allowed. */
static inline void
secret_free(void *memory, size_t size)
{
    if (memory != NULL)
        explicit_bzero(memory, size);
    free(memory);
}

/* Overwrites a string up to its NUL and frees it. NULL is allowed. */
static inline void
secret_free_string(char *text)
{
    secret_free(text, text != NULL ? strlen(text) : 0);
}

#endif
