/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/trusted_file.h"
#include "cli/jwks/key_set.h"
#include "cli/jwks/section.h"
#include "cli/options.h"
#include "cli/replace_file.h"
#include "config/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COMMAND "jwks install"

/*
 * Reads a file of somebody who is not trusted: no link, no device; its time, so
 * that a set does not become younger by being installed again.
 */
static bool
read_source(const char *path, char **ret_data, size_t *ret_size,
            double *ret_changed, char ret_what[READFILE_WHAT_MAX])
{
    int descriptor =
        open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    double now = cli_now();
    char *data = malloc(KEYSET_FILE_MAX + 1);
    struct stat status;
    size_t size = 0;
    size_t got = 1;
    bool good = false;

    if (data == NULL)
        cli_no_memory();
    if (descriptor < 0 || fstat(descriptor, &status) != 0)
        readfile_say(ret_what, "open it");
    else if (!S_ISREG(status.st_mode))
        snprintf(ret_what, READFILE_WHAT_MAX, "it is not a regular file");
    else
        good = true;
    while (good && got > 0 && size <= KEYSET_FILE_MAX) {
        good = readfile_block(descriptor, data + size,
                              KEYSET_FILE_MAX + 1 - size, &got, ret_what);
        size += good ? got : 0;
    }
    readfile_close(descriptor);
    if (good && size > KEYSET_FILE_MAX) {
        snprintf(ret_what, READFILE_WHAT_MAX, "it is larger than %d bytes",
                 KEYSET_FILE_MAX);
        good = false;
    }
    if (!good) {
        free(data);
        return false;
    }
    *ret_data = data;
    *ret_size = size;
    *ret_changed =
        (double)status.st_mtime < now ? (double)status.st_mtime : now;
    return true;
}

/*
 * True if two paths lead to one file, or might when it is there: then the name
 * alone is compared, which can only judge more than is needed.
 */
static bool
is_same_file(const char *a, const char *b)
{
    const char *one = strrchr(a, '/');
    const char *other = strrchr(b, '/');
    struct stat first;
    struct stat second;

    if (stat(a, &first) == 0 && stat(b, &second) == 0)
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    return text_equal(one != NULL ? one + 1 : a, other != NULL ? other + 1 : b);
}

/* The new file in the old one's place, in every section that has it. */
static size_t
put_in_place(const struct config *config, const char *from, const char *to)
{
    size_t count = 0;

    for (size_t i = 0; i < config->policy.issuer_count; i++) {
        const struct strings *files = &config->policy.issuers[i].key_files;

        for (size_t k = 0; k < files->count; k++) {
            if (!is_same_file(files->items[k], from))
                continue;
            free(files->items[k]);
            files->items[k] = strdup(to);
            if (files->items[k] == NULL)
                cli_no_memory();
            count++;
        }
    }
    return count;
}

/* True if a section could still let somebody in by this file. */
static bool
serves(const struct issuer *issuer, const char *path, const char *name,
       struct strings *problems)
{
    struct strings found = {0};
    struct keyset keys = {0};
    bool is_there = false;
    bool good = false;
    enum reason reason =
        issuer_load_keys(issuer, (time_t)cli_now(), &keys, &found, NULL);

    if (reason == REASON_NO_MEMORY)
        cli_no_memory();
    keyset_build_all(&keys, &found);
    for (size_t i = 0; i < keys.count; i++)
        if (text_equal(keys.files[i].path, path)) {
            is_there = true;
            good = keyfile_good(&keys.files[i]) > 0;
        }
    if (is_there && !good) {
        jwksfile_rename(&found, path, name, problems);
        if (!strings_addf(problems,
                          "%s: no key of it fits %s: everybody would be locked "
                          "out",
                          name, cli_setting_of(issuer, "algorithms").text))
            cli_no_memory();
    }
    strings_done(&found);
    keyset_done(&keys);
    return !is_there || good;
}

/* True if the whole configuration still lets people in with the new file. */
static bool
fits_config(const struct config *config, const char *path, const char *name,
            struct strings *problems)
{
    struct verdict verdict = {0};
    bool good = true;

    for (size_t i = 0; i < config->policy.issuer_count; i++)
        if (!serves(&config->policy.issuers[i], path, name, problems))
            good = false;
    if (issuers_check_keys(&config->policy, cli_now(), &verdict) != REASON_OK) {
        good = false;
        if (!strings_addf(problems, "%s: %s", name, verdict.detail))
            cli_no_memory();
    }
    return good;
}

/* Judges the candidate and keeps it, or leaves all as it is. */
static int
decide(struct replacement *replacement, const struct config *config,
       const char *from, bool json)
{
    char what[REPLACEMENT_WHAT_MAX];
    struct jwksfile file;
    int code = EXIT_NO;
    char *installed;
    char *kept;
    bool is_said;
    bool good = jwksfile_read(replacement->path, from, &file);

    if (good && config != NULL) {
        if (put_in_place(config, replacement->target, replacement->path) == 0)
            cli_fail(0, COMMAND, "no key_file names %s: nothing uses it yet",
                     replacement->target);
        good = fits_config(config, replacement->path, from, &file.problems);
    }
    jwksfile_complain(&file, COMMAND, json);
    installed = jwksfile_text(&file, "installed", replacement->target, json);
    kept = jwksfile_text(&file, "kept as it was", replacement->target, json);
    if (good && replacement_keep(replacement, what))
        code = EXIT_YES;
    else if (good)
        code = EXIT_UNREADABLE;
    /* First, as the message below needs memory. */
    is_said = cli_put(replacement->is_in_place ? installed : kept);
    if (code == EXIT_UNREADABLE)
        cli_fail(code, COMMAND, "%s: %s", replacement->target, what);
    free(installed);
    free(kept);
    jwksfile_done(&file);
    return is_said ? code : EXIT_UNREADABLE;
}

int
cli_jwks_install(const struct options *options)
{
    struct jwkssection section = {.config_path = options->config,
                                  .name = options->section};
    struct replacement replacement = {0};
    char what[REPLACEMENT_WHAT_MAX];
    const char *from = options->word;
    const char *to = options->to;
    char *target = NULL;
    char *data = NULL;
    size_t size = 0;
    double changed = 0;
    int code;

    code = jwkssection_read(&section, COMMAND);
    if (code == EXIT_YES && to == NULL) {
        const struct strings *files = &section.issuer->key_files;

        if (files->count == 1)
            to = files->items[0];
        else
            code = cli_fail(EXIT_UNREADABLE, COMMAND,
                            "[issuer %s] has %s: say which file with --to",
                            section.name,
                            files->count == 0 ? "secret_file and no key_file"
                                              : "more than one key_file");
    }
    /* A copy: the configuration's own is about to be replaced. */
    target = strdup(to != NULL ? to : "");
    if (target == NULL)
        cli_no_memory();
    if (code == EXIT_YES && !read_source(from, &data, &size, &changed, what))
        code = cli_fail(EXIT_UNREADABLE, COMMAND, "%s: %s", from, what);
    replacement = (struct replacement){
        .target = target, .mode = 0644, .changed = changed};
    if (code == EXIT_YES && !replacement_make(&replacement, data, size, what))
        code = cli_fail(EXIT_UNREADABLE, COMMAND, "%s: %s", target, what);
    if (code == EXIT_YES)
        code = decide(&replacement, section.is_there ? &section.config : NULL,
                      from, options->json);
    replacement_done(&replacement);
    free(target);
    free(data);
    jwkssection_done(&section);
    return code;
}
