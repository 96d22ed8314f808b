/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drive CONFDIR TOKEN-FILE USER COUNT SHORT-TOKEN-FILE: what pamtester cannot
 * show of a module: a thousand loadings, each in a thread that ends; a login
 * without a user; the host's OpenSSL error queue. One line a case, the closing
 * line last.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct host {
    const char *confdir;
    const char *user; /* answers the question for a name */
    char token[20000];
    int names_asked;
    int secrets_asked;
    bool name_was_first;
};

static int passed;
static int failed;

static void
expect(bool holds, const char *what)
{
    printf("%s %s\n", holds ? "ok  " : "FAIL", what);
    *(holds ? &passed : &failed) += 1;
}

static int
converse(int count, const struct pam_message **messages,
         struct pam_response **ret_responses, void *data)
{
    struct host *host = data;
    struct pam_response *responses = calloc((size_t)count, sizeof *responses);

    for (int i = 0; i < count; i++) {
        bool is_name = messages[i]->msg_style == PAM_PROMPT_ECHO_ON;

        if (!is_name && messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
            continue;
        if (host->names_asked + host->secrets_asked == 0)
            host->name_was_first = is_name;
        *(is_name ? &host->names_asked : &host->secrets_asked) += 1;
        responses[i].resp = strdup(is_name ? host->user : host->token);
    }
    *ret_responses = responses;
    return PAM_SUCCESS;
}

/* One login; what PAM_USER was in the end, in `ret_user`. */
static int
login(struct host *host, const char *service, const char *user, char *ret_user)
{
    const struct pam_conv conversation = {converse, host};
    const void *item = NULL;
    pam_handle_t *pamh = NULL;
    int code;

    host->names_asked = 0;
    host->secrets_asked = 0;
    code =
        pam_start_confdir(service, user, &conversation, host->confdir, &pamh);
    if (code == PAM_SUCCESS)
        code = pam_authenticate(pamh, 0);
    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(pamh, 0);
    if (code == PAM_SUCCESS)
        code = pam_open_session(pamh, 0);
    if (code == PAM_SUCCESS)
        code = pam_close_session(pamh, 0);
    if (pamh != NULL) {
        if (ret_user != NULL &&
            pam_get_item(pamh, PAM_USER, &item) == PAM_SUCCESS)
            snprintf(ret_user, 256, "%s",
                     item != NULL ? (const char *)item : "");
        pam_end(pamh, code);
    }
    return code;
}

/* A token that ends between authentication and the account phase. */
static void
outlive_token(struct host *host, const char *token_file)
{
    const struct pam_conv conversation = {converse, host};
    struct host before = *host;
    pam_handle_t *pamh = NULL;
    FILE *file = fopen(token_file, "r");
    int code = PAM_SYSTEM_ERR;

    if (file != NULL && fgets(host->token, sizeof host->token, file) != NULL) {
        fclose(file);
        host->token[strcspn(host->token, "\n")] = '\0';
        if (pam_start_confdir("short", host->user, &conversation, host->confdir,
                              &pamh) == PAM_SUCCESS)
            code = pam_authenticate(pamh, 0);
    }
    expect(code == PAM_SUCCESS && pam_acct_mgmt(pamh, 0) == PAM_SUCCESS,
           "a token that ends soon logs in");
    sleep(4);
    expect(code == PAM_SUCCESS && pam_acct_mgmt(pamh, 0) == PAM_ACCT_EXPIRED,
           "once it has ended the account phase says so");
    expect(pam_setcred(pamh, PAM_ESTABLISH_CRED) == PAM_SUCCESS &&
               pam_setcred(pamh, PAM_DELETE_CRED) == PAM_SUCCESS,
           "setcred succeeds, however often");
    if (pamh != NULL)
        pam_end(pamh, code);
    *host = before;
}

/* Of two modules in a stack of ours alone, ours decides: PAM_IGNORE is no. */
static void
leave_setcred(struct host *host)
{
    const struct pam_conv conversation = {converse, host};
    pam_handle_t *pamh = NULL;

    if (pam_start_confdir("one", host->user, &conversation, host->confdir,
                          &pamh) != PAM_SUCCESS)
        return;
    expect(pam_setcred(pamh, PAM_ESTABLISH_CRED) == PAM_PERM_DENIED,
           "setcred of a login without a token is left to other modules");
    expect(pam_authenticate(pamh, 0) == PAM_SUCCESS &&
               pam_setcred(pamh, PAM_ESTABLISH_CRED) == PAM_SUCCESS &&
               pam_acct_mgmt(pamh, 0) == PAM_SUCCESS &&
               pam_setcred(pamh, PAM_ESTABLISH_CRED) == PAM_SUCCESS &&
               pam_open_session(pamh, 0) == PAM_SUCCESS &&
               pam_setcred(pamh, PAM_REINITIALIZE_CRED) == PAM_SUCCESS,
           "and of one with a token succeeds, before the session and behind");
    pam_end(pamh, PAM_SUCCESS);
}

/* Called by libpam in place of sleeping. */
static unsigned delay_asked;

static void
note_delay(int status, unsigned microseconds, void *data)
{
    (void)data;
    if (status != PAM_SUCCESS)
        delay_asked = microseconds;
}

static unsigned
delay_of(struct host *host, const char *answer)
{
    const struct pam_conv conversation = {converse, host};
    const union {
        void (*function)(int, unsigned, void *);
        const void *item;
    } delay = {note_delay};
    struct host before = *host;
    pam_handle_t *pamh = NULL;

    delay_asked = 0;
    snprintf(host->token, sizeof host->token, "%s", answer);
    if (pam_start_confdir("delay", host->user, &conversation, host->confdir,
                          &pamh) == PAM_SUCCESS) {
        pam_set_item(pamh, PAM_FAIL_DELAY, delay.item);
        pam_end(pamh, pam_authenticate(pamh, 0));
    }
    *host = before;
    return delay_asked;
}

/* libpam varies a delay by half of it in either direction. */
static void
ask_for_delay(struct host *host)
{
    static const char *const answers[] = {
        "hunter2", "", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.AAAAAAAAAAAA"};

    for (size_t i = 0; i < 3; i++) {
        char what[96];
        unsigned asked = delay_of(host, answers[i]);

        snprintf(what, sizeof what, "fail_delay is asked for, answer %zu", i);
        expect(asked >= 3500000 && asked <= 10500000, what);
    }
}

static void *
login_in_thread(void *data)
{
    struct host *host = data;

    return login(host, "one", host->user, NULL) == PAM_SUCCESS ? data : NULL;
}

static void
load_often(struct host *host, int count)
{
    char what[96];
    int good = 0;

    for (int i = 0; i < count; i++) {
        pthread_t thread;
        void *result = NULL;

        if (pthread_create(&thread, NULL, login_in_thread, host) == 0 &&
            pthread_join(thread, &result) == 0 && result != NULL)
            good++;
    }
    snprintf(what, sizeof what, "%d of %d logins in threads that end", good,
             count);
    expect(good == count, what);
}

static void
leave_error_queue(struct host *host)
{
    unsigned long before;

    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 77);
    before = ERR_peek_error();
    expect(login(host, "one", host->user, NULL) == PAM_SUCCESS &&
               ERR_peek_error() == before && ERR_peek_last_error() == before,
           "the host's OpenSSL errors are as they were after a yes");
    host->token[strlen(host->token) - 5] ^= 1;
    expect(login(host, "one", host->user, NULL) == PAM_AUTH_ERR &&
               ERR_peek_error() == before && ERR_peek_last_error() == before,
           "and after a no");
    host->token[strlen(host->token) - 5] ^= 1;
    expect(EVP_get_digestbyname("SHA256") != NULL &&
               EVP_get_cipherbyname("AES-128-CBC") != NULL,
           "the host's own OpenSSL still finds its algorithms");
    ERR_clear_error();
}

static void
log_in_without_user(struct host *host)
{
    char user[256] = "";

    expect(login(host, "one", NULL, user) == PAM_SUCCESS &&
               host->names_asked == 1 && host->name_was_first,
           "without a user the name is asked for, before the token");
    expect(login(host, "from_token", NULL, user) == PAM_SUCCESS &&
               host->names_asked == 0 && strcmp(user, host->user) == 0,
           "user_from_token lets the token choose, nothing is asked");
    expect(login(host, "from_token", "somebody", user) == PAM_AUTH_ERR &&
               strcmp(user, "somebody") == 0,
           "user_from_token never changes a user that is set");
    expect(login(host, "from_token_broken", NULL, user) ==
                   PAM_AUTHINFO_UNAVAIL &&
               host->names_asked == 1,
           "in a broken configuration the name is asked for");
}

int
main(int argc, char **argv)
{
    static struct host host;
    FILE *file;

    if (argc != 6)
        return 2;
    host.confdir = argv[1];
    host.user = argv[3];
    file = fopen(argv[2], "r");
    if (file == NULL || fgets(host.token, sizeof host.token, file) == NULL)
        return 2;
    fclose(file);
    host.token[strcspn(host.token, "\n")] = '\0';
    outlive_token(&host, argv[5]);
    leave_setcred(&host);
    leave_error_queue(&host);
    log_in_without_user(&host);
    ask_for_delay(&host);
    load_often(&host, atoi(argv[4]));
    printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed > 0;
}
