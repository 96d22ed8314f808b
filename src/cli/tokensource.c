/* SPDX-License-Identifier: BSD-2-Clause */
#include "tokensource.h"

#include "cli.h"
#include "prompt.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than all parts of a token can hold. */
#define TOKEN_MAX (64 * 1024)

/* Cuts white space off both ends, in place. */
static void
trim(char *text)
{
    static const char space[] = " \t\r\n";
    size_t length = strlen(text);
    size_t from = strspn(text, space);

    while (length > from && strchr(space, text[length - 1]) != NULL)
        length--;
    memmove(text, text + from, length - from);
    text[length - from] = '\0';
}

/* All that a stream gives, trimmed. NULL: too much, a NUL in it, or an error.
 */
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
    trim(text);
    return text;
}

static int
read_file(const char *path, char **ret_token)
{
    int descriptor =
        open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    FILE *in;

    if (descriptor < 0)
        return cli_fail(EXIT_UNREADABLE, "askpass", "%s: cannot open it: %s",
                        path, strerror(errno));
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != geteuid() ||
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
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

/* Where the token waits for the other parts; one file for each ssh or sudo. */
static char *
kept_path(void)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    char *path = NULL;

    if (folder == NULL || *folder != '/')
        return NULL;
    if (asprintf(&path, "%s/pam_jwt_askpass.%ld", folder, (long)getppid()) < 0)
        cli_no_memory();
    return path;
}

/* For the parts behind the first; none of it stays when it does not work. */
static bool
keep(const char *path, const char *token)
{
    int descriptor;
    size_t length = strlen(token);
    bool kept;

    unlink(path);
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return false;
    kept = write(descriptor, token, length) == (ssize_t)length;
    kept = close(descriptor) == 0 && kept;
    if (!kept)
        unlink(path);
    return kept;
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

/* A command may print another token each time; a login needs one. */
static int
from_command(const char *command, size_t part, char **ret_token)
{
    char *path = kept_path();
    int code;

    if (part > 1) {
        code = path != NULL ? read_file(path, ret_token)
                            : cli_fail(EXIT_UNREADABLE, "askpass",
                                       "no XDG_RUNTIME_DIR to keep the token "
                                       "in between its parts");
        /* The last part was handed over: it is not needed again. */
        if (code == EXIT_YES && strlen(*ret_token) < part * PROMPT_PIECE)
            unlink(path);
        free(path);
        return code;
    }
    code = run_command(command, ret_token);
    if (code == EXIT_YES && part == 1 && strlen(*ret_token) >= PROMPT_PIECE &&
        (path == NULL || !keep(path, *ret_token))) {
        secret_free_string(*ret_token);
        *ret_token = NULL;
        code = cli_fail(EXIT_UNREADABLE, "askpass",
                        "the token has parts, and cannot be kept between them "
                        "in XDG_RUNTIME_DIR");
    }
    free(path);
    return code;
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

int
tokensource_find(size_t part, char **ret_token)
{
    const char *command = getenv("PAM_JWT_TOKEN_COMMAND");
    const char *token = getenv("BEARER_TOKEN");
    const char *path = getenv("BEARER_TOKEN_FILE");

    *ret_token = NULL;
    if (command != NULL && *command != '\0')
        return from_command(command, part, ret_token);
    if (token != NULL && *token != '\0') {
        *ret_token = strdup(token);
        if (*ret_token == NULL)
            cli_no_memory();
        trim(*ret_token);
        return EXIT_YES;
    }
    if (path != NULL && *path != '\0')
        return read_file(path, ret_token);
    return from_default_file(ret_token);
}
