/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/login.h"

#include "account/usermap.h"
#include "base/text.h"
#include "login/export.h"

#include <stdlib.h>
#include <string.h>

/*
 * The checks, in this order:
 * 0. This host MUST have every algorithm that the configuration names.
 * 1. The text MUST be a JWT in compact form (jws.c).
 * 2. A section MUST be for this service and this issuer (issuer.c).
 * 3. At least one key MUST be usable.
 * 4. The token MUST verify (token.c).
 * 5. The key that verified it MUST NOT be in a section of another issuer. It
 *    comes behind 4, as a forged token must not make a host read all keys.
 * 6. Its identity MUST be the requested account's name, byte for byte, or a
 *    line of user_map MUST give it that account; without a map it MUST be a
 *    string.
 * 7. The name MUST match user_pattern and be one of allow_users, before
 *    anything is looked up.
 * 8. The account database MUST know the account, its uid MUST be allowed, and
 *    it MUST be in one of allow_groups.
 * 9. It MUST NOT be revoked or used before (ledger.c): the last, so that a
 *    token which is refused for anything else is not used up.
 */

static enum reason
load_keys(const struct login_request *request, struct login *login)
{
    const struct issuer *issuer = login->issuer;
    struct verdict *verdict = &login->verdict;
    enum reason reason;

    verdict_check(verdict, "keys", keyset_setting(issuer_key_kind(issuer)));
    reason = issuer_load_keys(issuer, (time_t)request->now, &login->keys,
                              &login->key_problems, NULL);
    if (reason == REASON_OK)
        return reason;
    if (reason == REASON_NO_MEMORY)
        return verdict_refuse(verdict, reason, "loading the keys");
    return verdict_refuse(verdict, reason,
                          "no key of %s is usable (pam-jwt check)",
                          keyset_setting(issuer_key_kind(issuer)));
}

/* Which account: the one asked for must be the identity, or mapped to it. */
static enum reason
choose_user(const struct login_request *request, const char **ret_user,
            struct login *login)
{
    const struct issuer *issuer = login->issuer;
    const char *identity = login->token.claims.identity;
    struct verdict *verdict = &login->verdict;
    enum reason reason;

    if (issuer->user_map != NULL) {
        reason = usermap_choose(issuer->user_map, identity, request->user,
                                &login->mapped, verdict);
        *ret_user = login->mapped;
        return reason;
    }
    verdict_check(verdict, "user", "user_claim");
    if (login->token.claims.is_integer)
        return verdict_refuse(
            verdict, REASON_BAD_CLAIM,
            "%s is an integer, which needs a user_map",
            text_log_value(issuer->token.claims.user_claim).text);
    if (request->user == NULL || text_equal(request->user, identity)) {
        *ret_user = request->user != NULL ? request->user : identity;
        return REASON_OK;
    }
    return verdict_refuse(
        verdict, REASON_USER_MISMATCH, "the token is for %s, asked for was %s",
        text_quote(identity, strlen(identity)).text,
        text_quote(request->user, strlen(request->user)).text);
}

/* By what the token is known again, in the account phase too. */
static void
set_ticket(struct login *login)
{
    const struct claims *claims = &login->token.claims;

    login->ticket = (struct ticket){
        .issuer = claims->issuer,
        .known_as = &login->issuer->known_as,
        .token_id = claims->token_id,
        .subject = claims->subject,
        .issued = claims->issued,
        .until = claims->expires + login->issuer->token.claims.clock_skew,
    };
}

/* The token itself: is it good, by the rules of its section? */
static enum reason
verify_token(const char *text, size_t length, const struct policy *policy,
             const struct login_request *request, struct login *login)
{
    struct verdict *verdict = &login->verdict;
    const struct template_facts facts = {.hostname = request->hostname,
                                         .service = request->service,
                                         .user = request->user};
    enum reason reason;

    reason = token_parse(text, length, policy->token_size_max, &login->token,
                         verdict);
    if (reason == REASON_OK)
        reason = issuer_choose(policy, request->service, &login->token,
                               &login->issuer, verdict);
    if (reason == REASON_OK)
        reason = load_keys(request, login);
    if (reason == REASON_OK)
        reason =
            token_verify(&login->token, &login->issuer->token, &login->keys,
                         &facts, request->now, &login->key_problems, verdict);
    if (reason == REASON_OK)
        reason = issuer_check_key(policy, login->issuer, login->keys.used,
                                  request->now, verdict);
    return reason;
}

enum reason
login_decide(const char *text, size_t length, const struct policy *policy,
             const struct login_request *request, struct login *ret_login)
{
    struct verdict *verdict = &ret_login->verdict;
    const char *user = NULL;
    enum reason reason;

    *ret_login = (struct login){0};
    reason = issuers_check_algorithms(policy, verdict);
    if (reason == REASON_OK)
        reason = verify_token(text, length, policy, request, ret_login);
    if (reason == REASON_OK) {
        set_ticket(ret_login);
        reason = choose_user(request, &user, ret_login);
    }
    if (reason == REASON_OK)
        reason = account_check_name(user, &ret_login->issuer->account, verdict);
    if (reason == REASON_OK && !request->skip_account)
        reason =
            account_check_entry(user, &ret_login->issuer->account, verdict);
    if (reason == REASON_OK &&
        !environment_make(&ret_login->issuer->exports, ret_login->token.payload,
                          &ret_login->environment, &ret_login->left_out))
        reason =
            verdict_refuse(verdict, REASON_NO_MEMORY, "making the environment");
    if (reason == REASON_OK)
        reason = replay_judge(&ret_login->issuer->replay, &ret_login->ticket,
                              request->uses_up, verdict);
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
    strings_done(&login->environment);
    strings_done(&login->left_out);
    free(login->mapped);
    *login = (struct login){0};
}
