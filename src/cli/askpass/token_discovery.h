/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_DISCOVERY_H
#define TOKEN_DISCOVERY_H

#include <stddef.h>

struct process;

/*
 * Finds the token of the person who runs this: what PAM_JWT_TOKEN_COMMAND
 * prints, or else as WLCG Bearer Token Discovery (version 2021-01-12) says:
 * BEARER_TOKEN, the file BEARER_TOKEN_FILE, $XDG_RUNTIME_DIR/bt_u$UID,
 * /tmp/bt_u$UID. A file must be regular, the caller's, not a link, and neither
 * group's nor others' to read; or a projected token of Kubernetes, by links of
 * root's within its own folder to a file of root's that only root may write.
 * The output of the command for part 1 is kept for the other parts
 * (tokenkeep.h).
 *
 * White space, quotes and "Bearer " around a token are taken off as the module
 * does it. Of a JSON object the member access_token is taken, of any other text
 * the one token in it. EXIT_YES and the token, for the caller to wipe and free;
 * or another exit code, and a message was written.
 */
int token_discovery_find(size_t part, const struct process *asker,
                         char **ret_token);

#endif
