/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam/counted.h"

#include "base/text.h"
#include "pam/pamlog.h"
#include "session/process.h"
#include "session/record_folder.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/*
 * An attempt has counted if pam_authenticate() succeeded, which this module
 * cannot see: a later module may refuse. The application calls acct_mgmt only
 * then, but sshd calls it for another method too, on the same handle, and never
 * twice. Measured on OpenSSH 9.2 and 10.0:
 *
 *   password method          auth and account in the monitor, which also opens
 *                            the session; its PAM data stays
 *   keyboard-interactive     auth and account in a child, which has a copy of
 *                            the monitor's PAM data and leaves none; once its
 *                            account phase is over the monitor calls none
 *   publickey, hostbased     account in the monitor, unless a child had one
 *   setcred                  in the monitor before the session, and in a child
 *                            behind it
 *
 * The rules:
 * 1. A record MUST be out of reach of the person: PAM data, and between sshd's
 *    processes a file of root's (record_folder.h). Neither the PAM environment
 *    nor SSH_AUTH_INFO_0 of a session MUST decide: pam_env with user_readenv
 *    lets a person set both.
 * 2. An attempt in sshd's monitor counts if libpam told sleep_after() so, at
 *    the end of the pam_authenticate() that it belongs to. If libpam told
 *    nobody, the account phase MUST refuse.
 * 3. An attempt in sshd's child counts if the account phase of that child is
 *    reached. The child is recognised by its conversation, which alone has
 *    data, by its title, and by a parent of the same executable. If only some
 *    of that holds, or no file can be left, the token MUST be refused.
 * 4. A file that stands when an account phase of the connection runs is of a
 *    child that sshd gave up, and MUST go. A token given to a second
 *    keyboard-interactive, behind one that has counted, MUST be refused: that
 *    child has no account phase. SSH_AUTH_INFO_0, which nobody but sshd sets
 *    before the session, tells.
 * 5. Elsewhere an attempt counts if the account phase is reached, and a new
 *    attempt begins a new login. A later pam_authenticate() on the handle, in
 *    which a module before this one may be enough, begins a new login too: then
 *    nothing of the earlier one MUST be left. sleep_after() tells; where the
 *    application has a delay function of its own it cannot be told.
 * 6. The account phase MUST judge every record that has counted, and confirms
 *    the last. Unconfirmed, a record MUST NOT reach a session, but by rule 7.
 * 7. Behind the account phase of a child the monitor has none. Then the
 *    monitor's session phase MUST itself judge what has counted as the account
 *    phase would have: the child's file, and the monitor's own attempts.
 * 8. A record MUST be removed when it is taken, at a later attempt, at the end
 *    of the session, and, of a process that is gone, at the next look.
 */

/* PAM data: the attempt of the latest auth phase, and what has counted. */
static const char attempt_name[] = "pam_jwt_attempt";
static const char login_name[] = "pam_jwt_login";
static const char made_name[] = "pam_jwt_made";

struct kept {
    pid_t process; /* that ran the auth phase */
    bool is_confirmed;
    bool is_behind_file; /* made when a child's file stood already */
    bool is_watched;     /* sleep_after() is told of what follows */
    char text[];
};

enum role {
    ROLE_OTHER, /* not sshd */
    ROLE_SSHD,
    ROLE_SSHD_CHILD,
    ROLE_UNSURE /* sshd, and it cannot be told which of its processes */
};

/* Where a phase runs, and what PAM data holds. */
struct caller {
    enum role role;
    bool is_known;       /* false: some of this cannot be told */
    struct process self; /* of sshd's processes; pid 0: /proc does not say */
    struct process connection;
    const struct kept *attempt; /* NULL: none */
    const struct kept *login;
    const struct kept *made;
};

/*
 * How the pam_authenticate() of the latest attempt ended. libpam hands no
 * handle to the function that it tells, so this is the thread's: a thread has
 * one login at a time.
 */
static __thread enum {
    END_UNKNOWN,
    END_SUCCESS,
    END_FAILURE
} attempt_end;

