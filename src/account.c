/* SPDX-License-Identifier: BSD-2-Clause */
#include "account.h"

#include "pattern.h"
#include "text.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* An entry with more text than this is no entry that anybody made. */
#define ENTRY_SIZE_MIN 1024
#define ENTRY_SIZE_MAX (1024 * 1024)

enum reason
account_check_name(const char *user, const struct account_policy *policy,
                   struct verdict *verdict)
{
    verdict_check(verdict, "account name", "user_pattern");
    if (pattern_matches(policy->user_pattern, user))
        return REASON_OK;
    return verdict_refuse(verdict, REASON_USER_NOT_ALLOWED,
                          "the name %s is outside user_pattern",
                          text_quote(user, strlen(user)).text);
}

/* 0 (and whether it is there), or an error number. */
static int
find_entry(const char *user, uid_t *ret_uid, bool *ret_found)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char *buffer = NULL;
    int error = ERANGE;

    for (size_t size = ENTRY_SIZE_MIN;
         error == ERANGE && size <= ENTRY_SIZE_MAX; size *= 2) {
        char *larger = realloc(buffer, size);

        if (larger == NULL) {
            free(buffer);
            return ENOMEM;
        }
        buffer = larger;
        do
            error = getpwnam_r(user, &entry, buffer, size, &found);
        while (error == EINTR);
    }
    *ret_found = error == 0 && found != NULL;
    if (*ret_found)
        *ret_uid = entry.pw_uid;
    free(buffer);
    return error;
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

enum reason
account_check_entry(const char *user, const struct account_policy *policy,
                    struct verdict *verdict)
{
    uid_t uid = 0;
    bool found = false;
    int error;

    verdict_check(verdict, "account", NULL);
    error = find_entry(user, &uid, &found);
    if (error == ENOMEM)
        return verdict_refuse(verdict, REASON_NO_MEMORY,
                              "looking up the account");
    if (error != 0)
        return verdict_refuse(verdict, REASON_STATE_UNAVAILABLE,
                              "the account database (NSS) failed with error "
                              "%d, check /etc/nsswitch.conf and its services",
                              error);
    if (!found)
        return verdict_refuse(verdict, REASON_UNKNOWN_USER,
                              "no account %s in the account database",
                              text_quote(user, strlen(user)).text);
    return check_uid(uid, policy, verdict);
}
