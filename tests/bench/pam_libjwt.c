/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_libjwt.so key=FILE alg=NAME min_uid=N: the least that a module has to do
 * for a login with a token if libjwt verifies it. What is done for the account
 * and for the log is what ours does.
 */
#define PAM_SM_AUTH

#include "bench.h"

#include <jwt.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

static const char *
argument(int argc, const char **argv, const char *name)
{
    size_t length = strlen(name);

    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], name, length) == 0)
            return argv[i] + length;
    return "";
}

static bool
token_is_good(const char *token, const char *path, const char *algorithm,
              const char *user)
{
    size_t length;
    const char *key = bench_read(path, &length);
    const char *subject;
    jwt_t *jwt = NULL;
    bool good;

    if (key == NULL ||
        jwt_decode(&jwt, token, (const unsigned char *)key, (int)length) != 0)
        return false;
    subject = jwt_get_grant(jwt, "sub");
    good = strcmp(jwt_alg_str(jwt_get_alg(jwt)), algorithm) == 0 &&
           jwt_get_grant_int(jwt, "exp") > time(NULL) && subject != NULL &&
           strcmp(subject, user) == 0;
    jwt_free(jwt);
    return good;
}

static bool
account_is_good(const char *user, const char *min_uid)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char buffer[4096];

    return getpwnam_r(user, &entry, buffer, sizeof buffer, &found) == 0 &&
           found != NULL && found->pw_uid >= strtoul(min_uid, NULL, 10);
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const char *user = NULL;
    char *token = NULL;
    bool good;

    (void)flags;
    if (pam_get_user(pamh, &user, NULL) != PAM_SUCCESS ||
        pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &token, "Token: ") !=
            PAM_SUCCESS ||
        token == NULL)
        return PAM_AUTH_ERR;
    good = token_is_good(token, argument(argc, argv, "key="),
                         argument(argc, argv, "alg="), user) &&
           account_is_good(user, argument(argc, argv, "min_uid="));
    explicit_bzero(token, strlen(token));
    free(token);
    pam_syslog(pamh, LOG_INFO, "%s: user=%s", good ? "accepted" : "refused",
               user);
    return good ? PAM_SUCCESS : PAM_AUTH_ERR;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
