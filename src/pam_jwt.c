/* SPDX-License-Identifier: BSD-2-Clause */
#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#define PAM_SM_SESSION
#define PAM_SM_PASSWORD

#include "config.h"
#include "conversation.h"
#include "jsondoc.h"
#include "login.h"
#include "shape.h"
#include "text.h"

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

static const char data_name[] = "pam_jwt_login";

/* Used while no valid configuration says another. */
static const char prompt_default[] = "Token:";

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

/* What the phases behind authentication know of the login. */
struct login_data {
    double ends; /* when the token is no longer valid, skew included */
};

static void
free_data(pam_handle_t *pamh, void *data, int error_status)
{
    (void)pamh;
    (void)error_status;
    free(data);
}

static const struct login_data *
get_data(pam_handle_t *pamh)
{
    const void *data = NULL;

    return pam_get_data(pamh, data_name, &data) == PAM_SUCCESS ? data : NULL;
}

static bool
set_data(pam_handle_t *pamh, const struct config *config,
         const struct login *login)
{
    struct login_data *data = malloc(sizeof *data);

    if (data == NULL)
        return false;
    data->ends =
        login->token.claims.expires + config->issuer.token.claims.clock_skew;
    if (pam_set_data(pamh, data_name, data, free_data) == PAM_SUCCESS)
        return true;
    free(data);
    return false;
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
    };
    struct login login;
    enum reason reason;

    reason = login_decide(answer->token, strlen(answer->token), &config->issuer,
                          &request, &login);
    if (reason != REASON_OK)
        blame_cutting(&login.verdict, answer);
    else if (!set_data(pamh, config, &login) ||
             (user == NULL &&
              pam_set_item(pamh, PAM_USER, login.user) != PAM_SUCCESS))
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
        pamh, config->prompt != NULL ? config->prompt : prompt_default,
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
    if (pam_set_data(pamh, data_name, NULL, NULL) != PAM_SUCCESS)
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

/*
 * Without data another method logged in: that is for the other modules to
 * judge, and PAM_IGNORE leaves it to them.
 */
int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const struct login_data *data = get_data(pamh);

    (void)flags;
    (void)argc;
    (void)argv;
    if (data == NULL)
        return PAM_IGNORE;
    if (seconds_now() < data->ends)
        return PAM_SUCCESS;
    pam_syslog(pamh, LOG_NOTICE, "%s: the token that logged in",
               reason_name(REASON_EXPIRED));
    return PAM_ACCT_EXPIRED;
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    (void)argc;
    (void)argv;
    return get_data(pamh) != NULL ? PAM_SUCCESS : PAM_IGNORE;
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    (void)argc;
    (void)argv;
    return get_data(pamh) != NULL ? PAM_SUCCESS : PAM_IGNORE;
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
