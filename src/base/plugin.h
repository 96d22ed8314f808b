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
 * What tells the parts of one build from those of another: a checksum of the
 * sources. They share the layout of structs, so that no other part may be
 * called, were it of the same version; while the module waits for an answer,
 * an upgrade may replace what it loads next.
 */
#define PLUGIN_MARK "pam_jwt build "
extern const char plugin_identity[];

/* What a token needs; its table is a struct phases. */
#define PLUGIN_TOKEN       "pam_jwt_token.so"
#define PLUGIN_TOKEN_TABLE "pam_jwt_phases"

/* The state of a fleet; its table is a struct store. */
#define PLUGIN_REDIS       "pam_jwt_redis.so"
#define PLUGIN_REDIS_TABLE "pam_jwt_redis_store"

#define PLUGIN_WHAT_MAX 400

/* One that is loaded; zeroed it is none. */
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
