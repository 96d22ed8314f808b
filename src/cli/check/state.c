/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/check/finding.h"
#include "config/config.h"

#include <inttypes.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Users of the system's own, such as redis, have a uid below. */
#define PERSON_UID_MIN 1000

/* True for an address of this host that a connection does not leave it for. */
static bool
is_this_host(const char *host)
{
    return text_equal_nocase(host, "localhost") || text_equal(host, "::1") ||
           strncmp(host, "127.", strlen("127.")) == 0;
}

static void
check_plaintext(const struct issuer *issuer, const struct address *address,
                struct findings *findings)
{
    const bool has_password = issuer->replay.store_uri.password_file != NULL;

    if (address->kind != STORE_URI_TCP || is_this_host(address->host))
        return;
    finding_add(findings, FINDING_WARNING, cli_setting_of(issuer, "state").text,
                has_password
                    ? "whoever is on the way reads the password, and can "
                      "answer that a token was neither used nor revoked"
                    : "whoever is on the way can answer that a token was "
                      "neither used nor revoked",
                "use rediss:// (with state_ca_file), or a tunnel to this host",
                "redis:// to %s is not encrypted", address->host);
}

/* Reports who can put another socket in the place of the server's. */
static void
check_socket_folder(const char *path, const char *folder, uid_t server,
                    struct findings *findings)
{
    struct stat status;
    bool is_system;

    if (stat(folder, &status) != 0)
        return;
    is_system = status.st_uid == 0 || status.st_uid == geteuid() ||
                (status.st_uid == server && server < PERSON_UID_MIN);
    if (!is_system)
        finding_add(findings, FINDING_ERROR, path,
                    "he can put a server of his own there, which says that no "
                    "token was used or revoked",
                    "keep the socket in a folder of root or of the server's "
                    "own system user",
                    "the folder %s belongs to uid %lu", folder,
                    (unsigned long)status.st_uid);
    else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        /* With the sticky bit, as in /tmp, only while no server runs. */
        finding_add(
            findings,
            (status.st_mode & S_ISVTX) != 0 ? FINDING_WARNING : FINDING_ERROR,
            path,
            "they can put a server of their own there, which says that "
            "no token was used or revoked",
            "chmod go-w, or keep the socket elsewhere, as in /run/redis",
            "others may write the folder %s", folder);
}

static void
check_socket(const struct address *address, struct findings *findings)
{
    char *folder = realpath(address->path, NULL);
    struct stat status = {.st_uid = 0};

    /* A server that is not running has a folder all the same. */
    if (folder == NULL) {
        char *copy = strdup(address->path);

        folder = copy != NULL ? realpath(dirname(copy), NULL) : NULL;
        free(copy);
    } else {
        (void)stat(folder, &status);
        folder = dirname(folder);
    }
    for (; folder != NULL && !text_equal(folder, "/"); folder = dirname(folder))
        check_socket_folder(address->path, folder, status.st_uid, findings);
    free(folder);
}

/*
 * Reports who besides root and the server can read or change the questions and
 * answers.
 */
static void
check_others(const struct issuer *issuer, const struct address *address,
             struct findings *findings)
{
    struct stat status;

    switch (address->kind) {
    case STORE_URI_FILE:
        cli_check_folders(address->path, findings);
        /* It changes with the first token of each stretch of time. */
        if (stat(address->path, &status) == 0)
            cli_check_clock(address->path, (double)status.st_mtime, findings);
        break;
    case STORE_URI_UNIX:
        check_socket(address, findings);
        break;
    case STORE_URI_TCP:
    case STORE_URI_TLS:
    default:
        check_plaintext(issuer, address, findings);
    }
}

/* Asks what a login would ask. False: `ret_what` says why it got no answer. */
static bool
ask(const struct replay_policy *policy, const struct replay *replay,
    char *ret_what)
{
    const struct ticket ticket = {.issuer = "pam-jwt check",
                                  .token_id = "pam-jwt check",
                                  .issued = (double)INFINITY};

    if (policy->revocation && replay->store->revoked(replay->state, &ticket,
                                                     ret_what) == STORE_FAILED)
        return false;
    if (policy->one_time &&
        replay->store->used(replay->state, &ticket, ret_what) == STORE_FAILED)
        return false;
    *ret_what = '\0';
    return replay->store->overdue(replay->state, cli_now(), ret_what) !=
           STORE_FAILED;
}

static void
check_answers(const struct issuer *issuer, bool is_file,
              struct findings *findings)
{
    const struct replay_policy *policy = &issuer->replay;
    struct shown where = cli_setting_of(issuer, "state");
    struct replay replay = {0};
    char what[STORE_WHAT_MAX] = "";
    uint64_t count;

    if (!replay_open(&policy->store_uri, &replay, what) ||
        !ask(policy, &replay, what))
        finding_add(findings, FINDING_ERROR, where.text,
                    "every token is refused as state_unavailable",
                    "mend it, then check again", "%s", what);
    else if (what[0] != '\0')
        finding_add(findings, FINDING_WARNING, where.text,
                    is_file ? "the state grows without end"
                            : "a token that was used or revoked could be used "
                              "again",
                    is_file ? "have pam-jwt clean run every day "
                              "(pam-jwt-clean.timer, or cron)"
                            : "do so in the server's configuration",
                    "%s", what);
    /* A server that does not tell its size is no worse for it. */
    if (replay.store != NULL && replay.state != NULL &&
        replay.store->size(replay.state, &count, what))
        finding_add(findings, FINDING_NOTE, where.text,
                    "a used token stays until a week after it has expired, a "
                    "revocation for a year at least",
                    "nothing to do", "%s keeps %" PRIu64 " entries",
                    policy->store_uri.state, count);
    replay_close(&replay);
}

void
cli_check_state(const struct issuer *issuer, struct findings *findings)
{
    const struct replay_policy *policy = &issuer->replay;
    struct address address;

    if ((!policy->one_time && !policy->revocation) ||
        store_uri_parse(policy->store_uri.state, &address) != NULL)
        return;
    check_others(issuer, &address, findings);
    check_answers(issuer, address.kind == STORE_URI_FILE, findings);
}
