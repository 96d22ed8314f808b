/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/askpass/token_discovery.h"

#include "base/secret.h"
#include "cli/askpass/token_keeper.h"
#include "cli/cli.h"
#include "token/looks_like_token.h"
#include "token/parts.h"
#include "json/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than all parts of a token can hold. */
#define TOKEN_MAX (64 * 1024)

/* Reads all that a stream gives. NULL: too much, a NUL in it, or an error. */
static char *
read_stream(FILE *in)
{
    char *text = calloc(1, TOKEN_MAX + 1);
    size_t length;

    if (text == NULL)
        cli_no_memory();
    length = fread(text, 1, TOKEN_MAX + 1, in);
    if (length > TOKEN_MAX || ferror(in) || strlen(text) != length) {
        secret_free(text, TOKEN_MAX + 1);
        return NULL;
    }
    return text;
}

/* Says of an open file that it may hold a token of ours. */
static bool
is_private(int descriptor)
{
    struct stat status;

    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_uid == geteuid() &&
           (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* True if root owns what stands there, and nobody else may write it. */
static bool
is_roots(const struct stat *status)
{
    return status->st_uid == 0 &&
           (S_ISLNK(status->st_mode) ||
            (status->st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

/*
 * Opens one step of a link's text: a folder, a link to a folder beside it
 * (..data), or with O_NOFOLLOW the file at the end. -1: it is not root's.
 */
static int
open_step(int folder, const char *name)
{
    char target[256];
    struct stat status;
    ssize_t length;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !is_roots(&status))
        return -1;
    if (!S_ISLNK(status.st_mode))
        return openat(folder, name,
                      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY |
                          O_NONBLOCK);
    length = readlinkat(folder, name, target, sizeof target - 1);
    if (length <= 0 || (size_t)length >= sizeof target - 1)
        return -1;
    target[length] = '\0';
    if (strchr(target, '/') != NULL ||
        fstatat(folder, target, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISDIR(status.st_mode) || !is_roots(&status))
        return -1;
    return openat(folder, target,
                  O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
}

/* Walks the text of a link, whose steps all lie in its own folder. */
static int
open_steps(int folder, char *text)
{
    char *rest = NULL;
    int at = dup(folder);

    for (char *step = strtok_r(text, "/", &rest); step != NULL && at >= 0;
         step = strtok_r(NULL, "/", &rest)) {
        int next = strcmp(step, "..") == 0 ? -1 : open_step(at, step);

        close(at);
        at = next;
    }
    return at;
}

/*
 * Opens what Kubernetes projects into a pod: TOKEN -> ..data/TOKEN, ..data ->
 * ..2026_11_27, replaced as a whole. -1: it is not of that kind.
 */
static int
open_projected(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = strdup(path);
    char target[256];
    struct stat status;
    ssize_t length;
    int folder;
    int descriptor = -1;

    if (name == NULL)
        cli_no_memory();
    name[slash != NULL ? slash + 1 - path : 0] = '\0';
    folder =
        open(slash != NULL ? name : ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    length = readlink(path, target, sizeof target - 1);
    if (folder >= 0 && length > 0 && (size_t)length < sizeof target - 1 &&
        *target != '/' && lstat(path, &status) == 0 && is_roots(&status)) {
        target[length] = '\0';
        descriptor = open_steps(folder, target);
    }
    if (descriptor >= 0 && (fstat(descriptor, &status) != 0 ||
                            !S_ISREG(status.st_mode) || !is_roots(&status))) {
        close(descriptor);
        descriptor = -1;
    }
    if (folder >= 0)
        close(folder);
    free(name);
    return descriptor;
}

static int
read_file(const char *path, char **ret_token)
{
    int descriptor =
        open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    bool is_link = descriptor < 0 && errno == ELOOP;
    FILE *in;

    if (descriptor < 0 && !is_link)
        return cli_fail(EXIT_UNREADABLE, "askpass", "%s: cannot open it: %s",
                        path, strerror(errno));
    if (is_link)
        descriptor = open_projected(path);
    if (descriptor < 0 || (!is_link && !is_private(descriptor))) {
        if (descriptor >= 0)
            close(descriptor);
        return cli_fail(EXIT_UNREADABLE, "askpass",
                        "%s: it must be a regular file, yours, and of mode "
                        "0600",
                        path);
    }
    in = fdopen(descriptor, "r");
    if (in == NULL)
        cli_no_memory();
    *ret_token = read_stream(in);
    fclose(in);
    return *ret_token != NULL ? EXIT_YES
                              : cli_fail(EXIT_UNREADABLE, "askpass",
                                         "%s: it cannot be read, or is too "
                                         "large",
                                         path);
}

static int
run_command(const char *command, char **ret_token)
{
    FILE *out = popen(command, "re");
    int status;

    if (out == NULL)
        return cli_fail(EXIT_UNREADABLE, "askpass",
                        "PAM_JWT_TOKEN_COMMAND cannot be run: %s",
                        strerror(errno));
    *ret_token = read_stream(out);
    status = pclose(out);
    if (status == 0 && *ret_token != NULL)
        return EXIT_YES;
    secret_free_string(*ret_token);
    *ret_token = NULL;
    return cli_fail(EXIT_UNREADABLE, "askpass",
                    "PAM_JWT_TOKEN_COMMAND failed, or printed too much");
}

static int
from_keeper(const struct process *asker, size_t part, char **ret_token)
{
    *ret_token = tokenkeep_get(asker, part);
    return *ret_token != NULL
               ? EXIT_YES
               : cli_fail(EXIT_UNREADABLE, "askpass",
                          "part %zu of a token whose first part was not asked "
                          "for, or more than %d s ago",
                          part, TOKENKEEP_SECONDS);
}

static int
from_default_file(char **ret_token)
{
    const char *const folders[] = {getenv("XDG_RUNTIME_DIR"), "/tmp"};

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path;
        struct stat status;
        int code;

        if (folders[i] == NULL || *folders[i] != '/')
            continue;
        if (asprintf(&path, "%s/bt_u%lu", folders[i],
                     (unsigned long)geteuid()) < 0)
            cli_no_memory();
        if (lstat(path, &status) != 0 && errno == ENOENT) {
            free(path);
            continue;
        }
        code = read_file(path, ret_token);
        free(path);
        return code;
    }
    return cli_fail(EXIT_UNREADABLE, "askpass",
                    "no token: set BEARER_TOKEN_FILE or "
                    "PAM_JWT_TOKEN_COMMAND (pam-jwt(1))");
}

/* The member that RFC 6749 section 5.1 names, of a token endpoint's answer. */
static char *
json_access_token(const char *text)
{
    char what[JSONDOC_WHAT_MAX];
    struct json_object *object = NULL;
    struct json_object *value;
    const char *member;
    char *copy = NULL;

    if (jsondoc_parse(text, strlen(text), &object, what) == REASON_OK &&
        jsondoc_find(object, "access_token", &value) &&
        jsondoc_is_string(value, &member)) {
        copy = strdup(member);
        if (copy == NULL)
            cli_no_memory();
    }
    jsondoc_free(object);
    return copy;
}

/* Takes the token out of what was found. NULL: a message was written. */
static char *
unwrap(const char *text)
{
    struct found_token found;
    struct found_token second;
    char *member = NULL;
    char *token = NULL;
    enum reason reason = answer_unwrap(text, strlen(text), false, &found);

    if (reason == REASON_MALFORMED) {
        member = json_access_token(text);
        if (member != NULL)
            reason = answer_unwrap(member, strlen(member), false, &found);
    }
    if (reason == REASON_MALFORMED && found.text != NULL &&
        answer_unwrap(found.text + found.length,
                      strlen(found.text + found.length), false,
                      &second) == REASON_NOT_A_TOKEN)
        reason = REASON_OK;
    if (reason == REASON_OK)
        token = strndup(found.text, found.length);
    else if (reason == REASON_MALFORMED)
        cli_fail(0, "askpass", "the token cannot be told: there is %s",
                 found.wrapping);
    else
        cli_fail(0, "askpass", "what was found is not a JSON Web Token");
    if (token == NULL && reason == REASON_OK)
        cli_no_memory();
    secret_free_string(member);
    return token;
}

/* Reads what the environment names, as it stands there. */
static int
read_text(char **ret_text)
{
    const char *command = getenv("PAM_JWT_TOKEN_COMMAND");
    const char *token = getenv("BEARER_TOKEN");
    const char *path = getenv("BEARER_TOKEN_FILE");

    if (command != NULL && *command != '\0')
        return run_command(command, ret_text);
    if (token == NULL || *token == '\0')
        return path != NULL && *path != '\0' ? read_file(path, ret_text)
                                             : from_default_file(ret_text);
    *ret_text = strdup(token);
    if (*ret_text == NULL)
        cli_no_memory();
    return EXIT_YES;
}

int
token_discovery_find(size_t part, const struct process *asker, char **ret_token)
{
    const char *command = getenv("PAM_JWT_TOKEN_COMMAND");
    bool is_kept = command != NULL && *command != '\0';
    char *text = NULL;
    int code;

    *ret_token = NULL;
    if (is_kept && part > 1)
        return from_keeper(asker, part, ret_token);
    code = read_text(&text);
    if (code != EXIT_YES)
        return code;
    *ret_token = unwrap(text);
    secret_free_string(text);
    if (*ret_token == NULL)
        return EXIT_NO;
    if (is_kept && part == 1 && strlen(*ret_token) >= PARTS_PIECE &&
        !tokenkeep_put(asker, *ret_token)) {
        secret_free_string(*ret_token);
        *ret_token = NULL;
        return cli_fail(EXIT_UNREADABLE, "askpass",
                        "the token has parts, and cannot be kept between them");
    }
    return EXIT_YES;
}
