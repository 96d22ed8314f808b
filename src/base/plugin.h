/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdbool.h>

/*
 * Shared objects of ours that are loaded when they are needed, so that a
 * program in which nobody logs in with a token pays for none of what a token
 * needs. Each has one table, whose first member is the identity of its build.
 */

/*
 * Identifies the build, by a checksum of the sources. The objects share struct
 * layouts, so one of another build must not be called, even of the same
 * version. An upgrade may replace an object while the module waits for an
 * answer.
 */
#define PLUGIN_MARK "pam_jwt build "
extern const char plugin_identity[];

/* The object that handles tokens; its table is a struct phases. */
#define PLUGIN_TOKEN       "pam_jwt_token.so"
#define PLUGIN_TOKEN_TABLE "pam_jwt_phases"

/* The state of a fleet; its table is a struct store. */
#define PLUGIN_REDIS       "pam_jwt_redis.so"
#define PLUGIN_REDIS_TABLE "pam_jwt_redis_store"

#define PLUGIN_WHAT_MAX 400

/* A loaded object; zeroed: nothing is loaded. */
struct plugin {
    void *library;
    const void *table;
};

/*
 * Loads `file`, which lies beside the object that calls, and finds the table
 * of that name in it. The command looks beside itself, for a build that is not
 * installed, and in the PAM folder. Nothing that a user can set has a say.
 * False: `ret_what` says why, safe to log.
 */
bool plugin_open(const char *file, const char *table, struct plugin *ret_plugin,
                 char ret_what[PLUGIN_WHAT_MAX])
    __attribute__((warn_unused_result));

/* Unloads; a zeroed plugin is allowed. */
void plugin_close(struct plugin *plugin);

#endif