/* The handle of that attempt, and true if another one has ended since. */
static __thread const pam_handle_t *attempt_handle;
static __thread bool is_superseded;

static void
free_kept(pam_handle_t *pamh, void *data, int error_status)
{
    (void)pamh;
    (void)error_status;
    free(data);
}

/* False: PAM data cannot be read. */
static bool
find_kept(pam_handle_t *pamh, const char *name, const struct kept **ret_kept)
{
    const void *data = NULL;
    int code = pam_get_data(pamh, name, &data);

    *ret_kept = code == PAM_SUCCESS ? data : NULL;
    return code == PAM_SUCCESS || code == PAM_NO_MODULE_DATA;
}

static bool
put_kept(pam_handle_t *pamh, const char *name, const struct kept *facts,
         const char *text)
{
    size_t size = strlen(text) + 1;
    struct kept *kept = malloc(sizeof *kept + size);

    if (kept == NULL)
        return false;
    *kept = *facts;
    memcpy(kept->text, text, size);
    if (pam_set_data(pamh, name, kept, free_kept) == PAM_SUCCESS)
        return true;
    free(kept);
    return false;
}

/*
 * libpam calls this in place of its own delay, at the end of every
 * pam_authenticate() and with its result; the first is the attempt's own.
 */
static void
sleep_after(int status, unsigned microseconds, void *data)
{
    const struct timespec delay = {
        .tv_sec = microseconds / 1000000,
        .tv_nsec = (long)(microseconds % 1000000) * 1000,
    };

    (void)data;
    is_superseded = attempt_end != END_UNKNOWN;
    if (attempt_end == END_UNKNOWN)
        attempt_end = status == PAM_SUCCESS ? END_SUCCESS : END_FAILURE;
    if (status != PAM_SUCCESS && microseconds > 0)
        nanosleep(&delay, NULL);
}

/* A function as PAM has it among its items. */
union delay_item {
    void (*function)(int, unsigned, void *);
    const void *item;
};

/* False: the application's own delay stays; see rules 2 and 5. */
static bool
watch_end(pam_handle_t *pamh)
{
    const union delay_item ours = {sleep_after};
    const void *item = NULL;

    attempt_end = END_UNKNOWN;
    attempt_handle = pamh;
    is_superseded = false;
    return pam_get_item(pamh, PAM_FAIL_DELAY, &item) == PAM_SUCCESS &&
           (item == ours.item ||
            (item == NULL &&
             pam_set_item(pamh, PAM_FAIL_DELAY, ours.item) == PAM_SUCCESS));
}

static void
unwatch_end(pam_handle_t *pamh)
{
    const union delay_item ours = {sleep_after};
    const void *item = NULL;

    attempt_end = END_UNKNOWN;
    if (pam_get_item(pamh, PAM_FAIL_DELAY, &item) == PAM_SUCCESS &&
        item == ours.item)
        pam_set_item(pamh, PAM_FAIL_DELAY, NULL);
}

/* sshd and its like (sshd-session, gsisshd); the terminal's name is sshd's. */
static bool
is_sshd(pam_handle_t *pamh)
{
    char executable[PROCESS_TITLE_SIZE];

    process_executable(executable);
    return strstr(executable, "sshd") != NULL ||
           text_equal(pamlog_item(pamh, PAM_TTY), "ssh");
}

static bool
has_conversation_data(pam_handle_t *pamh)
{
    const void *item = NULL;

    if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
        return false;
    return ((const struct pam_conv *)item)->appdata_ptr != NULL;
}

static bool
has_child_title(void)
{
    static const char end[] = " [pam]";
    char title[PROCESS_TITLE_SIZE];
    size_t length;

    process_title(title);
    length = strlen(title);
    return length >= sizeof end - 1 &&
           strcmp(title + length - (sizeof end - 1), end) == 0;
}

/* An error that another phase of this login may not have met. */
static bool
is_passing(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM ||
           error == EINTR || error == EIO;
}

