/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam/pam_jwt_token.h"

#include "base/plugin.h"
#include "base/text.h"
#include "config/config.h"
#include "pam/conversation.h"
#include "pam/pamlog.h"
#include "session/login_record.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

/* systemd takes no number of seconds that overflows its microseconds. */
#define LIMIT_MAX INT64_C(3162240000) /* a hundred years */

/* The largest time that a record can hold, as in a token. */
#define TIME_MAX 9007199254740991.0

static bool
read_clock(double *ret_seconds)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0)
        return false;
    *ret_seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
    return true;
}

/* Keeps what the other phases need. */
static enum reason
keep_record(pam_handle_t *pamh, const struct login *login, counted_keeper *keep,
            char ret_error[COUNTED_ERROR_MAX])
{
    const char *service = pamlog_item(pamh, PAM_SERVICE);
    struct login_record record = {
        .service = service != NULL ? service : "",
        .user = login->user,
        .identity = login->token.claims.identity,
        .ticket = login->ticket,
        .expires = login->token.claims.expires,
        .revocation = login->issuer->replay.revocation,
        .store_uri = login->issuer->replay.store_uri,
        .limits_session = login->issuer->session_limit,
        .is_foreign = login->issuer->account.is_foreign,
        .environment = &login->environment,
    };
    enum reason reason = REASON_NO_MEMORY;
    char *text;

    if (record.ticket.until > TIME_MAX)
        record.ticket.until = TIME_MAX;
    text = login_record_text(&record);
    snprintf(ret_error, COUNTED_ERROR_MAX, "writing the login record");
    if (text != NULL)
        reason = keep(pamh, text, ret_error);
    free(text);
    return reason;
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
        used +=
            (size_t)snprintf(into + used, size - used, " %s=%s", facts[i].name,
                             text_log_value(facts[i].value).text);
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
                   text_log_value(login->user).text, facts);
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

static void
end_login(pam_handle_t *pamh, const char *user, counted_keeper *keep,
          struct login *login)
{
    char error[COUNTED_ERROR_MAX] = "setting PAM_USER";
    enum reason reason = REASON_NO_MEMORY;

    if (user != NULL ||
        pam_set_item(pamh, PAM_USER, login->user) == PAM_SUCCESS)
        reason = keep_record(pamh, login, keep, error);
    if (reason != REASON_OK)
        verdict_refuse(&login->verdict, reason, "%s", error);
}

static enum reason
judge(pam_handle_t *pamh, const struct config *config,
      const struct answer *answer, const char *user, counted_keeper *keep)
{
    struct login_request request = {
        .service = pamlog_item(pamh, PAM_SERVICE),
        .user = user,
        .hostname = config->hostname,
        .uses_up = true,
    };
    struct login login = {0};
    enum reason reason;

    if (!read_clock(&request.now))
        return pamlog_refuse(pamh, REASON_STATE_UNAVAILABLE,
                             "the clock cannot be read");
    reason = login_decide(answer->token, strlen(answer->token), &config->policy,
                          &request, &login);
    if (reason == REASON_OK)
        end_login(pamh, user, keep, &login);
    else if (answer->may_be_cut)
        verdict_blame_cutting(&login.verdict);
    reason = login.verdict.reason;
    if (config->debug)
        log_checks(pamh, &login.verdict);
    log_decision(pamh, &login);
    login_done(&login);
    return reason;
}

/* Asks the state again: minutes may have passed, and a revocation. */
static bool
is_not_revoked(pam_handle_t *pamh, const struct login_record *record)
{
    struct verdict verdict = {0};
    enum reason reason =
        replay_ask_again(&record->store_uri, &record->ticket, &verdict);

    if (reason == REASON_OK)
        return true;
    pam_syslog(pamh, pamlog_level(reason), "%s: %s; the token that logged in",
               reason_name(reason), verdict.detail);
    return false;
}

/* Reads a record; false: it is not one of this service, and that is logged. */
static bool
read_record(pam_handle_t *pamh, const char *text,
            struct login_record *ret_record)
{
    const char *service = pamlog_item(pamh, PAM_SERVICE);

    if (login_record_parse(text, ret_record) &&
        text_equal(ret_record->service, service != NULL ? service : ""))
        return true;
    pam_syslog(pamh, LOG_CRIT,
               "the login record cannot be read, or is of "
               "another service");
    return false;
}

/* The code of the account phase; the session has but one for a refusal. */
static int
judge_time(pam_handle_t *pamh, const struct login_record *record)
{
    double now;

    if (!read_clock(&now)) {
        pam_syslog(pamh, LOG_ALERT, "the clock cannot be read");
        return PAM_PERM_DENIED;
    }
    if (now < record->ticket.until)
        return PAM_SUCCESS;
    pam_syslog(pamh, LOG_NOTICE, "%s: the token that logged in, exp=%.0f",
               reason_name(REASON_EXPIRED), record->expires);
    return PAM_ACCT_EXPIRED;
}

