/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger.h"

#include "text.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * The checks, in this order:
 * 1. A token MUST have a "jti", and to be taken back an "iat" too.
 * 2. No revocation MUST be about it.
 * 3. It MUST NOT have been used; from then on it is.
 */

#ifndef PAMDIR
#    define PAMDIR "/usr/lib/security"
#endif

/* The folder of the file at `path`, in place. False: there is none. */
static bool
cut_to_folder(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

/*
 * The object with the Redis store is beside the module; the command looks
 * beside itself, for a build that is not installed, and in the PAM folder.
 * Nothing that a user can set has a say.
 */
static void
find_object(char path[PATH_MAX])
{
    static const char module[] = "/pam_jwt.so";
    static const char own = 0;
    Dl_info info;
    char folder[PATH_MAX] = PAMDIR;
    ssize_t length;

    if (dladdr(&own, &info) != 0 && info.dli_fname != NULL &&
        strlen(info.dli_fname) >= sizeof module &&
        text_equal(info.dli_fname + strlen(info.dli_fname) - sizeof module + 1,
                   module)) {
        snprintf(folder, sizeof folder, "%s", info.dli_fname);
        cut_to_folder(folder);
    } else {
        length = readlink("/proc/self/exe", folder, sizeof folder - 1);
        folder[length > 0 ? length : 0] = '\0';
        snprintf(path, PATH_MAX, "%.4000s/" STORE_REDIS_FILE,
                 cut_to_folder(folder) ? folder : PAMDIR);
        if (access(path, F_OK) == 0)
            return;
        snprintf(folder, sizeof folder, "%s", PAMDIR);
    }
    snprintf(path, PATH_MAX, "%.4000s/" STORE_REDIS_FILE, folder);
}

/* The store of Redis, for a place that is no folder. */
static bool
load_store(struct ledger *ledger, char *ret_what)
{
    char path[PATH_MAX];

    find_object(path);
    ledger->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (ledger->library == NULL) {
        snprintf(ret_what, STORE_WHAT_MAX,
                 "cannot load %s, which a Redis state needs: install it (the "
                 "package libpam-jwt-redis)",
                 text_bare(path).text);
        return false;
    }
    ledger->store = dlsym(ledger->library, STORE_REDIS_SYMBOL);
    if (ledger->store != NULL && text_equal(ledger->store->version, VERSION))
        return true;
    snprintf(ret_what, STORE_WHAT_MAX,
             "%s is of another version than this program, " VERSION,
             text_bare(path).text);
    return false;
}

bool
ledger_open(const struct place *place, struct ledger *ret_ledger,
            char ret_what[STORE_WHAT_MAX])
{
    struct address address;
    const char *wrong = place_mistake(place);

    *ret_ledger = (struct ledger){.store = &store_file};
    if (wrong != NULL) {
        snprintf(ret_what, STORE_WHAT_MAX, "%s", wrong);
        return false;
    }
    place_parse(place->state, &address);
    if (address.kind != PLACE_FILE && !load_store(ret_ledger, ret_what))
        return false;
    ret_ledger->state = ret_ledger->store->open(place, &address, ret_what);
    return ret_ledger->state != NULL;
}

void
ledger_close(struct ledger *ledger)
{
    if (ledger->state != NULL)
        ledger->store->close(ledger->state);
    if (ledger->library != NULL)
        dlclose(ledger->library);
    *ledger = (struct ledger){0};
}

static enum reason
check_claims(const struct ledger_policy *policy, const struct ticket *ticket,
             struct verdict *verdict)
{
    verdict_check(verdict, "jti", policy->one_time ? "one_time" : "revocation");
    /* One that is empty tells no token from another. */
    if (ticket->token_id == NULL || *ticket->token_id == '\0')
        return verdict_refuse(verdict, REASON_MISSING_CLAIM,
                              "jti, which one_time and revocation need");
    if (policy->revocation && isnan(ticket->issued))
        return verdict_refuse(verdict, REASON_MISSING_CLAIM,
                              "iat, which revocation needs");
    return REASON_OK;
}

static enum reason
check_revoked(const struct ledger *ledger, const struct ticket *ticket,
              struct verdict *verdict)
{
    char what[STORE_WHAT_MAX] = "";

    verdict_check(verdict, "not revoked", "revocation");
    switch (ledger->store->revoked(ledger->state, ticket, what)) {
    case STORE_NO:
        return REASON_OK;
    case STORE_YES:
        return verdict_refuse(verdict, REASON_REVOKED, "%s", what);
    case STORE_FAILED:
    default:
        return verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    }
}

static enum reason
check_used(const struct ledger *ledger, const struct ticket *ticket, bool uses,
           struct verdict *verdict)
{
    char what[STORE_WHAT_MAX] = "";

    verdict_check(verdict, "first use", "one_time");
    switch ((uses ? ledger->store->use : ledger->store->used)(ledger->state,
                                                              ticket, what)) {
    case STORE_NO:
        return REASON_OK;
    case STORE_YES:
        return verdict_refuse(verdict, REASON_ALREADY_USED,
                              "its jti has logged in before, and one_time is "
                              "yes");
    case STORE_FAILED:
    default:
        return verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    }
}

enum reason
ledger_judge(const struct ledger_policy *policy, const struct ticket *ticket,
             bool uses, struct verdict *verdict)
{
    struct ledger ledger;
    char what[STORE_WHAT_MAX] = "";
    enum reason reason;

    if (!policy->one_time && !policy->revocation)
        return REASON_OK;
    reason = check_claims(policy, ticket, verdict);
    if (reason != REASON_OK)
        return reason;
    verdict_check(verdict, "state", "state");
    if (!ledger_open(&policy->place, &ledger, what))
        reason = verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    if (reason == REASON_OK && policy->revocation)
        reason = check_revoked(&ledger, ticket, verdict);
    if (reason == REASON_OK && policy->one_time)
        reason = check_used(&ledger, ticket, uses, verdict);
    ledger_close(&ledger);
    return reason;
}

enum reason
ledger_ask_again(const struct place *place, const struct ticket *ticket,
                 struct verdict *verdict)
{
    struct ledger ledger;
    char what[STORE_WHAT_MAX] = "";
    enum reason reason;

    reason =
        ledger_open(place, &ledger, what)
            ? check_revoked(&ledger, ticket, verdict)
            : verdict_refuse(verdict, REASON_STATE_UNAVAILABLE, "%s", what);
    ledger_close(&ledger);
    return reason;
}
