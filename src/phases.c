/* SPDX-License-Identifier: BSD-2-Clause */
#include "phases.h"

#include "companion.h"
#include "config.h"
#include "conversation.h"
#include "handover.h"
#include "pamlog.h"
#include "text.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

/* systemd takes no number of seconds that overflows its microseconds. */
#define LIMIT_MAX INT64_C(3162240000) /* a hundred years */

static bool
hand_over(pam_handle_t *pamh, const struct login *login)
{
    const struct handover handover = {
        .user = login->user,
        .identity = login->token.claims.identity,
        .ticket = login->ticket,
        .expires = login->token.claims.expires,
        .revocation = login->issuer->ledger.revocation,
        .place = login->issuer->ledger.place,
        .limits_session = login->issuer->session_limit,
        .environment = &login->environment,
    };

    return handover_put(pamh, &handover);
}

static double
seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The facts of a token, as far as they are known: " alg=... sub=...". */
static void
show_facts(const struct token *token, char *into, size_t size)
{
    const struct {
        const char *name;
        const char *value;
        bool of_payload;
    } facts[] = {
        {"sub", token->claims.subject, true},
        {"iss", token->claims.issuer, true},
        {"alg", token->jws.algorithm, false},
        {"kid", token->jws.kid, false},
        {"jti", token->claims.token_id, true},
    };
    size_t used = 0;

    into[0] = '\0';
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        /* Until the signature holds the payload is nobody's word. */
        if (facts[i].value == NULL ||
            (facts[i].of_payload && token->payload == NULL))
            continue;
        used += (size_t)snprintf(into + used, size - used, " %s=%s",
                                 facts[i].name, text_bare(facts[i].value).text);
    }
    if (token->payload != NULL && token->claims.expires > 0)
        snprintf(into + used, size - used, " exp=%.0f", token->claims.expires);
}

/* Five values of at most TEXT_SHOWN_MAX and a little, and a time. */
#define FACTS_MAX (5 * (TEXT_SHOWN_MAX + 16) + 32)

static void
log_decision(pam_handle_t *pamh, const struct login *login)
{
    const struct verdict *verdict = &login->verdict;
    char facts[FACTS_MAX];
    int level = pamlog_level(verdict->reason);

    show_facts(&login->token, facts, sizeof facts);
    for (size_t i = 0; i < login->key_problems.count; i++)
        pam_syslog(pamh, level == LOG_ALERT ? LOG_ALERT : LOG_WARNING,
                   "key left out: %s", login->key_problems.items[i]);
    for (size_t i = 0; i < login->left_out.count; i++)
        pam_syslog(pamh, LOG_WARNING, "left out: %s", login->left_out.items[i]);
    if (verdict->reason == REASON_OK) {
        pam_syslog(pamh, level, "accepted: user=%s%s",
                   text_bare(login->user).text, facts);
        return;
    }
    pamlog_failure(pamh);
    pam_syslog(pamh, level, "%s: %s%s%s", reason_name(verdict->reason),
               verdict->detail, facts[0] != '\0' ? ";" : "", facts);
}

static void
log_checks(pam_handle_t *pamh, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++)
        pam_syslog(pamh, LOG_DEBUG, "check %s: %s", verdict->checks[i].name,
                   i + 1 < verdict->count || verdict->reason == REASON_OK
                       ? "ok"
                       : reason_name(verdict->reason));
}

/*
 * A token that does not hold together, of a length at which programs cut, was
 * cut: that is what the administrator has to know.
 */
static void
blame_cutting(struct verdict *verdict, const struct answer *answer)
{
    char was[VERDICT_DETAIL_MAX];

    if (!answer->may_be_cut || !verdict->torn ||
        (verdict->reason != REASON_MALFORMED &&
         verdict->reason != REASON_BAD_SIGNATURE))
        return;
    snprintf(was, sizeof was, "%s: %.400s", reason_name(verdict->reason),
             verdict->detail);
    verdict_refuse(verdict, REASON_TOKEN_CUT,
                   "%s; the last part has a length at which sudo (511), ssh "
                   "(1023) or a terminal (4095) cuts: use pam-jwt askpass or "
                   "give the token in parts",
                   was);
}

