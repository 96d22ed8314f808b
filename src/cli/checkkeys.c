/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "finding.h"
#include "issuer.h"
#include "moment.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Below this one failed fetch, made once an hour, refuses everybody. */
#define AGE_MAX_MIN (3 * 3600.0)

/* How much newer than the clock a file may be: clocks are set in small steps.
 */
#define FUTURE_MAX 60

void
cli_check_folders(const char *path, struct findings *findings)
{
    char *folder = realpath(path, NULL);
    struct stat status;
    char why[64];

    while (folder != NULL && strcmp(folder, "/") != 0) {
        char *parent = strdup(dirname(folder));

        free(folder);
        folder = parent;
        if (folder == NULL || stat(folder, &status) != 0)
            break;
        snprintf(why, sizeof why, "uid %lu can replace the file",
                 (unsigned long)status.st_uid);
        if (status.st_uid != 0 && status.st_uid != geteuid())
            finding_add(findings, FINDING_ERROR, path, why, "chown root",
                        "the folder %s belongs to uid %lu", folder,
                        (unsigned long)status.st_uid);
        else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
            /* With the sticky bit, as in /tmp, only when the file is gone. */
            finding_add(findings,
                        (status.st_mode & S_ISVTX) != 0 ? FINDING_WARNING
                                                        : FINDING_ERROR,
                        path, "they can replace the file", "chmod go-w",
                        "others may write the folder %s", folder);
    }
    free(folder);
}

struct shown
cli_setting_of(const struct issuer *issuer, const char *setting)
{
    struct shown shown;

    if (issuer->name != NULL)
        snprintf(shown.text, sizeof shown.text, "[issuer %.64s] %s",
                 issuer->name, setting);
    else
        snprintf(shown.text, sizeof shown.text, "%s", setting);
    return shown;
}

/* A host whose clock was set back takes tokens that have expired. */
void
cli_check_clock(const char *path, double changed, struct findings *findings)
{
    double now = (double)time(NULL);

    if (changed > now + FUTURE_MAX)
        finding_add(findings, FINDING_WARNING, path,
                    "the clock was set back, or is behind: tokens that have "
                    "expired are good again, new ones are issued_in_future",
                    "set the clock (timedatectl)",
                    "it is %.0f s newer than this host's clock", changed - now);
}

/* Whether a key that the issuer no longer publishes would ever be noticed. */
static void
check_age(const struct issuer *issuer, const struct keyfile *file, double now,
          struct findings *findings)
{
    struct moment fetched = moment_words(file->changed, now);

    if (!file->is_set || file->count == 0)
        return;
    if (issuer->key_age_max == 0)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "max_key_age").text,
                    "a key that the issuer withdraws is trusted here until "
                    "somebody replaces the file",
                    "start pam-jwt-jwks@NAME.timer and set max_key_age = 2d",
                    "it is unset, and the key set %s was fetched %s",
                    file->path, fetched.text);
    else if (issuer->key_age_max < AGE_MAX_MIN)
        finding_add(findings, FINDING_WARNING,
                    cli_setting_of(issuer, "max_key_age").text,
                    "keys are fetched once an hour: one failure, and "
                    "everybody is refused",
                    "set it to a day or two", "it is less than three hours");
    else if (now - file->changed > issuer->key_age_max / 2)
        finding_add(findings, FINDING_WARNING, file->path,
                    "at max_key_age its keys are left out, and tokens refused",
                    "see why fetching fails (systemctl status "
                    "pam-jwt-jwks@NAME)",
                    "the key set was fetched %s, more than half of max_key_age",
                    fetched.text);
}

void
cli_check_keys(const struct issuer *issuer, struct findings *findings)
{
    double now = (double)time(NULL);
    struct strings problems = {0};
    struct strings notes = {0};
    struct keyset keys = {0};
    enum reason reason;

    for (size_t i = 0; i < issuer->key_files.count; i++)
        cli_check_folders(issuer->key_files.items[i], findings);
    reason = issuer_load_keys(issuer, (time_t)now, &keys, &problems, &notes);
    if (reason == REASON_NO_MEMORY)
        cli_no_memory();
    if (reason != REASON_OK || keyset_build_all(&keys, &problems) == 0)
        finding_add(
            findings, FINDING_ERROR, cli_setting_of(issuer, "key_file").text,
            "every token is refused as key_unavailable",
            "put a good key there (pam-jwt keygen)", "no usable key is left");
    for (size_t i = 0; i < problems.count; i++)
        finding_add_line(findings, FINDING_ERROR, problems.items[i],
                         "the key is left out, its tokens are refused",
                         "correct it, or take it out of key_file");
    for (size_t i = 0; i < notes.count; i++)
        finding_add_line(findings, FINDING_WARNING, notes.items[i],
                         "the key is not used",
                         "nothing to do when it has another use");
    for (size_t i = 0; i < keys.count; i++) {
        if (keys.files[i].count > 0)
            cli_check_clock(keys.files[i].path, keys.files[i].changed,
                            findings);
        check_age(issuer, &keys.files[i], now, findings);
    }
    strings_done(&problems);
    strings_done(&notes);
    keyset_done(&keys);
}
