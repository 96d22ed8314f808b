/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "algorithm.h"
#include "key.h"
#include "secret.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <json-c/json.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 64

static bool
write_all(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t put = write(descriptor, text, length);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        text += put;
        length -= (size_t)put;
    }
    return true;
}

/* A new file that only its owner can read; an old one is never touched. */
static int
write_new(const char *path, const char *text, size_t length)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (descriptor < 0)
        return cli_fail(EXIT_UNREADABLE, "keygen", "cannot create %s: %s", path,
                        strerror(errno));
    /* The caller's umask may have taken more away; it never gives. */
    written = fchmod(descriptor, 0600) == 0 &&
              write_all(descriptor, text, length) && fsync(descriptor) == 0;
    if (close(descriptor) != 0 || !written) {
        unlink(path);
        return cli_fail(EXIT_UNREADABLE, "keygen", "cannot write %s", path);
    }
    return EXIT_YES;
}

/* The settings that use the key. */
static void
print_settings(const struct algorithm *algorithm, const char *path, bool json)
{
    struct json_object *object;

    if (!json) {
        printf("key_file = %s\n", path);
        if (!algorithm->is_default)
            printf("algorithms = %s\n", algorithm->name);
        return;
    }
    object = json_object_new_object();
    cli_add_string(object, "key_file", path);
    cli_add_string(object, "algorithms", algorithm->name);
    cli_print_json(object);
}

static void
print_secret(const char *text, size_t length, bool json)
{
    if (json)
        printf("{\"secret\":\"%.*s\"}\n", (int)length, text);
    else
        printf("%.*s\n", (int)length, text);
}

/* Hexadecimal text, as `openssl rand -hex` makes it. */
static int
make_secret(const struct algorithm *algorithm, const char *path, bool json)
{
    unsigned char bytes[SECRET_MAX];
    char text[2 * SECRET_MAX + 2];
    size_t size = algorithm->hash_size;
    int code = EXIT_YES;

    if (RAND_bytes(bytes, (int)size) != 1)
        return cli_fail(EXIT_UNREADABLE, "keygen", "no random bytes");
    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    text[2 * size] = '\n';
    if (path == NULL)
        print_secret(text, 2 * size, json);
    else
        code = write_new(path, text, 2 * size + 1);
    if (path != NULL && code == EXIT_YES)
        print_settings(algorithm, path, json);
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return code;
}

int
cli_keygen(int argc, char **argv)
{
    static const struct option table[] = {
        {"alg", required_argument, NULL, 'a'},
        {"out", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    const struct algorithm *algorithm;
    const char *name = "HS256";
    const char *path = NULL;
    bool json = false;
    int option;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == 'a')
            name = optarg;
        else if (option == 'o')
            path = optarg;
        else if (option == 'j')
            json = true;
        else
            return cli_usage("keygen");
    }
    algorithm = algorithm_find(name);
    if (optind != argc || algorithm == NULL)
        return cli_usage("keygen");
    if (algorithm->key_types != KEY_SECRET)
        return cli_fail(EXIT_USAGE, "keygen",
                        "makes HS256, HS384 and HS512 secrets only; for a key "
                        "pair use openssl genpkey");
    return make_secret(algorithm, path, json);
}
