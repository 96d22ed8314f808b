/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECRET_WEAK_H
#define SECRET_WEAK_H

#include "keys/secret_form.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Says why a secret can be guessed: published in a standard or a tutorial, few
 * different bytes, a short unit repeated, a sequence, words. Judges the secret
 * and what hexadecimal or base64 in it stands for. NULL: not weak, as random
 * secrets from 128 bits on are in every common encoding. The text is not freed.
 */
const char *secret_weakness(const unsigned char *secret, size_t length);

/*
 * Says what the person who wrote a secret_file probably did not mean: quotes
 * around a text, hexadecimal or base64 read as text, a line end inside base64.
 * 64 hexadecimal digits read as text are as they should be. `text` is the file
 * less its final newline. NULL: nothing. The text is not freed.
 */
const char *secret_misleads(const char *text, size_t length,
                            enum secret_encoding encoding);

#endif
