/* SPDX-License-Identifier: BSD-2-Clause */
#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#define PAM_SM_SESSION
#define PAM_SM_PASSWORD

#include "base/plugin.h"
#include "config/config.h"
#include "pam/conversation.h"
#include "pam/counted.h"
#include "pam/pam_jwt_token.h"
#include "pam/pamlog.h"
#include "token/looks_like_token.h"
#include "token/parts.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/*
 * A guest in the process of sshd, sudo, su and login: it leaves no thread key,
 * handler or callback behind, because it is unloaded at pam_end(). What a
 * token needs it loads when there is one, and keeps until pam_end().
 */

/* From open_session to close_session, which run in one process. */
static const char session_name[] = "pam_jwt_session";

/*
 * Name of the PAM data by which pam_systemd, further down the stack, limits the
 * session.
 */
static const char limit_name[] = "systemd.runtime_max_sec";

static void
free_data(pam_handle_t *pamh, void *data, int error_status)
{
    (void)pamh;
    (void)error_status;
    free(data);
}

static void
free_plugin(pam_handle_t *pamh, void *data, int error_status)
{
    plugin_close(data);
    free_data(pamh, data, error_status);
}

/*
 * Loads the object that handles tokens, of this build. One of another build,
 * for another line of the stack, has another name. NULL: it could not be
 * loaded, and that is logged.
 */
static const struct phases *
load_phases(pam_handle_t *pamh)
{
    const void *data = NULL;
    struct plugin *plugin;
    char what[PLUGIN_WHAT_MAX] = "out of memory";

    if (pam_get_data(pamh, plugin_identity, &data) == PAM_SUCCESS &&
        data != NULL) {
        const struct plugin *loaded = data;

        return loaded->table;
    }
    plugin = calloc(1, sizeof *plugin);
    if (plugin != NULL &&
        plugin_open(PLUGIN_TOKEN, PLUGIN_TOKEN_TABLE, plugin, what) &&
        pam_set_data(pamh, plugin_identity, plugin, free_plugin) == PAM_SUCCESS)
        return plugin->table;
    pam_syslog(pamh, LOG_ALERT, "%s", what);
    if (plugin != NULL)
        plugin_close(plugin);
    free(plugin);
    return NULL;
}

static enum reason
refuse_config(pam_handle_t *pamh, const struct config *config)
{
    pamlog_failure(pamh);
    for (size_t i = 0; i < config->errors.count; i++)
        pam_syslog(pamh, LOG_ALERT, "bad_config: %s", config->errors.items[i]);
    if (config->errors.count == 0)
        pam_syslog(pamh, LOG_ALERT, "bad_config: out of memory");
    return REASON_BAD_CONFIG;
}

/*
 * A token in a wrapping is refused and not taken out of it: which of two tokens
 * in a JSON text was meant is a guess.
 */
static enum reason
refuse_wrapping(pam_handle_t *pamh, bool may_be_cut, const char *wrapping)
{
    char what[256];

    snprintf(what, sizeof what, "%sthe answer has %s: give the token alone%s",
             may_be_cut ? "malformed: " : "", wrapping,
             may_be_cut ? "; the last part has a length at which a program "
                          "may have cut it"
                        : "");
    return pamlog_refuse(pamh, may_be_cut ? REASON_TOKEN_CUT : REASON_MALFORMED,
                         what);
}

static enum reason
decide(pam_handle_t *pamh, const struct config *config, struct answer *answer,
       const struct found_token *found, const char *user)
{
    const struct phases *phases;

    if (config->is_mistaken)
        return refuse_config(pamh, config);
    if (found->wrapping != NULL)
        return refuse_wrapping(pamh, answer->may_be_cut, found->wrapping);
    answer_take(answer, found);
    phases = load_phases(pamh);
    return phases != NULL
               ? phases->judge(pamh, config, answer, user, counted_keep)
               : pamlog_refuse(pamh, REASON_BAD_CONFIG,
                               "the installation is not whole, see above");
}

/*
 * PAM_AUTHTOK never holds a token when the next module runs: neither the one
 * that was judged nor one that only has the shape.
 */
static void
remove_token(pam_handle_t *pamh, bool was_judged)
{
    const char *text = pamlog_item(pamh, PAM_AUTHTOK);
    size_t length = text != NULL ? strlen(text) : 0;
    struct found_token found;

    if (text != NULL &&
        (was_judged ||
         answer_unwrap(text, length, parts_is_cutting_length(length), &found) !=
             REASON_NOT_A_TOKEN))
        pam_set_item(pamh, PAM_AUTHTOK, NULL);
}

/* Leaves a password to the module behind: pam_unix try_first_pass takes it. */
static enum reason
pass_on(pam_handle_t *pamh, const struct answer *answer)
{
    if (!answer->was_there &&
        pam_set_item(pamh, PAM_AUTHTOK, answer->text) != PAM_SUCCESS)
        return pamlog_refuse(pamh, REASON_NO_MEMORY, "passing the password on");
    return REASON_NOT_A_TOKEN;
}

