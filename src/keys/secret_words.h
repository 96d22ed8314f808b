/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECRET_WORDS_H
#define SECRET_WORDS_H

#include <stddef.h>

/*
 * Words, rows of a keyboard and names that made-up secrets consist of, in lower
 * case, sorted by strcmp(), NULL behind the last.
 */
extern const char *const secret_words[];

/*
 * Secrets of at least 32 bytes that everybody can read in standards, tutorials
 * and default configurations, or the beginning of such a one up to a '*'. NULL
 * behind the last.
 */
extern const char *const secret_published[];

#endif