static enum role
find_role(pam_handle_t *pamh, struct caller *here)
{
    bool has_data;

    if (!is_sshd(pamh))
        return ROLE_OTHER;
    has_data = has_conversation_data(pamh);
    if (has_data != has_child_title())
        return ROLE_UNSURE;
    if (!process_self(&here->self)) {
        here->is_known = !is_passing(errno);
        return has_data ? ROLE_UNSURE : ROLE_SSHD;
    }
    here->connection = here->self;
    if (!has_data)
        return ROLE_SSHD;
    return process_parent(&here->connection) ? ROLE_SSHD_CHILD : ROLE_UNSURE;
}

static struct caller
find_caller(pam_handle_t *pamh)
{
    struct caller here = {.is_known = true};

    here.role = find_role(pamh, &here);
    if (!find_kept(pamh, attempt_name, &here.attempt) ||
        !find_kept(pamh, login_name, &here.login) ||
        !find_kept(pamh, made_name, &here.made))
        here.is_known = false;
    return here;
}

/* Rule 5: leaves out what an earlier pam_authenticate() of the handle left. */
static void
forget_superseded(pam_handle_t *pamh, struct caller *here)
{
    const struct kept **all[] = {&here->attempt, &here->login, &here->made};
    bool is_latest =
        attempt_handle == pamh && attempt_end == END_SUCCESS && !is_superseded;

    if (here->role != ROLE_OTHER || is_latest)
        return;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (*all[i] != NULL && (*all[i])->is_watched)
            *all[i] = NULL;
}

/* -1: no record can be there. False: that cannot be told. */
static bool
open_folder(const struct caller *here, int *ret_folder)
{
    *ret_folder = -1;
    if (here->role == ROLE_OTHER || here->connection.pid == 0 || geteuid() != 0)
        return here->is_known;
    return record_folder_open(RECORD_PARENT, ret_folder);
}

/* True if the attempt is there, and has counted. */
static bool
has_counted(const struct caller *here)
{
    if (here->attempt == NULL)
        return false;
    if (here->role == ROLE_OTHER)
        return true;
    if (here->role != ROLE_SSHD && here->attempt->process == getpid())
        return true;
    return attempt_end == END_SUCCESS;
}

/* An attempt of sshd's monitor that has counted stays, whatever is next. */
static bool
begin_in_sshd(pam_handle_t *pamh, const struct caller *here)
{
    int folder;

    if (here->attempt != NULL && attempt_end == END_SUCCESS &&
        !put_kept(pamh, login_name, here->attempt, here->attempt->text))
        return false;
    unwatch_end(pamh);
    if (open_folder(here, &folder) && folder >= 0) {
        record_sweep(folder, &here->self);
        close(folder);
    }
    return true;
}

bool
counted_begin(pam_handle_t *pamh)
{
    const struct caller here = find_caller(pamh);

    if (!here.is_known)
        return false;
    if (here.role == ROLE_OTHER && here.login != NULL)
        pam_set_data(pamh, login_name, NULL, NULL);
    if (here.role != ROLE_OTHER && !begin_in_sshd(pamh, &here))
        return false;
    if (here.attempt != NULL)
        pam_set_data(pamh, attempt_name, NULL, NULL);
    if (here.made != NULL)
        pam_set_data(pamh, made_name, NULL, NULL);
    return true;
}

/* True if sshd has counted keyboard-interactive; see rule 4. */
static bool
is_keyboard_listed(pam_handle_t *pamh)
{
    static const char method[] = "keyboard-interactive";
    const char *line = pam_getenv(pamh, "SSH_AUTH_INFO_0");

    while (line != NULL) {
        line += *line == '\n';
        if (strncmp(line, method, sizeof method - 1) == 0)
            return true;
        line = strchr(line, '\n');
    }
    return false;
}

