/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/check/finding.h"
#include "cli/check/pam_service.h"
#include "config/config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The codes by which the module refuses a token (reason.h). */
static const char *const refusals[] = {
    "auth_err", "authinfo_unavail", "user_unknown",
    "buf_err",  "conv_err",         "default",
};

/* And in the account phase. */
static const char *const account_refusals[] = {
    "acct_expired",
    "perm_denied",
    "default",
};

struct service {
    const char *folder;
    const char *name;
    const struct pamlines *lines;
    const struct config *config;
    struct findings *findings;
};

static bool
is_ours(const struct pamline *line)
{
    return text_equal(line->module, PAMLINE_MODULE);
}

/* "FILE:LINE" */
static struct shown
where_of(const struct pamline *line)
{
    struct shown shown;

    snprintf(shown.text, sizeof shown.text, "%.100s:%lu", line->file,
             line->number);
    return shown;
}

/* Decides whether a refusal ends, or at least fails, the stack. */
static const char *
find_harmless(const struct pamline *line, const char *const *codes,
              size_t count)
{
    char action[16];

    for (size_t i = 0; i < count; i++) {
        pamline_action(line, codes[i], action);
        if (!text_equal(action, "bad") && !text_equal(action, "die"))
            return codes[i];
    }
    return NULL;
}

static void
check_auth(const struct service *service, const struct pamline *line)
{
    const char *code =
        find_harmless(line, refusals, sizeof refusals / sizeof refusals[0]);
    char action[16];

    if (code != NULL)
        finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                    "that may send it over the network or let its holder in",
                    "use [success=done ignore=ignore default=die]",
                    "a token that is refused (%s) goes on to the next module",
                    code);
    pamline_action(line, "ignore", action);
    if (!text_equal(action, "ignore"))
        finding_add(service->findings, FINDING_WARNING, where_of(line).text,
                    "a password is refused before another module can try it",
                    "use [success=done ignore=ignore default=die]", "ignore=%s",
                    action);
}

static void
check_account(const struct service *service, const struct pamline *line)
{
    const char *code =
        find_harmless(line, account_refusals,
                      sizeof account_refusals / sizeof account_refusals[0]);
    char action[16];

    if (code != NULL)
        finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                    "what this line decides does not count", "use required",
                    "a token that is expired or revoked (%s) logs in all the "
                    "same",
                    code);
    pamline_action(line, "success", action);
    if (text_equal(action, "done"))
        finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                    "pam_unix and others behind it are not asked whether the "
                    "account is locked",
                    "use required", "success ends the account phase");
}

static bool
has_argument(const struct pamline *line, const char *argument)
{
    return strings_have(&line->arguments, argument);
}

static bool
limits_sessions(const struct config *config)
{
    for (size_t i = 0; i < config->policy.issuer_count; i++)
        if (config->policy.issuers[i].session_limit)
            return true;
    return false;
}

static bool
exports(const struct config *config)
{
    for (size_t i = 0; i < config->policy.issuer_count; i++)
        if (config->policy.issuers[i].exports.count > 0)
            return true;
    return false;
}

static bool
reads_user_file(const struct pamline *line)
{
    return text_equal(line->module, "pam_env.so") &&
           has_argument(line, "user_readenv=1");
}

/* True if a line of this type has its effect before one of ours has. */
static bool
is_before(const struct pamline *line, const struct pamline *ours)
{
    bool is_auth = text_equal_nocase(line->type, "auth");

    if (!is_ours(ours) || text_equal_nocase(ours->type, "account"))
        return false;
    /* An auth line acts in setcred too, before every session line. */
    if (is_auth && text_equal_nocase(ours->type, "session"))
        return true;
    return line < ours && text_equal_nocase(line->type, ours->type);
}

/* The first line of ours that a line comes before; NULL: it comes behind. */
static const struct pamline *
find_behind(const struct service *service, const struct pamline *line)
{
    for (size_t i = 0; i < service->lines->count; i++)
        if (is_before(line, &service->lines->items[i]))
            return &service->lines->items[i];
    return NULL;
}

