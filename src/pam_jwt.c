/* SPDX-License-Identifier: BSD-2-Clause */
#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#define PAM_SM_SESSION
#define PAM_SM_PASSWORD

#include "config.h"
#include "conversation.h"
#include "handover.h"
#include "login.h"
#include "prompt.h"
#include "shape.h"
#include "text.h"

#include <math.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/*
 * A guest in the process of sshd, sudo, su and login: it leaves no thread key,
 * handler or callback behind, because it is unloaded at pam_end().
 */

/* From open_session to close_session, which run in one process. */
static const char session_name[] = "pam_jwt_session";

/* What pam_systemd, further down the stack, ends the session by. */
static const char limit_name[] = "systemd.runtime_max_sec";

/* systemd takes no number of seconds that overflows its microseconds. */
#define LIMIT_MAX (100 * 366 * 86400.0)

static int
pam_code(enum reason reason)
{
    switch (reason) {
#define X(id, name, text, pam, level, exit) \
    case REASON_##id:                       \
        return pam;
        REASON_TABLE(X)
#undef X
    case REASON_UNDECIDED:
    case REASON_END:
    default:
        return PAM_AUTH_ERR;
    }
}

static int
log_level(enum reason reason)
{
    switch (reason) {
#define X(id, name, text, pam, level, exit) \
    case REASON_##id:                       \
        return level;
        REASON_TABLE(X)
#undef X
    case REASON_UNDECIDED:
    case REASON_END:
    default:
        return LOG_ERR;
    }
}

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

static const char *
get_text(pam_handle_t *pamh, int item)
{
    const void *text = NULL;

    return pam_get_item(pamh, item, &text) == PAM_SUCCESS ? text : NULL;
}

/*
 * Exactly what pam_unix writes, because fail2ban and others read it; nothing
 * may be added. The values come from outside, the user's name above all.
 */
static void
log_failure(pam_handle_t *pamh)
{
    const char *user = get_text(pamh, PAM_USER);

    pam_syslog(pamh, LOG_NOTICE,
               "authentication failure; logname= uid=%lu euid=%lu tty=%s "
               "ruser=%s rhost=%s%s%s",
               (unsigned long)getuid(), (unsigned long)geteuid(),
               text_field(get_text(pamh, PAM_TTY), "").text,
               text_field(get_text(pamh, PAM_RUSER), "").text,
               text_field(get_text(pamh, PAM_RHOST), ":%").text,
               user != NULL && *user != '\0' ? "  user=" : "",
               text_field(user, "").text);
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
    int level = log_level(verdict->reason);

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
    log_failure(pamh);
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

/* A refusal that no token had a part in. */
static enum reason
refuse(pam_handle_t *pamh, enum reason reason, const char *what)
{
    log_failure(pamh);
    pam_syslog(pamh, log_level(reason), "%s: %s", reason_name(reason), what);
    return reason;
}

static enum reason
refuse_config(pam_handle_t *pamh, const struct config *config)
{
    log_failure(pamh);
    for (size_t i = 0; i < config->errors.count; i++)
        pam_syslog(pamh, LOG_ALERT, "bad_config: %s", config->errors.items[i]);
    if (config->errors.count == 0)
        pam_syslog(pamh, LOG_ALERT, "bad_config: out of memory");
    return REASON_BAD_CONFIG;
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
decide(pam_handle_t *pamh, const struct config *config,
       const struct answer *answer, const char *user)
{
    const struct login_request request = {
        .service = get_text(pamh, PAM_SERVICE),
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

/*
 * PAM_AUTHTOK never holds a token when the next module runs: neither the one
 * that was judged nor one that only has the shape.
 */
static void
remove_token(pam_handle_t *pamh, bool was_judged)
{
    const char *text = get_text(pamh, PAM_AUTHTOK);
    size_t skip = text != NULL ? strspn(text, " \r\n") : 0;

    if (text != NULL &&
        (was_judged || shape_is_token(text + skip, strlen(text + skip), false)))
        pam_set_item(pamh, PAM_AUTHTOK, NULL);
}

/* Leaves a password to the module behind: pam_unix try_first_pass takes it. */
static enum reason
pass_on(pam_handle_t *pamh, const struct answer *answer)
{
    if (!answer->was_there &&
        pam_set_item(pamh, PAM_AUTHTOK, answer->text) != PAM_SUCCESS)
        return refuse(pamh, REASON_NO_MEMORY, "passing the password on");
    return REASON_NOT_A_TOKEN;
}

static enum reason
get_answer(pam_handle_t *pamh, const struct config *config,
           struct answer *ret_answer)
{
    enum reason reason;

    *ret_answer = (struct answer){0};
    if (config->use_first_pass || config->try_first_pass) {
        reason = conversation_earlier(pamh, ret_answer);
        if (reason != REASON_NO_TOKEN || config->use_first_pass)
            return reason;
    }
    return conversation_ask(
        pamh, config->prompt != NULL ? config->prompt : PROMPT_DEFAULT,
        ret_answer);
}

/*
 * The user's name, before anything else is asked. With user_from_token an
 * unknown one stays unknown (NULL), so that the token can choose.
 */
static enum reason
get_user(pam_handle_t *pamh, const struct config *config, const char **ret_user)
{
    *ret_user = get_text(pamh, PAM_USER);
    if (*ret_user == NULL && config->user_from_token && !config->is_mistaken)
        return REASON_OK;
    if (pam_get_user(pamh, ret_user, NULL) == PAM_SUCCESS && *ret_user != NULL)
        return REASON_OK;
    return refuse(pamh, REASON_CONVERSATION_FAILED,
                  "the user's name could not be asked for");
}

static enum reason
authenticate(pam_handle_t *pamh, int flags, const struct config *config)
{
    struct answer answer = {0};
    const char *user = NULL;
    bool was_judged = false;
    enum reason reason;

    reason = get_user(pamh, config, &user);
    if (reason != REASON_OK)
        return reason;
    reason = get_answer(pamh, config, &answer);
    if (reason == REASON_NO_TOKEN)
        goto out;
    if (reason != REASON_OK) {
        refuse(pamh, reason, "the token could not be asked for");
        goto out;
    }
    /* The shape first: a broken configuration never refuses a password. */
    if (!shape_is_token(answer.token, strlen(answer.token),
                        answer.may_be_cut)) {
        reason = pass_on(pamh, &answer);
    } else {
        was_judged = answer.was_there;
        reason = config->is_mistaken ? refuse_config(pamh, config)
                                     : decide(pamh, config, &answer, user);
    }
    if (reason != REASON_OK && answer.may_be_cut)
        conversation_warn_cut(pamh, flags);

out:
    remove_token(pamh, was_judged);
    answer_done(&answer);
    return reason;
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct config config;
    enum reason reason;

    /* What an attempt before left must not reach this one's session. */
    if (!handover_clear(pamh))
        return PAM_BUF_ERR;
    config_read(CONFIG_PATH, argc, argv, &config);
    /*
     * On every path, and for a password too: otherwise an existing and an
     * unknown user take different times behind pam_unix. Microseconds.
     */
    pam_fail_delay(pamh, (unsigned)(config.fail_delay * 1e6));
    reason = authenticate(pamh, flags, &config);
    config_done(&config);
    return pam_code(reason);
}

/* There is nothing to establish, in whatever process and however often. */
int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
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
    pam_syslog(pamh, log_level(reason), "%s: %s; the token that logged in",
               reason_name(reason), verdict.detail);
    return false;
}

/*
 * Where another method logged in, that is for the other modules to judge, and
 * PAM_IGNORE leaves it to them, whatever the configuration is like.
 */
int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct handover login;
    enum handover_result result = handover_get(pamh, &login);
    int code = PAM_PERM_DENIED;

    (void)flags;
    (void)argc;
    (void)argv;
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

static void
free_data(pam_handle_t *pamh, void *data, int error_status)
{
    (void)pamh;
    (void)error_status;
    free(data);
}

static void
free_session(pam_handle_t *pamh, void *data, int error_status)
{
    (void)pamh;
    (void)error_status;
    handover_done(data);
    free(data);
}

static bool
limit_session(pam_handle_t *pamh, const struct handover *login)
{
    double seconds = floor(login->ticket.until - seconds_now());
    char *text = NULL;

    /* 0 would be no limit at all. */
    if (asprintf(&text, "%.0f", fmin(fmax(seconds, 1), LIMIT_MAX)) < 0)
        return false;
    if (pam_set_data(pamh, limit_name, text, free_data) == PAM_SUCCESS)
        return true;
    free(text);
    return false;
}

/* One line at the start and one at the end: who it was, and by which token. */
static void
log_session(pam_handle_t *pamh, const char *what, const struct handover *login)
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
    size_t used = 0;

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].value != NULL)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, " %s=%s",
                                 facts[i].name, text_bare(facts[i].value).text);
    pam_syslog(pamh, LOG_INFO, "session %s: user=%s%s exp=%.0f", what,
               text_bare(login->user).text, text, login->expires);
}