/*
 * Decides about an answer. A token is told from a password before the
 * configuration counts: a mistake in it never refuses a password.
 */
static enum reason
judge(pam_handle_t *pamh, const struct config *config, struct answer *answer,
      const char *user)
{
    struct found_token found;
    enum reason reason = answer_unwrap(answer->token, strlen(answer->token),
                                       answer->may_be_cut, &found);

    if (reason == REASON_NOT_A_TOKEN)
        return pass_on(pamh, answer);
    if (reason == REASON_NO_MEMORY)
        return pamlog_refuse(pamh, reason, "looking at the answer");
    return decide(pamh, config, answer, &found, user);
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
        pamh, config->prompt != NULL ? config->prompt : PARTS_PROMPT_DEFAULT,
        ret_answer);
}

/*
 * The user's name, before anything else is asked. With user_from_token an
 * unknown one stays unknown (NULL), so that the token can choose.
 */
static enum reason
get_user(pam_handle_t *pamh, const struct config *config, const char **ret_user)
{
    *ret_user = pamlog_item(pamh, PAM_USER);
    if (*ret_user == NULL && config->user_from_token && !config->is_mistaken)
        return REASON_OK;
    if (pam_get_user(pamh, ret_user, NULL) == PAM_SUCCESS && *ret_user != NULL)
        return REASON_OK;
    return pamlog_unanswered(pamh, REASON_CONVERSATION_FAILED,
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
        pamlog_unanswered(pamh, reason, "the token could not be asked for");
        goto out;
    }
    reason = judge(pamh, config, &answer, user);
    was_judged = answer.was_there && reason != REASON_NOT_A_TOKEN;
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

    if (!counted_begin(pamh))
        return PAM_BUF_ERR;
    config_read(CONFIG_PATH, argc, argv, &config);
    /*
     * On every path, and for a password too: otherwise an existing and an
     * unknown user take different times behind pam_unix. Microseconds.
     */
    pam_fail_delay(pamh, (unsigned)(config.fail_delay * 1e6));
    reason = authenticate(pamh, flags, &config);
    config_done(&config);
    return pamlog_code(reason);
}

/*
 * There is nothing to establish. A success for a login that no token made would
 * skip the setcred of the modules behind (success=done); PAM_IGNORE for one
 * that a token made would end it where no other module stands in auth.
 */
int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    (void)argc;
    (void)argv;
    return counted_is_login(pamh) ? PAM_SUCCESS : PAM_IGNORE;
}

static int
judge_account(pam_handle_t *pamh, const char *text)
{
    const struct phases *phases = load_phases(pamh);

    return phases != NULL ? phases->account(pamh, text) : PAM_PERM_DENIED;
}

/*
 * Where another method logged in, that is for the other modules to judge, and
 * PAM_IGNORE leaves it to them, whatever the configuration is like.
 */
int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    (void)argc;
    (void)argv;
    return counted_account(pamh, judge_account);
}

/* The session's own copy of a text. False: it is freed. */
static bool
keep(pam_handle_t *pamh, const char *name, char *text)
{
    if (pam_set_data(pamh, name, text, free_data) == PAM_SUCCESS)
        return true;
    free(text);
    return false;
}

/* One line at the start and one at the end: who it was, and by which token. */
static bool
begin_session(pam_handle_t *pamh, char *record, char *limit)
{
    if (limit != NULL && !keep(pamh, limit_name, limit)) {
        free(record);
        return false;
    }
    if (!keep(pamh, session_name, record))
        return false;
    pam_syslog(pamh, LOG_INFO, "session opened: %s", record);
    return true;
}

static int
open_counted(pam_handle_t *pamh, const struct counted *login)
{
    const struct phases *phases = load_phases(pamh);
    char *line = NULL;
    char *limit = NULL;
    int code = PAM_PERM_DENIED;

    if (phases != NULL)
        code = phases->open_session(pamh, login->text, login->asks_again, &line,
                                    &limit);
    if (code == PAM_SUCCESS && !begin_session(pamh, line, limit))
        code = PAM_PERM_DENIED;
    return code;
}

/*
 * A refusal is PAM_PERM_DENIED: sudo goes on after PAM_SESSION_ERR (measured,
 * 1.9.13). The control word of the line says what it means (optional: the
 * session opens without its limit and variables).
 */
int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct counted login;
    int code = PAM_PERM_DENIED;

    (void)flags;
    (void)argc;
    (void)argv;
    if (counted_take(pamh, judge_account, &login))
        code = login.text == NULL ? PAM_IGNORE : open_counted(pamh, &login);
    free(login.text);
    if (code == PAM_PERM_DENIED)
        pam_syslog(pamh, LOG_CRIT,
                   "the session is refused: its login record, its environment "
                   "or its limit");
    return code;
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const void *record = NULL;

    (void)flags;
    (void)argc;
    (void)argv;
    counted_end(pamh);
    if (pam_get_data(pamh, session_name, &record) != PAM_SUCCESS ||
        record == NULL)
        return PAM_IGNORE;
    pam_syslog(pamh, LOG_INFO, "session closed: %s", (const char *)record);
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