/* pam_env in front lets a person change SSH_AUTH_INFO_0. */
static void
check_user_file(const struct service *service, const struct pamline *line)
{
    const struct pamline *behind = find_behind(service, line);

    if (behind != NULL)
        finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                    "people can change there what sshd says of their key",
                    "put it behind pam_jwt, or take user_readenv=1 away",
                    "user_readenv=1 in front of pam_jwt (%s)",
                    where_of(behind).text);
    else if (text_equal_nocase(line->type, "session") &&
             exports(service->config))
        finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                    "it lets people set the variables of export_env themselves",
                    "take user_readenv=1 away",
                    "user_readenv=1 behind pam_jwt");
}

/* Lines of the session phase that have to stand behind, or before, ours. */
static void
check_session(const struct service *service, const struct pamline *ours)
{
    char action[16];

    for (const struct pamline *line = service->lines->items;
         line < service->lines->items + service->lines->count; line++) {
        if (!text_equal_nocase(line->type, "session"))
            continue;
        if (line < ours && text_equal(line->module, "pam_systemd.so") &&
            limits_sessions(service->config))
            finding_add(service->findings, FINDING_ERROR, where_of(ours).text,
                        "sessions outlive their tokens",
                        "put the line before it",
                        "session_limit has no effect behind pam_systemd (%s)",
                        where_of(line).text);
    }
    pamline_action(ours, "perm_denied", action);
    if (limits_sessions(service->config) && !text_equal(action, "bad") &&
        !text_equal(action, "die"))
        finding_add(service->findings, FINDING_WARNING, where_of(ours).text,
                    "it outlives its token", "with session_limit use required",
                    "a session whose limit cannot be set is opened without "
                    "one");
}

/* Reports the mistakes that the module would find in the line's arguments. */
static void
check_arguments(const struct service *service, const struct pamline *line)
{
    struct config config;

    if (!config_read(service->config->path, (int)line->arguments.count,
                     (const char *const *)line->arguments.items, &config))
        for (size_t i = 0; i < config.errors.count; i++)
            finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                        "every token is refused as bad_config",
                        "correct the argument", "%s", config.errors.items[i]);
    config_done(&config);
}

/*
 * Reports whether what the line names is installed, unless that is for other
 * lines to say: the folder may be of another system, where "pam_jwt.so" is
 * another file.
 */
static void
check_objects(const struct service *service, const struct pamline *line)
{
    if (line->path[0] == '/')
        cli_check_objects(line->path, service->findings);
    else if (text_equal(service->folder, PAM_FOLDER))
        cli_check_objects(PAMDIR "/pam_jwt.so", service->findings);
}

/* True if a section for the service is not for Unix accounts. */
static bool
is_foreign(const struct service *service)
{
    const struct policy *policy = &service->config->policy;
    const char *named = issuers_named_service(policy, service->name);

    for (size_t i = 0; i < policy->issuer_count; i++)
        if (policy->issuers[i].account.is_foreign &&
            issuer_answers(&policy->issuers[i], named))
            return true;
    return false;
}

static void
check_foreign_session(const struct service *service, const struct pamline *line)
{
    if (is_foreign(service))
        finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                    "a session runs as a Unix account: it is refused to users "
                    "who are not",
                    "take the line out, or set local_account = required",
                    "%s has a session line of pam_jwt, and local_account = "
                    "none for it",
                    service->name);
}

static void
check_service(const struct service *service)
{
    const struct pamline *auth = NULL;
    bool has_account = false;
    bool has_session = false;

    for (size_t i = 0; i < service->lines->count; i++) {
        const struct pamline *line = &service->lines->items[i];

        if (reads_user_file(line))
            check_user_file(service, line);
        if (!is_ours(line))
            continue;
        if (text_equal_nocase(line->type, "auth")) {
            auth = line;
            check_auth(service, line);
            check_arguments(service, line);
            check_objects(service, line);
        } else if (text_equal_nocase(line->type, "account")) {
            has_account = true;
            check_account(service, line);
        } else if (text_equal_nocase(line->type, "session")) {
            has_session = true;
            check_session(service, line);
            check_foreign_session(service, line);
        }
    }
    if (auth != NULL && !has_account)
        finding_add(service->findings,
                    limits_sessions(service->config) || exports(service->config)
                        ? FINDING_ERROR
                        : FINDING_WARNING,
                    where_of(auth).text,
                    "a token that expires or is revoked before the session "
                    "opens is not noticed, and the session has nothing of it",
                    "add account required pam_jwt.so",
                    "%s has no account line of pam_jwt", service->name);
    if (auth != NULL && !has_session && !is_foreign(service))
        finding_add(service->findings,
                    limits_sessions(service->config) || exports(service->config)
                        ? FINDING_ERROR
                        : FINDING_WARNING,
                    where_of(auth).text,
                    "there is no export_env, no session_limit, no audit line",
                    "add session optional pam_jwt.so",
                    "%s has no session line of pam_jwt", service->name);
}