/*
 * Keeps the login for the end of the session, and empties the caller's. NULL:
 * out of memory, and the caller's is as it was.
 */
static const struct handover *
keep_session(pam_handle_t *pamh, struct handover *login)
{
    struct handover *kept = malloc(sizeof *kept);

    if (kept == NULL)
        return NULL;
    *kept = *login;
    if (pam_set_data(pamh, session_name, kept, free_session) != PAM_SUCCESS) {
        free(kept);
        return NULL;
    }
    *login = (struct handover){0};
    return kept;
}

/*
 * A limit that was promised and cannot be set is an error; the control word of
 * the session line says what that means ("required": no session).
 */
int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct handover login;
    const struct handover *kept = NULL;
    enum handover_result result = handover_take(pamh, &login);
    int code = PAM_SESSION_ERR;

    (void)flags;
    (void)argc;
    (void)argv;
    if (result == HANDOVER_NONE) {
        code = PAM_IGNORE;
    } else if (result == HANDOVER_THERE && handover_export(pamh, &login) &&
               (!login.limits_session || limit_session(pamh, &login))) {
        kept = keep_session(pamh, &login);
    }
    if (kept != NULL) {
        log_session(pamh, "opened", kept);
        code = PAM_SUCCESS;
    }
    if (code == PAM_SESSION_ERR)
        pam_syslog(pamh, LOG_CRIT,
                   "the session could not be set up: environment, limit or "
                   "what the login left");
    handover_done(&login);
    return code;
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const void *login = NULL;

    (void)flags;
    (void)argc;
    (void)argv;
    if (pam_get_data(pamh, session_name, &login) != PAM_SUCCESS ||
        login == NULL)
        return PAM_IGNORE;
    log_session(pamh, "closed", login);
    return PAM_SUCCESS;
}

/* A token is not something that is changed here: refused, never ignored. */
int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_AUTHTOK_ERR;
}