static enum reason
judge(pam_handle_t *pamh, const struct config *config,
      const struct answer *answer, const char *user)
{
    const struct login_request request = {
        .service = pamlog_item(pamh, PAM_SERVICE),
        .user = user,
        .hostname = config->hostname,
        .now = seconds_now(),
        .uses_up = true,
    };
    struct login login;
    enum reason reason;

    reason = login_decide(answer->token, strlen(answer->token), &config->policy,
                          &request, &login);
    if (reason != REASON_OK)
        blame_cutting(&login.verdict, answer);
    else if ((user == NULL &&
              pam_set_item(pamh, PAM_USER, login.user) != PAM_SUCCESS) ||
             !hand_over(pamh, &login))
        verdict_refuse(&login.verdict, REASON_NO_MEMORY, "ending the login");
    reason = login.verdict.reason;
    if (config->debug)
        log_checks(pamh, &login.verdict);
    log_decision(pamh, &login);
    login_done(&login);
    return reason;
}

/* Between the two phases minutes may pass, and a revocation. */
static bool
is_not_revoked(pam_handle_t *pamh, const struct handover *login)
{
    struct verdict verdict = {0};
    enum reason reason =
        ledger_ask_again(&login->place, &login->ticket, &verdict);

    if (reason == REASON_OK)
        return true;
    pam_syslog(pamh, pamlog_level(reason), "%s: %s; the token that logged in",
               reason_name(reason), verdict.detail);
    return false;
}

/* The account phase: whether the token that logged in is still good. */
static int
account(pam_handle_t *pamh)
{
    struct handover login;
    enum handover_result result = handover_get(pamh, &login);
    int code = PAM_PERM_DENIED;

    if (result == HANDOVER_NONE) {
        code = PAM_IGNORE;
    } else if (result == HANDOVER_BAD) {
        pam_syslog(pamh, LOG_CRIT, "what the login left cannot be read");
    } else if (seconds_now() >= login.ticket.until) {
        pam_syslog(pamh, LOG_NOTICE, "%s: the token that logged in, exp=%.0f",
                   reason_name(REASON_EXPIRED), login.expires);
        code = PAM_ACCT_EXPIRED;
    } else if (!login.revocation || is_not_revoked(pamh, &login)) {
        code = PAM_SUCCESS;
    }
    handover_done(&login);
    return code;
}

/* How long the session may last; NULL: out of memory. */
static char *
make_limit(const struct handover *login)
{
    double seconds = login->ticket.until - seconds_now();
    char *text = NULL;

    /* 0 would be no limit at all. */
    if (seconds < 1)
        seconds = 1;
    if (seconds > LIMIT_MAX)
        seconds = LIMIT_MAX;
    return asprintf(&text, "%lld", (long long)seconds) < 0 ? NULL : text;
}

/* Who it is, and by which token; NULL: out of memory. */
static char *
make_record(const struct handover *login)
{
    const struct {
        const char *name;
        const char *value;
    } facts[] = {
        {"identity", login->identity},
        {"iss", login->ticket.issuer},
        {"jti", login->ticket.token_id},
    };
    char text[FACTS_MAX] = "";
    char *record = NULL;
    size_t used = 0;

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].value != NULL)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, " %s=%s",
                                 facts[i].name, text_bare(facts[i].value).text);
    return asprintf(&record, "user=%s%s exp=%.0f", text_bare(login->user).text,
                    text, login->expires) < 0
               ? NULL
               : record;
}

/* A limit that was promised and cannot be set is an error. */
static int
open_session(pam_handle_t *pamh, char **ret_record, char **ret_limit)
{
    struct handover login;
    enum handover_result result = handover_take(pamh, &login);
    char *record = NULL;
    char *limit = NULL;
    int code = result == HANDOVER_NONE ? PAM_IGNORE : PAM_SESSION_ERR;

    if (result != HANDOVER_THERE || !handover_export(pamh, &login))
        goto out;
    record = make_record(&login);
    if (login.limits_session)
        limit = make_limit(&login);
    if (record == NULL || (login.limits_session && limit == NULL))
        goto out;
    *ret_record = record;
    *ret_limit = limit;
    record = NULL;
    limit = NULL;
    code = PAM_SUCCESS;

out:
    free(record);
    free(limit);
    handover_done(&login);
    return code;
}

extern const struct phases pam_jwt_phases;
const struct phases pam_jwt_phases = {
    .identity = companion_identity,
    .judge = judge,
    .clear = handover_clear,
    .account = account,
    .open_session = open_session,
};