/* Lines that libpam cuts, of the file of the service itself. */
static bool
check_cut(const struct service *service)
{
    const struct strings *cut = &service->lines->cut;
    char path[4096];
    size_t found = 0;

    snprintf(path, sizeof path, "%s/%s:", service->folder, service->name);
    for (size_t i = 0; i < cut->count; i++)
        if (strncmp(cut->items[i], path, strlen(path)) == 0) {
            finding_add(service->findings, FINDING_ERROR,
                        text_log_value(cut->items[i]).text,
                        "what stands behind it does not count, in brackets "
                        "neither",
                        "put remarks on lines of their own, and a value with a "
                        "# into the file",
                        "libpam cuts the line of pam_jwt at its #");
            found++;
        }
    return found > 0;
}

/* Two tokens in one login: each line would undo what the other decided. */
static void
check_twice(const struct service *service)
{
    const struct pamline *first = NULL;

    for (size_t i = 0; i < service->lines->count; i++) {
        const struct pamline *line = &service->lines->items[i];

        if (!is_ours(line) || !text_equal_nocase(line->type, "auth"))
            continue;
        if (first != NULL)
            finding_add(service->findings, FINDING_ERROR, where_of(line).text,
                        "each of them asks for a token, and the second undoes "
                        "what the first decided",
                        "leave one of them",
                        "%s has another auth line of pam_jwt (%s)",
                        service->name, where_of(first).text);
        first = first != NULL ? first : line;
    }
    if (first != NULL)
        cli_check_services(service->name, service->config, service->findings);
}

/* True if the file itself names the module, or only what it includes. */
static bool
stands_in(const struct pamlines *lines, const char *folder, const char *name)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (size_t i = 0; i < lines->count; i++)
        if (is_ours(&lines->items[i]) && text_equal(lines->items[i].file, path))
            return true;
    return false;
}

void
cli_check_pam(const char *folder, const struct config *config,
              struct findings *findings)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort);
    size_t found = 0;

    if (count < 0)
        finding_add(findings, FINDING_ERROR, folder,
                    "the lines of pam_jwt were not looked at",
                    "name the folder with --pam", "it cannot be read");
    for (int i = 0; i < count; i++) {
        struct pamlines lines = {0};
        char what[PAMLINE_WHAT_MAX] = "";
        const struct service service = {folder, names[i]->d_name, &lines,
                                        config, findings};

        if (names[i]->d_name[0] != '.') {
            if (!pamlines_read(folder, names[i]->d_name, &lines, what))
                finding_add(findings, FINDING_WARNING,
                            text_log_value(names[i]->d_name).text,
                            "not all of it was checked", "correct it",
                            "%s/%s: %s", folder,
                            text_log_value(names[i]->d_name).text, what);
            found += check_cut(&service);
            check_twice(&service);
            if (stands_in(&lines, folder, names[i]->d_name)) {
                found++;
                check_service(&service);
                if (text_equal(service.name, "sshd"))
                    cli_check_sshd(findings);
            }
            pamlines_done(&lines);
        }
        free(names[i]);
    }
    free(names);
    if (count >= 0)
        cli_check_named_services(folder, config, findings);
    if (found == 0)
        finding_add(findings, FINDING_WARNING, folder, "no token logs in",
                    "see First login in the README",
                    "no file there has pam_jwt.so");
}
