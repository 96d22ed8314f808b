/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/time_words.h"
#include "cli/check/finding.h"
#include "login/issuer.h"

#include <string.h>

#include <time.h>

/* Below this one failed fetch, made once an hour, refuses everybody. */
#define AGE_MAX_MIN (3 * 3600.0)

/* How much newer than the clock a file may be: clocks are set in small steps.
 */
#define FUTURE_MAX 60

/* A host whose clock was set back takes tokens that have expired. */
void
cli_check_clock(const char *path, double changed, struct findings *findings)
{
    double now = cli_now();

    if (changed > now + FUTURE_MAX)
        finding_add(findings, FINDING_WARNING, path,
                    "the clock was set back, or is behind: tokens that have "
                    "expired are good again, new ones are issued_in_future",
                    "set the clock (timedatectl)",
                    "it is %.0f s newer than this host's clock", changed - now);
}

/*
 * Reports whether a key that the issuer no longer publishes would ever be
 * noticed.
 */
static void
check_age(const struct issuer *issuer, const struct keyfile *file, double now,
          struct findings *findings)
{
    struct time_words fetched = time_words_at(file->changed, now);

    if (!file->is_set || keyfile_good(file) == 0)
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

/* True if the keys would do, were every algorithm allowed. */
static bool
are_excluded(const struct issuer *issuer, time_t now)
{
    struct issuer other = *issuer;
    struct strings problems = {0};
    struct keyset keys = {0};
    bool usable;

    other.token.algorithms = ~0U;
    usable =
        issuer_load_keys(&other, now, &keys, &problems, NULL) == REASON_OK &&
        keyset_build_all(&keys, &problems) > 0;
    keyset_done(&keys);
    strings_done(&problems);
    return usable;
}

static void
add_no_key(const struct issuer *issuer, time_t now, struct findings *findings)
{
    const char *keys = keyset_setting(issuer_key_kind(issuer));
    bool excluded = are_excluded(issuer, now);

    finding_add(findings, FINDING_ERROR,
                cli_setting_of(issuer, excluded ? "algorithms" : keys).text,
                "every token is refused as key_unavailable",
                excluded ? "set it to what the keys are for, see below"
                         : "put a good key there (pam-jwt keygen)",
                excluded ? "it excludes every key of %s"
                         : "no usable key is left in %s",
                keys);
}

/* More keys than are tried for one token, which names none of them. */
static void
check_untried(const struct issuer *issuer, struct keyset *keys,
              struct findings *findings)
{
    struct strings lines = {0};

    keyset_say_untried(keys, issuer->token.algorithms, &lines);
    for (size_t i = 0; i < lines.count; i++)
        finding_add_line(findings, FINDING_WARNING, lines.items[i],
                         "its tokens are refused, unless their kid is in no "
                         "other file",
                         "take old keys out, or put all into one JWK Set");
    strings_done(&lines);
}

/* A key that only this host cannot use is not a mistake of its file. */
static void
add_left_out(const char *problem, struct findings *findings)
{
    bool is_newer = strstr(problem, ALGORITHM_NEEDS) != NULL;

    finding_add_line(findings, is_newer ? FINDING_WARNING : FINDING_ERROR,
                     problem, "the key is left out, its tokens are refused",
                     is_newer ? "nothing to do while the issuer signs with "
                                "another key too"
                              : "correct it, or take it out of key_file or "
                                "secret_file");
}

void
cli_check_keys(const struct issuer *issuer, struct findings *findings)
{
    double now = cli_now();
    const struct strings *paths = issuer_key_paths(issuer);
    struct strings problems = {0};
    struct strings notes = {0};
    struct keyset keys = {0};
    enum reason reason;

    for (size_t i = 0; i < paths->count; i++)
        cli_check_folders(paths->items[i], findings);
    reason = issuer_load_keys(issuer, (time_t)now, &keys, &problems, &notes);
    if (reason == REASON_NO_MEMORY)
        cli_no_memory();
    if (reason != REASON_OK || keyset_build_all(&keys, &problems) == 0)
        add_no_key(issuer, (time_t)now, findings);
    for (size_t i = 0; i < problems.count; i++)
        add_left_out(problems.items[i], findings);
    for (size_t i = 0; i < notes.count; i++)
        finding_add_line(findings, FINDING_WARNING, notes.items[i],
                         "the key is not used",
                         "nothing to do when it has another use");
    check_untried(issuer, &keys, findings);
    for (size_t i = 0; i < keys.count; i++) {
        if (keyfile_good(&keys.files[i]) > 0)
            cli_check_clock(keys.files[i].path, keys.files[i].changed,
                            findings);
        check_age(issuer, &keys.files[i], now, findings);
    }
    cli_check_secrets(issuer, &keys, findings);
    strings_done(&problems);
    strings_done(&notes);
    keyset_done(&keys);
}