/* Shows in the auth phase that a file can be left. */
static bool
keep_in_file(pam_handle_t *pamh, const struct caller *here, const char *text,
             char ret_error[COUNTED_ERROR_MAX])
{
    char why[RECORD_ERROR_MAX] = "only root can leave one";
    int folder = -1;
    bool done = false;

    if (here->role == ROLE_UNSURE)
        snprintf(why, sizeof why, "/proc does not show which process this is");
    else if (is_keyboard_listed(pamh))
        snprintf(why, sizeof why, "sshd judges no second one");
    else if (geteuid() == 0)
        folder = record_folder_make(RECORD_PARENT, why);
    if (folder >= 0) {
        snprintf(why, sizeof why, "it cannot be written");
        record_sweep(folder, &here->self);
        done = record_write(folder, &here->self, text);
        close(folder);
    }
    if (!done)
        snprintf(
            ret_error, COUNTED_ERROR_MAX,
            "sshd's keyboard-interactive needs a login record in " RECORD_PARENT
            "/" RECORD_FOLDER "; %s",
            why);
    return done;
}

static bool
has_file(const struct caller *here)
{
    bool is_there = false;
    int folder;

    if (open_folder(here, &folder) && folder >= 0) {
        is_there = record_is_confirmed(folder, &here->connection);
        close(folder);
    }
    return is_there;
}

enum reason
counted_keep(pam_handle_t *pamh, const char *text,
             char ret_error[COUNTED_ERROR_MAX])
{
    const struct caller here = find_caller(pamh);
    bool is_watched =
        (here.role == ROLE_OTHER || here.role == ROLE_SSHD) && watch_end(pamh);
    const struct kept facts = {.process = getpid(),
                               .is_behind_file = has_file(&here),
                               .is_watched = is_watched};

    snprintf(ret_error, COUNTED_ERROR_MAX, "keeping the login record");
    if ((here.role == ROLE_SSHD_CHILD || here.role == ROLE_UNSURE) &&
        !keep_in_file(pamh, &here, text, ret_error))
        return REASON_STATE_UNAVAILABLE;
    if (!put_kept(pamh, attempt_name, &facts, text))
        return REASON_NO_MEMORY;
    if (here.role != ROLE_SSHD || is_watched)
        return REASON_OK;
    snprintf(ret_error, COUNTED_ERROR_MAX,
             "another module has taken PAM_FAIL_DELAY, by which libpam says "
             "whether an attempt has counted");
    pam_set_data(pamh, attempt_name, NULL, NULL);
    return REASON_STATE_UNAVAILABLE;
}

/* Rule 4. False: it cannot be told. */
static bool
remove_given_up(const struct caller *here)
{
    int folder;

    if (!open_folder(here, &folder))
        return false;
    if (folder < 0)
        return true;
    record_remove(folder, &here->connection);
    close(folder);
    return true;
}

/* Hands the record of this child's attempt to the monitor. */
static bool
confirm_in_file(const struct caller *here)
{
    bool done;
    int folder;

    if (!open_folder(here, &folder) || folder < 0)
        return false;
    done = record_confirm(folder, &here->self, &here->connection);
    close(folder);
    return done;
}

/*
 * A child confirms only its own record: the monitor judges its own again (rule
 * 7).
 */
static bool
confirm(pam_handle_t *pamh, const struct caller *here)
{
    const struct kept *last =
        here->attempt != NULL ? here->attempt : here->login;
    struct kept facts;

    if (last == NULL)
        return true;
    if (here->role == ROLE_SSHD_CHILD)
        return last->process != getpid() || confirm_in_file(here);
    facts = *last;
    facts.is_confirmed = true;
    if (!put_kept(pamh, login_name, &facts, last->text))
        return false;
    if (here->attempt != NULL)
        pam_set_data(pamh, attempt_name, NULL, NULL);
    return true;
}

static int
judge_all(pam_handle_t *pamh, const struct caller *here, counted_judge *judge)
{
    const char *texts[] = {
        here->login != NULL ? here->login->text : NULL,
        here->attempt != NULL ? here->attempt->text : NULL,
    };
    int code = PAM_IGNORE;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i] == NULL)
            continue;
        code = judge(pamh, texts[i]);
        if (code != PAM_SUCCESS)
            return code;
    }
    if (confirm(pamh, here))
        return code;
    pam_syslog(pamh, LOG_ALERT, "the login record cannot be confirmed");
    return PAM_PERM_DENIED;
}

