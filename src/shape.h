/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether an answer is meant as a token, however damaged: it begins with "ey"
 * or "ew" (base64url of '{' and any byte that may follow it in a JSON object),
 * "Bearer " before it or not, has at least 40 bytes and holds a dot. Such an
 * answer never travels on to another PAM module; any other is a password.
 *
 * `cut` says that a program on the way may have cut the answer at its limit.
 * Then base64url characters alone are enough, because the first dot may have
 * been lost.
 */
bool shape_is_token(const char *text, size_t length, bool cut);

/*
 * Whether an answer of this length may have been cut, and another part be
 * asked for: 500 is what helpers cut at, 511, 1023 and 4095 are the limits of
 * sudo, of the ssh client and of terminals. Only the length counts: sshd
 * answers for an unknown user with junk of the same length, and a rule that
 * looked at the content would tell who exists.
 */
bool shape_is_cutting_length(size_t length);

#endif
