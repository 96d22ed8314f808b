/* SPDX-License-Identifier: BSD-2-Clause */
#include "login.h"

#include "text.h"
#include "usermap.h"

#include <stdlib.h>
#include <string.h>

/*
 * The checks, in this order:
 * 1. At least one key MUST be usable.
 * 2. The token MUST verify (token.c).
 * 3. Its identity MUST be the requested account's name, byte for byte, or a
 *    line of user_map MUST give it that account.
 * 4. The name MUST match user_pattern, before anything is looked up.
 * 5. The account database MUST know the account, and its uid MUST be allowed.
 */

static enum reason
load_keys(const struct issuer *issuer, const struct login_request *request,
          struct login *login)
{
    struct verdict *verdict = &login->verdict;
    enum reason reason;

    verdict_check(verdict, "keys", "key_file");
    reason = keyset_load(&issuer->key_files, issuer->key_encoding,
                         issuer->token.algorithms, (time_t)request->now,
                         &login->keys, &login->key_problems, NULL);
    if (reason == REASON_OK)
        return reason;
    return verdict_refuse(verdict, reason, "%s",
                          reason == REASON_NO_MEMORY
                              ? "loading the keys"
                              : "no key of key_file is usable (pam-jwt check)");
}

/* Which account: the one asked for must be the identity, or mapped to it. */
static enum reason
choose_user(const struct issuer *issuer, const struct login_request *request,
            const char *identity, const char **ret_user, struct login *login)
{
    struct verdict *verdict = &login->verdict;
    enum reason reason;

    if (issuer->user_map != NULL) {
        reason = usermap_choose(issuer->user_map, identity, request->user,
                                &login->mapped, verdict);
        *ret_user = login->mapped;
        return reason;
    }
    verdict_check(verdict, "user", "user_claim");
    if (request->user == NULL || text_equal(request->user, identity)) {
        *ret_user = request->user != NULL ? request->user : identity;
        return REASON_OK;
    }
    return verdict_refuse(
        verdict, REASON_USER_MISMATCH, "the token is for %s, asked for was %s",
        text_quote(identity, strlen(identity)).text,
        text_quote(request->user, strlen(request->user)).text);
}

enum reason
login_decide(const char *text, size_t length, const struct issuer *issuer,
             const struct login_request *request, struct login *ret_login)
{
    struct verdict *verdict = &ret_login->verdict;
    const struct template_facts facts = {request->hostname, request->service,
                                         request->user};
    const char *user = NULL;
    enum reason reason;

    *ret_login = (struct login){0};
    reason = load_keys(issuer, request, ret_login);
    if (reason == REASON_OK)
        reason = token_verify(text, length, &issuer->token, &ret_login->keys,
                              &facts, request->now, &ret_login->token,
                              &ret_login->key_problems, verdict);
    if (reason == REASON_OK)
        reason = choose_user(issuer, request, ret_login->token.claims.identity,
                             &user, ret_login);
    if (reason == REASON_OK)
        reason = account_check_name(user, &issuer->account, verdict);
    if (reason == REASON_OK && !request->skip_account)
        reason = account_check_entry(user, &issuer->account, verdict);
    if (reason != REASON_OK)
        return reason;

    ret_login->user = user;
    verdict->reason = REASON_OK;
    return REASON_OK;
}

void
login_done(struct login *login)
{
    token_done(&login->token);
    keyset_done(&login->keys);
    strings_done(&login->key_problems);
    free(login->mapped);
    *login = (struct login){0};
}
