/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKENSOURCE_H
#define TOKENSOURCE_H

#include <stddef.h>

/*
 * Finds the token of the person who runs this: what PAM_JWT_TOKEN_COMMAND
 * prints, or else as WLCG Bearer Token Discovery (version 2021-01-12) says:
 * BEARER_TOKEN, the file BEARER_TOKEN_FILE, $XDG_RUNTIME_DIR/bt_u$UID,
 * /tmp/bt_u$UID. A file must be regular, the caller's, not a link, and neither
 * group's nor others' to read. What the command printed for part 1 is kept for
 * the other parts, in XDG_RUNTIME_DIR and for the program that asks alone.
 * EXIT_YES and the token, without white space around it, for the caller to wipe
 * and free; or another exit code, and a message was written.
 */
int tokensource_find(size_t part, char **ret_token);

#endif
