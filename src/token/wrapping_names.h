/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WRAPPING_NAMES_H
#define WRAPPING_NAMES_H

#include "token/span.h"

/* Names what stands in front of a token, at least one byte; the first that
 * fits. */
const char *wrapping_in_front(struct span before);

/* Names what stands directly behind a token, at least one byte. */
const char *wrapping_behind(struct span behind);

#endif
