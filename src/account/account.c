/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/account.h"

#include "base/pattern.h"
#include "base/text.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* An entry with more text than this is no entry that anybody made. */
#define ENTRY_SIZE_MIN 1024
#define ENTRY_SIZE_MAX (1024 * 1024)

/* The kernel allows 65536 groups (NGROUPS_MAX). */
#define GROUPS_MIN 64
#define GROUPS_MAX 65536

bool
allowed_all(const struct allowed *allowed)
{
    return !allowed->is_set || allowed->all;
}

enum reason
account_check_name(const char *user, const struct account_policy *policy,
                   struct verdict *verdict)
{
    enum pattern_result result;

    verdict_check(verdict, "account name", "user_pattern");
    result = pattern_match(policy->user_pattern, user);
    if (result == PATTERN_NO_MEMORY)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "user_pattern");
    if (result != PATTERN_MATCH)
        return verdict_refuse(verdict, REASON_USER_NOT_ALLOWED,
                              "the name %s is outside user_pattern",
                              text_quote(user, strlen(user)).text);
    if (policy->allow_users.is_set)
        verdict_check(verdict, "account name", "allow_users");
    if (allowed_all(&policy->allow_users) ||
        strings_have(&policy->allow_users.names, user))
        return REASON_OK;
    return verdict_refuse(verdict, REASON_USER_NOT_ALLOWED,
                          "%s is not in allow_users",
                          text_quote(user, strlen(user)).text);
}

/* An answer of NSS, with the memory that its text is in. */
struct lookup {
    char *buffer;
    size_t size;
};

/*
 * Asks once more with more room, for as long as NSS says that there is too
 * little. `ask` returns 0 or an error number.
 */
static int
look_up(int (*ask)(const char *name, void *ret_entry, struct lookup *lookup,
                   bool *ret_found),
        const char *name, void *ret_entry, struct lookup *lookup,
        bool *ret_found)
{
    int error = ERANGE;

    *ret_found = false;
    for (size_t size = ENTRY_SIZE_MIN;
         error == ERANGE && size <= ENTRY_SIZE_MAX; size *= 2) {
        char *larger = realloc(lookup->buffer, size);

        if (larger == NULL)
            return ENOMEM;
        lookup->buffer = larger;
        lookup->size = size;
        do
            error = ask(name, ret_entry, lookup, ret_found);
        while (error == EINTR);
    }
    /* glibc says absent by 0; getpwnam_r(3) has these two for it as well. */
    return error == ENOENT || error == ESRCH ? 0 : error;
}

static int
ask_user(const char *name, void *ret_entry, struct lookup *lookup,
         bool *ret_found)
{
    struct passwd *found = NULL;
    int error =
        getpwnam_r(name, ret_entry, lookup->buffer, lookup->size, &found);

    *ret_found = error == 0 && found != NULL;
    return error;
}

static int
ask_group(const char *name, void *ret_entry, struct lookup *lookup,
          bool *ret_found)
{
    struct group *found = NULL;
    int error =
        getgrnam_r(name, ret_entry, lookup->buffer, lookup->size, &found);

    *ret_found = error == 0 && found != NULL;
    return error;
}

static enum reason
nss_failed(int error, struct verdict *verdict)
{
    if (error == ENOMEM)
        return verdict_refuse(verdict, REASON_NO_MEMORY,
                              "looking up the account");
    return verdict_refuse(verdict, REASON_STATE_UNAVAILABLE,
                          "the account database (NSS) failed with error "
                          "%d, check /etc/nsswitch.conf and its services",
                          error);
}

static enum reason
check_uid(uid_t uid, const struct account_policy *policy,
          struct verdict *verdict)
{
    if (uid == 0) {
        verdict_check(verdict, "uid", "allow_root");
        return policy->allow_root
                   ? REASON_OK
                   : verdict_refuse(verdict, REASON_USER_NOT_ALLOWED,
                                    "uid 0, and allow_root is no");
    }
    verdict_check(verdict, "uid", "min_uid");
    if (uid >= policy->min_uid)
        return REASON_OK;
    return verdict_refuse(verdict, REASON_USER_NOT_ALLOWED,
                          "uid %lu < min_uid %lu", (unsigned long)uid,
                          (unsigned long)policy->min_uid);
}

