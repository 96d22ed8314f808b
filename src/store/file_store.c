/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/file_store.h"

#include "base/plugin.h"
#include "base/text.h"
#include "base/trusted_file.h"
#include "store/file_store_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
file_close(void *data)
{
    struct folder *state = data;

    if (state->folder >= 0)
        close(state->folder);
    free(state);
}

static void *
file_open(const struct store_uri *store_uri, const struct address *address,
          char ret_what[STORE_WHAT_MAX])
{
    struct folder *state = calloc(1, sizeof *state);
    struct stat status;
    char why[READFILE_WHAT_MAX];

    (void)store_uri;
    if (state == NULL) {
        folder_no_memory(ret_what);
        return NULL;
    }
    snprintf(state->path, sizeof state->path, "%s", address->path);
    state->folder = open(state->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (state->folder < 0)
        readfile_say(why, "open it");
    else if (fstat(state->folder, &status) != 0)
        readfile_say(why, "look at it");
    else if (readfile_trusts(&status, why))
        return state;
    snprintf(ret_what, STORE_WHAT_MAX,
             "the state folder %s: %s; it is made by install -d -o root -m 700",
             text_log_value(state->path).text, why);
    file_close(state);
    return NULL;
}

static int64_t
end_of(const struct ticket *ticket)
{
    /* Times of tokens end at 2^53-1 seconds. */
    return ((int64_t)ticket->until / STRETCH + 1) * STRETCH;
}

/* Says that the record of a used token is gone, and its time comes again. */
static enum store_answer
forgotten(const struct folder *state, const struct stretches *gone,
          char *ret_what)
{
    snprintf(ret_what, STORE_WHAT_MAX,
             "used tokens that expired until %s were removed from %s after "
             "that, and by this host's clock such a token has not expired: the "
             "clock was set back, correct it",
             text_time((double)gone->to).text,
             text_log_value(state->path).text);
    return STORE_FAILED;
}

/*
 * Decides whether one entry of DIR says that the token was used, or may have
 * been.
 */
static enum store_answer
says_used(const struct folder *state, const char *entry, int64_t own,
          bool is_own_known, const char *name, char *ret_what)
{
    char path[PATH_IN_STATE_MAX];
    struct stretches gone;
    int64_t end;

    /* The neighbours too: another clock_skew gives a token another END. */
    if (folder_read_gone(entry, &gone) && own >= gone.from - STRETCH &&
        own <= gone.to + STRETCH)
        return forgotten(state, &gone, ret_what);
    if (!folder_read_end(entry, &end) || (is_own_known && end == own))
        return STORE_NO;
    snprintf(path, sizeof path, USED "%" PRId64 "/%s", end, name);
    return folder_has(state, path, ret_what);
}

/*
 * Decides whether the token was used, by what all folders say; without the own
 * one where that is known.
 */
static enum store_answer
look_around(const struct folder *state, int64_t own, bool is_own_known,
            const char *name, char *ret_what)
{
    DIR *names = folder_names(state->folder, ".");
    enum store_answer answer = STORE_NO;
    const struct dirent *entry;

    if (names == NULL)
        return folder_failed(state, "list it", "", ret_what);
    while (answer == STORE_NO) {
        errno = 0;
        entry = readdir(names);
        if (entry == NULL) {
            if (errno != 0)
                answer = folder_failed(state, "list it", "", ret_what);
            break;
        }
        answer =
            says_used(state, entry->d_name, own, is_own_known, name, ret_what);
    }
    closedir(names);
    return answer;
}

/* look_around() for a token by every name of its issuer. */
static enum store_answer
look_for_all(const struct folder *state, const struct ticket *ticket,
             bool is_own_known, char *ret_what)
{
    enum store_answer answer = STORE_NO;
    char name[REVOCATION_NAME_SIZE];

    for (size_t i = 0; answer == STORE_NO && i < used_name_count(ticket); i++)
        answer = used_name(ticket, i, name)
                     ? look_around(state, end_of(ticket), is_own_known, name,
                                   ret_what)
                     : folder_no_memory(ret_what);
    return answer;
}

static enum store_answer
file_used(void *data, const struct ticket *ticket,
          char ret_what[STORE_WHAT_MAX])
{
    return look_for_all(data, ticket, false, ret_what);
}

/* Makes the file of one name of a token. STORE_YES: it was there. */
static enum store_answer
use_name(const struct folder *state, int folder, const char *folder_name,
         const struct ticket *ticket, size_t at, char *ret_what)
{
    char name[REVOCATION_NAME_SIZE];
    int file;

    if (!used_name(ticket, at, name))
        return folder_no_memory(ret_what);
    file = openat(folder, name,
                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return errno == EEXIST ? STORE_YES
                               : folder_failed(state, "create a file in it",
                                               folder_name, ret_what);
    close(file);
    return STORE_NO;
}

static enum store_answer
file_use(void *data, const struct ticket *ticket, char ret_what[STORE_WHAT_MAX])
{
    const struct folder *state = data;
    int64_t end = end_of(ticket);
    char folder_name[FOLDER_NAME_MAX];
    enum store_answer answer = STORE_NO;
    int folder;

    snprintf(folder_name, sizeof folder_name, USED "%" PRId64, end);
    folder = folder_enter(state, folder_name);
    if (folder < 0)
        return folder_failed(state, "make it", folder_name, ret_what);
    for (size_t i = 0; answer == STORE_NO && i < used_name_count(ticket); i++)
        answer = use_name(state, folder, folder_name, ticket, i, ret_what);
    if (answer == STORE_NO)
        answer = look_for_all(state, ticket, true, ret_what);
    /* The file is its name alone: what has to last is in the two folders. */
    if (answer == STORE_NO && (fsync(folder) != 0 || fsync(state->folder) != 0))
        answer = folder_failed(state, "sync it", folder_name, ret_what);
    close(folder);
    return answer;
}

const struct store store_file = {
    .identity = plugin_identity,
    .open = file_open,
    .close = file_close,
    .revoked = store_file_revoked,
    .used = file_used,
    .use = file_use,
    .revoke = store_file_revoke,
    .list = store_file_list,
    .overdue = store_file_overdue,
    .size = store_file_size,
    .clean = store_file_clean,
};
