/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ESCAPES_H
#define ESCAPES_H

#include "token/span.h"

/*
 * Reads what may be escapes: %2E, \u002e, \x2e, &#46;, =2E and a terminal's
 * sequences. Nothing tells an escape from a token behind a half of one, as in
 * "%2" and "eyJ...", so that a text is read in more than one way.
 */
enum escapes_reading {
    ESCAPES_DECODED, /* every escape is one */
    ESCAPES_SPARING, /* all but those that a token begins in */
    ESCAPES_LITERAL  /* none is: what is not printable is taken out */
};

/* The escapes that a text has; of ESCAPES_LITERAL none. */
struct escapes_seen {
    bool any;
    bool values; /* some stand for a character */
};

/*
 * Writes the text without what is not printable ASCII and with one kind of
 * quotes. `into` has room for span.length bytes.
 */
struct span escapes_read(struct span span, enum escapes_reading reading,
                         char *into, struct escapes_seen *ret_seen);

#endif