/* Leaves out an attempt that did not count. False: that cannot be told. */
static bool
settle_attempt(pam_handle_t *pamh, struct caller *here)
{
    if (here->attempt == NULL || has_counted(here))
        return true;
    if (attempt_end == END_UNKNOWN) {
        pam_syslog(pamh, LOG_ALERT,
                   "it cannot be told whether the token's attempt has counted");
        return false;
    }
    pam_set_data(pamh, attempt_name, NULL, NULL);
    here->attempt = NULL;
    return true;
}

int
counted_account(pam_handle_t *pamh, counted_judge *judge)
{
    struct caller here = find_caller(pamh);

    forget_superseded(pamh, &here);
    if (!settle_attempt(pamh, &here))
        return PAM_PERM_DENIED;
    if (here.is_known && remove_given_up(&here))
        return judge_all(pamh, &here, judge);
    pam_syslog(pamh, LOG_CRIT, "the login record cannot be read");
    return PAM_PERM_DENIED;
}

static bool
note_made(pam_handle_t *pamh)
{
    const struct kept facts = {.process = getpid(),
                               .is_watched = attempt_handle == pamh};

    return put_kept(pamh, made_name, &facts, "");
}

bool
counted_is_login(pam_handle_t *pamh)
{
    struct caller here = find_caller(pamh);

    forget_superseded(pamh, &here);
    if (here.made != NULL || here.login != NULL || has_counted(&here))
        return true;
    /* For the child in which sshd calls it again. */
    return has_file(&here) && note_made(pamh);
}

/* Takes the file of a child. False: it cannot be read. */
static bool
take_file(const struct caller *here, char **ret_text)
{
    bool done;
    int folder;

    *ret_text = NULL;
    if (!open_folder(here, &folder))
        return false;
    if (folder < 0)
        return true;
    done = record_read(folder, &here->connection, ret_text);
    record_remove(folder, &here->connection);
    record_sweep(folder, &here->self);
    close(folder);
    return done;
}

/* The record that counts, of those that PAM data holds; NULL: none does. */
static const struct kept *
choose_kept(const struct caller *here)
{
    /* Rule 7: sshd calls no account phase behind that of a child. */
    if (here->role == ROLE_SSHD && has_counted(here))
        return here->attempt;
    if (here->login != NULL &&
        (here->login->is_confirmed || here->role == ROLE_SSHD))
        return here->login;
    return NULL;
}

/* Chooses the last of the two; the other is judged here. */
static bool
choose(pam_handle_t *pamh, const struct kept *kept, const char *file,
       counted_judge *judge, struct counted *ret_counted)
{
    bool is_kept = kept != NULL && (file == NULL || kept->is_behind_file);
    const char *other = is_kept ? file : kept != NULL ? kept->text : NULL;

    if (other != NULL && judge(pamh, other) != PAM_SUCCESS)
        return false;
    if (!is_kept && file == NULL)
        return true;
    *ret_counted = (struct counted){
        .text = strdup(is_kept ? kept->text : file),
        .asks_again = !is_kept || !kept->is_confirmed,
    };
    return ret_counted->text != NULL && note_made(pamh);
}

bool
counted_take(pam_handle_t *pamh, counted_judge *judge,
             struct counted *ret_counted)
{
    struct caller here = find_caller(pamh);
    char *file = NULL;
    bool done;

    forget_superseded(pamh, &here);
    *ret_counted = (struct counted){0};
    done = here.is_known && take_file(&here, &file) &&
           choose(pamh, choose_kept(&here), file, judge, ret_counted);
    free(file);
    return done;
}

void
counted_end(pam_handle_t *pamh)
{
    const struct caller here = find_caller(pamh);
    int folder;

    if (!open_folder(&here, &folder) || folder < 0)
        return;
    record_remove(folder, &here.connection);
    close(folder);
}