/* All groups of the account, for the caller to free. NULL: out of memory. */
static gid_t *
list_groups(const struct passwd *entry, int *ret_count)
{
    gid_t *groups = NULL;

    for (int room = GROUPS_MIN; room <= GROUPS_MAX; room *= 2) {
        gid_t *larger = reallocarray(groups, (size_t)room, sizeof *groups);

        *ret_count = room;
        if (larger == NULL)
            break;
        groups = larger;
        if (getgrouplist(entry->pw_name, entry->pw_gid, groups, ret_count) >= 0)
            return groups;
    }
    free(groups);
    return NULL;
}

/* Decides whether the group `name` is among them; one that does not exist is
 * not. */
static int
is_among(const char *name, const gid_t *groups, int count, bool *ret_found)
{
    struct lookup lookup = {NULL, 0};
    struct group entry;
    bool known = false;
    int error = look_up(ask_group, name, &entry, &lookup, &known);

    *ret_found = false;
    for (int i = 0; known && i < count; i++)
        if (groups[i] == entry.gr_gid)
            *ret_found = true;
    free(lookup.buffer);
    return error;
}

static enum reason
check_groups(const struct passwd *entry, const struct account_policy *policy,
             struct verdict *verdict)
{
    gid_t *groups;
    int count = 0;
    int error = 0;
    bool found = false;

    if (policy->allow_groups.is_set)
        verdict_check(verdict, "groups", "allow_groups");
    if (allowed_all(&policy->allow_groups))
        return REASON_OK;
    groups = list_groups(entry, &count);
    if (groups == NULL)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "listing groups");
    for (size_t i = 0;
         error == 0 && !found && i < policy->allow_groups.names.count; i++)
        error = is_among(policy->allow_groups.names.items[i], groups, count,
                         &found);
    free(groups);
    if (error != 0)
        return nss_failed(error, verdict);
    if (found)
        return REASON_OK;
    return verdict_refuse(
        verdict, REASON_USER_NOT_ALLOWED, "%s is not in allow_groups",
        text_quote(entry->pw_name, strlen(entry->pw_name)).text);
}

/* A name that is also root's would be taken for root by whoever looks it up. */
static enum reason
check_foreign(const char *user, struct verdict *verdict)
{
    struct lookup lookup = {NULL, 0};
    struct passwd entry = {0};
    enum reason reason = REASON_OK;
    bool found;
    int error;

    verdict_check(verdict, "uid", "local_account");
    error = look_up(ask_user, user, &entry, &lookup, &found);
    if (error != 0)
        reason = nss_failed(error, verdict);
    else if (found && entry.pw_uid == 0)
        reason = verdict_refuse(
            verdict, REASON_USER_NOT_ALLOWED,
            "the account database gives %s uid 0, and local_account = none",
            text_quote(user, strlen(user)).text);
    free(lookup.buffer);
    return reason;
}

enum reason
account_check_entry(const char *user, const struct account_policy *policy,
                    struct verdict *verdict)
{
    struct lookup lookup = {NULL, 0};
    struct passwd entry = {0};
    bool found;
    enum reason reason;
    int error;

    if (policy->is_foreign)
        return check_foreign(user, verdict);
    verdict_check(verdict, "account", NULL);
    error = look_up(ask_user, user, &entry, &lookup, &found);
    if (error != 0)
        reason = nss_failed(error, verdict);
    else if (!found)
        reason = verdict_refuse(verdict, REASON_UNKNOWN_USER,
                                "no account %s in the account database",
                                text_quote(user, strlen(user)).text);
    else
        reason = check_uid(entry.pw_uid, policy, verdict);
    if (reason == REASON_OK)
        reason = check_groups(&entry, policy, verdict);
    free(lookup.buffer);
    return reason;
}