static bool
is_item(pam_handle_t *pamh, int item, const char *wanted)
{
    return text_equal(pamlog_item(pamh, item), wanted);
}

static void
log_other_user(pam_handle_t *pamh, const struct login_record *record)
{
    pam_syslog(pamh, LOG_CRIT, "the token logged in %s, but PAM_USER is %s",
               text_log_value(record->user).text,
               text_log_value(pamlog_item(pamh, PAM_USER)).text);
}

static int
account(pam_handle_t *pamh, const char *text)
{
    struct login_record record;
    int code = PAM_PERM_DENIED;

    if (read_record(pamh, text, &record)) {
        if (!is_item(pamh, PAM_USER, record.user))
            log_other_user(pamh, &record);
        else
            code = judge_time(pamh, &record);
        if (code == PAM_SUCCESS && record.revocation &&
            !is_not_revoked(pamh, &record))
            code = PAM_PERM_DENIED;
    }
    login_record_done(&record);
    return code;
}

/* The seconds that the session may last; NULL: it cannot be made. */
static char *
make_limit(const struct login_record *record)
{
    double now;
    double seconds;
    char *text = NULL;

    if (!read_clock(&now))
        return NULL;
    seconds = record->ticket.until - now;
    /* 0 would be no limit at all. */
    if (seconds < 1)
        seconds = 1;
    if (seconds > LIMIT_MAX)
        seconds = LIMIT_MAX;
    return asprintf(&text, "%lld", (long long)seconds) < 0 ? NULL : text;
}

/* Adds " name=value" if there is a value. */
static void
add_fact(char text[FACTS_MAX], const char *name, const char *value)
{
    size_t used = strlen(text);

    if (value != NULL)
        snprintf(text + used, FACTS_MAX - used, " %s=%s", name,
                 text_log_value(value).text);
}

/* Makes the audit line: the person, and the token. NULL: out of memory. */
static char *
make_line(pam_handle_t *pamh, const struct login_record *record)
{
    char facts[FACTS_MAX] = "";
    char target[FACTS_MAX] = "";
    char *line = NULL;

    add_fact(facts, "identity", record->identity);
    add_fact(facts, "iss", record->ticket.issuer);
    add_fact(facts, "jti", record->ticket.token_id);
    if (!is_item(pamh, PAM_USER, record->user))
        add_fact(target, "target", pamlog_item(pamh, PAM_USER));
    return asprintf(&line, "user=%s%s exp=%.0f%s",
                    text_log_value(record->user).text, facts, record->expires,
                    target) < 0
               ? NULL
               : line;
}

/*
 * sudo and doas put the target into PAM_USER after the account phase; there the
 * person who logged in is PAM_RUSER.
 */
static bool
is_still_good(pam_handle_t *pamh, const struct login_record *record,
              bool asks_again)
{
    if (!is_item(pamh, PAM_USER, record->user) &&
        !is_item(pamh, PAM_RUSER, record->user)) {
        log_other_user(pamh, record);
        return false;
    }
    return judge_time(pamh, record) == PAM_SUCCESS &&
           (!asks_again || !record->revocation || is_not_revoked(pamh, record));
}

/* A session runs as a Unix account, and this token's user is not one. */
static bool
may_have_session(pam_handle_t *pamh, const struct login_record *record)
{
    if (record->is_foreign)
        pam_syslog(pamh, LOG_CRIT,
                   "no session for %s: local_account = none for this service",
                   text_log_value(record->user).text);
    return !record->is_foreign;
}

static bool
export_variables(pam_handle_t *pamh, const struct login_record *record)
{
    for (size_t i = 0; i < record->environment->count; i++)
        if (pam_putenv(pamh, record->environment->items[i]) != PAM_SUCCESS)
            return false;
    return true;
}

/* A limit that was promised and cannot be set is an error. */
static int
open_session(pam_handle_t *pamh, const char *text, bool asks_again,
             char **ret_line, char **ret_limit)
{
    struct login_record record;
    char *line = NULL;
    char *limit = NULL;
    int code = PAM_PERM_DENIED;

    if (!read_record(pamh, text, &record) || !may_have_session(pamh, &record) ||
        !is_still_good(pamh, &record, asks_again) ||
        !export_variables(pamh, &record))
        goto out;
    line = make_line(pamh, &record);
    if (record.limits_session)
        limit = make_limit(&record);
    if (line == NULL || (record.limits_session && limit == NULL))
        goto out;
    *ret_line = line;
    *ret_limit = limit;
    line = NULL;
    limit = NULL;
    code = PAM_SUCCESS;

out:
    free(line);
    free(limit);
    login_record_done(&record);
    return code;
}

extern const struct phases pam_jwt_phases;
const struct phases pam_jwt_phases = {
    .identity = plugin_identity,
    .judge = judge,
    .account = account,
    .open_session = open_session,
};
