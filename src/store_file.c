/* SPDX-License-Identifier: BSD-2-Clause */
#include "companion.h"
#include "jsondoc.h"
#include "readfile.h"
#include "store.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * DIR/used-END/NAME     an empty file: the token NAME is used
 * DIR/gone-END          an empty folder: tokens of used-END are forgotten
 * DIR/revoked/NAME      a JSON object: one revocation
 *
 * A login only creates. open(O_CREAT | O_EXCL) lets exactly one of any number
 * of processes win, is there or not there, and holds no lock: whoever is
 * stopped or killed on the way has used up his own token and nothing else.
 *
 * END is the end of the stretch of time in which the tokens in it expire, in
 * seconds since 1970: whole folders leave when it is over. An issuer that gives
 * one "jti" twice, with another "exp", gets it into two of them: therefore
 * whoever has created his file looks at the other folders before he is glad. Of
 * two who do so at once both may lose, but never both win.
 *
 * A clock that was set back must not bring a forgotten token back to life:
 * gone-END is written before the first file of used-END is removed, and
 * whoever finds one at or behind his own END loses.
 */
#define STRETCH (6 * 3600)

/* Clocks are set back by seconds every day: that long folders stay. */
#define CLEAN_AFTER 3600

#define USED    "used-"
#define GONE    "gone-"
#define REVOKED "revoked"

/* "used-" and an integer. */
#define FOLDER_NAME_MAX 32

/* "used-END/NAME" */
#define PATH_IN_STATE_MAX (FOLDER_NAME_MAX + REVOCATION_NAME_SIZE)

#define RECORD_MAX (256 * 1024)

struct state {
    int folder;
    char path[PATH_MAX];
};

static enum store_answer
failed(const struct state *state, const char *call, const char *name,
       char *ret_what)
{
    char why[READFILE_WHAT_MAX];

    readfile_say(why, call);
    snprintf(ret_what, STORE_WHAT_MAX, "%s%s%s in the state folder %s", why,
             *name != '\0' ? ": " : "", name, text_bare(state->path).text);
    return STORE_FAILED;
}

static enum store_answer
no_memory(char *ret_what)
{
    snprintf(ret_what, STORE_WHAT_MAX, "out of memory");
    return STORE_FAILED;
}

static void
file_close(void *data)
{
    struct state *state = data;

    if (state->folder >= 0)
        close(state->folder);
    free(state);
}

static void *
file_open(const struct place *place, const struct address *address,
          char ret_what[STORE_WHAT_MAX])
{
    struct state *state = calloc(1, sizeof *state);
    struct stat status;
    char why[READFILE_WHAT_MAX];

    (void)place;
    if (state == NULL) {
        no_memory(ret_what);
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
             text_bare(state->path).text, why);
    file_close(state);
    return NULL;
}

/* The number behind a prefix; false: the name is another. */
static bool
read_end(const char *name, const char *prefix, int64_t *ret_end)
{
    size_t length = strlen(prefix);
    size_t digits;

    if (strncmp(name, prefix, length) != 0)
        return false;
    digits = strspn(name + length, "0123456789");
    if (digits == 0 || digits > 18 || name[length + digits] != '\0')
        return false;
    *ret_end = strtoll(name + length, NULL, 10);
    return true;
}

static int64_t
end_of(const struct ticket *ticket)
{
    /* Times of tokens end at 2^53-1 seconds. */
    return ((int64_t)ticket->until / STRETCH + 1) * STRETCH;
}

/* A stream of the names in the folder; NULL: errno says why. */
static DIR *
list_names(int folder, const char *name)
{
    int again =
        openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *names = again >= 0 ? fdopendir(again) : NULL;

    if (names == NULL && again >= 0)
        close(again);
    return names;
}

/* Whether `name` is in the folder, whatever it is. */
static enum store_answer
is_there(const struct state *state, const char *name, char *ret_what)
{
    struct stat status;

    if (fstatat(state->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return STORE_YES;
    return errno == ENOENT ? STORE_NO
                           : failed(state, "look at it", name, ret_what);
}

/* Whether one entry of DIR says that the token was used, or may have been. */
static enum store_answer
says_used(const struct state *state, const char *entry, int64_t own,
          bool is_own_known, const char *name, char *ret_what)
{
    char path[PATH_IN_STATE_MAX];
    int64_t end;

    if (read_end(entry, GONE, &end) && own <= end) {
        snprintf(ret_what, STORE_WHAT_MAX,
                 "what was used of the tokens that expire before %" PRId64
                 " is forgotten already, and this clock is behind that: check "
                 "this host's clock",
                 end);
        return STORE_FAILED;
    }
    if (!read_end(entry, USED, &end) || (is_own_known && end == own))
        return STORE_NO;
    snprintf(path, sizeof path, USED "%" PRId64 "/%s", end, name);
    return is_there(state, path, ret_what);
}

/*
 * Whether the token was used, by what all folders say; without the own one
 * where that is known.
 */
static enum store_answer
look_around(const struct state *state, int64_t own, bool is_own_known,
            const char *name, char *ret_what)
{
    DIR *names = list_names(state->folder, ".");
    enum store_answer answer = STORE_NO;
    const struct dirent *entry;

    if (names == NULL)
        return failed(state, "list it", "", ret_what);
    while (answer == STORE_NO) {
        errno = 0;
        entry = readdir(names);
        if (entry == NULL) {
            if (errno != 0)
                answer = failed(state, "list it", "", ret_what);
            break;
        }
        answer =
            says_used(state, entry->d_name, own, is_own_known, name, ret_what);
    }
    closedir(names);
    return answer;
}

static enum store_answer
file_used(void *data, const struct ticket *ticket,
          char ret_what[STORE_WHAT_MAX])
{
    char name[REVOCATION_NAME_SIZE];

    if (!revocation_ticket_name(ticket, name))
        return no_memory(ret_what);
    return look_around(data, end_of(ticket), false, name, ret_what);
}

/* The folder of a stretch of time, made where it is not there. -1: errno. */
static int
enter(const struct state *state, const char *name)
{
    if (mkdirat(state->folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(state->folder, name,
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static enum store_answer
file_use(void *data, const struct ticket *ticket, char ret_what[STORE_WHAT_MAX])
{
    const struct state *state = data;
    int64_t end = end_of(ticket);
    char folder_name[FOLDER_NAME_MAX];
    char name[REVOCATION_NAME_SIZE];
    enum store_answer answer;
    int folder;
    int file;

    if (!revocation_ticket_name(ticket, name))
        return no_memory(ret_what);
    snprintf(folder_name, sizeof folder_name, USED "%" PRId64, end);
    folder = enter(state, folder_name);
    if (folder < 0)
        return failed(state, "make it", folder_name, ret_what);
    file = openat(folder, name,
                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        answer = errno == EEXIST ? STORE_YES
                                 : failed(state, "create a file in it",
                                          folder_name, ret_what);
        goto out;
    }
    close(file);
    answer = look_around(state, end, true, name, ret_what);
    /* The file is its name alone: what has to last is in the two folders. */
    if (answer == STORE_NO && (fsync(folder) != 0 || fsync(state->folder) != 0))
        answer = failed(state, "sync it", folder_name, ret_what);

out:
    close(folder);
    return answer;
}

/* Reads DIR/revoked/NAME; the strings are the document's. */
static bool
read_record(const struct state *state, const char *name,
            struct json_object **ret_document,
            struct revocation *ret_revocation)
{
    char *path = NULL;
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    struct json_object *before;
    bool good = false;

    *ret_document = NULL;
    if (asprintf(&path, "%s/" REVOKED "/%s", state->path, name) < 0)
        return false;
    if (readfile(path, RECORD_MAX, &file, what) &&
        jsondoc_parse(file.data, file.size, ret_document, what) == REASON_OK &&
        jsondoc_find(*ret_document, "before", &before)) {
        *ret_revocation = (struct revocation){
            .issuer = jsondoc_string(*ret_document, "iss"),
            .subject = jsondoc_string(*ret_document, "sub"),
            .token_id = jsondoc_string(*ret_document, "jti"),
        };
        good = jsondoc_is_time(before, &ret_revocation->before);
    }
    file_done(&file);
    free(path);
    return good;
}

/* Whether the revocation of this scope, if there is one, has the token. */
static enum store_answer
is_taken_back(const struct state *state, const char *scope, double issued,
              bool is_one_token, char *ret_what)
{
    char path[PATH_IN_STATE_MAX] = REVOKED "/";
    char *name = path + sizeof REVOKED;
    struct revocation revocation;
    struct json_object *document;
    enum store_answer answer;

    if (!revocation_name(scope, name))
        return no_memory(ret_what);
    answer = is_there(state, path, ret_what);
    if (answer != STORE_YES)
        return answer;
    if (is_one_token) {
        snprintf(ret_what, STORE_WHAT_MAX, "by %s", text_bare(scope).text);
        return STORE_YES;
    }
    if (!read_record(state, name, &document, &revocation)) {
        /* It is about this token, and nobody knows until when. */
        snprintf(ret_what, STORE_WHAT_MAX, "by a damaged record, %s/%s",
                 text_bare(state->path).text, path);
        answer = STORE_YES;
    } else if (revocation_covers(issued, revocation.before)) {
        snprintf(ret_what, STORE_WHAT_MAX, "by %s, all issued until %.0f",
                 text_bare(scope).text, revocation.before);
    } else {
        answer = STORE_NO;
    }
    jsondoc_free(document);
    return answer;
}

static enum store_answer
file_revoked(void *data, const struct ticket *ticket,
             char ret_what[STORE_WHAT_MAX])
{
    enum store_answer answer = STORE_NO;
    struct revocation revocation;

    for (size_t i = 0; answer == STORE_NO && i < REVOCATION_SCOPES; i++) {
        char *scope;

        if (!revocation_at(ticket, i, &revocation))
            continue;
        scope = revocation_scope(&revocation);
        if (scope == NULL)
            return no_memory(ret_what);
        answer = is_taken_back(data, scope, ticket->issued,
                               revocation.token_id != NULL, ret_what);
        free(scope);
    }
    return answer;
}

/* Writes the whole of a text, or nothing that counts. */
static bool
write_file(int folder, const char *name, const char *text)
{
    int file =
        openat(folder, name,
               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t length = strlen(text);
    bool done;

    if (file < 0)
        return false;
    done = write(file, text, length) == (ssize_t)length && fsync(file) == 0;
    return close(file) == 0 && done;
}

/* The scope with its "before". NULL: out of memory. */
static char *
record_text(const char *scope, double before)
{
    char number[32];
    char *text = NULL;

    snprintf(number, sizeof number, "%.0f", before);
    if (asprintf(&text, "%.*s%s\"before\":%s}\n", (int)strlen(scope) - 1, scope,
                 scope[1] == '}' ? "" : ",", number) < 0)
        return NULL;
    return text;
}

/*
 * Only root revokes, so that a lock among those who do can stop no login; it
 * keeps the later of two that come at once.
 */
static bool
put_record(const struct state *state, int folder,
           const struct revocation *revocation, const char *scope,
           char *ret_what)
{
    static const char unfinished[] = ".new";
    char name[REVOCATION_NAME_SIZE];
    struct revocation earlier;
    struct json_object *document;
    double before = revocation->before;
    char *text;
    bool done;

    if (!revocation_name(scope, name))
        return no_memory(ret_what);
    if (flock(folder, LOCK_EX | LOCK_NB) != 0)
        return failed(state, "lock it (is another revoke at work?)", REVOKED,
                      ret_what);
    if (read_record(state, name, &document, &earlier) &&
        earlier.before > before)
        before = earlier.before;
    jsondoc_free(document);
    text = record_text(scope, before);
    if (text == NULL)
        return no_memory(ret_what);
    done = write_file(folder, unfinished, text) &&
           renameat(folder, unfinished, folder, name) == 0 &&
           fsync(folder) == 0 && fsync(state->folder) == 0;
    if (!done)
        failed(state, "write it", REVOKED, ret_what);
    free(text);
    return done;
}

static bool
file_revoke(void *data, const struct revocation *revocation, double keep,
            char ret_what[STORE_WHAT_MAX])
{
    const struct state *state = data;
    char *scope = revocation_scope(revocation);
    int folder = enter(state, REVOKED);
    bool done;

    (void)keep;
    if (folder < 0) {
        free(scope);
        return failed(state, "make it", REVOKED, ret_what);
    }
    done = scope != NULL
               ? put_record(state, folder, revocation, scope, ret_what)
               : no_memory(ret_what);
    close(folder);
    free(scope);
    return done;
}

/*
 * Calls `each` with every revocation and its file's name. A record that is
 * damaged is told at the end, and does not hide the others.
 */
static bool
each_record(const struct state *state,
            bool (*each)(const struct revocation *revocation, const char *name,
                         void *data),
            void *data, char *ret_what)
{
    DIR *names = list_names(state->folder, REVOKED);
    const struct dirent *entry;
    bool done = true;

    if (names == NULL)
        return errno == ENOENT || failed(state, "list it", REVOKED, ret_what);
    while ((errno = 0, entry = readdir(names)) != NULL) {
        struct json_object *document;
        struct revocation revocation;

        if (entry->d_name[0] == '.')
            continue;
        if (!read_record(state, entry->d_name, &document, &revocation)) {
            done = false;
            snprintf(ret_what, STORE_WHAT_MAX,
                     "a damaged record, %s/" REVOKED
                     "/%s: it revokes whatever it was about; remove it when "
                     "nothing needs it",
                     text_bare(state->path).text,
                     text_bare(entry->d_name).text);
        } else if (!each(&revocation, entry->d_name, data)) {
            done = failed(state, "go on with it", REVOKED, ret_what);
        }
        jsondoc_free(document);
    }
    if (errno != 0)
        done = failed(state, "list it", REVOKED, ret_what);
    closedir(names);
    return done;
}

struct listing {
    store_each *each;
    void *data;
};

static bool
list_one(const struct revocation *revocation, const char *name, void *data)
{
    const struct listing *listing = data;

    (void)name;
    return listing->each(revocation, listing->data);
}

static bool
file_list(void *data, store_each *each, void *each_data,
          char ret_what[STORE_WHAT_MAX])
{
    struct listing listing = {each, each_data};

    return each_record(data, list_one, &listing, ret_what);
}

/* Removes every file of a folder, and the folder if nobody came meanwhile. */
static bool
remove_folder(const struct state *state, const char *name)
{
    DIR *names = list_names(state->folder, name);
    const struct dirent *entry;
    bool done = true;

    if (names == NULL)
        return false;
    while ((errno = 0, entry = readdir(names)) != NULL)
        if (!text_equal(entry->d_name, ".") && !text_equal(entry->d_name, ".."))
            done = unlinkat(dirfd(names), entry->d_name, 0) == 0 && done;
    done = errno == 0 && done;
    closedir(names);
    if (!done)
        return false;
    return unlinkat(state->folder, name, AT_REMOVEDIR) == 0 ||
           errno == ENOTEMPTY || errno == EEXIST;
}

/* The folders of a kind with an END up to `last`: removed, or the newest. */
static bool
sweep(const struct state *state, const char *prefix, int64_t last, bool removes,
      int64_t *ret_newest)
{
    DIR *names = list_names(state->folder, ".");
    const struct dirent *entry;
    bool done = names != NULL;
    int64_t end;

    while (done && (errno = 0, entry = readdir(names)) != NULL) {
        if (!read_end(entry->d_name, prefix, &end) || end > last)
            continue;
        if (end > *ret_newest)
            *ret_newest = end;
        if (removes)
            done = remove_folder(state, entry->d_name);
    }
    done = done && errno == 0;
    if (names != NULL)
        closedir(names);
    return done;
}

static bool
forget_used(const struct state *state, double now)
{
    int64_t last = (int64_t)now - CLEAN_AFTER;
    int64_t newest = 0;
    int64_t newest_gone = 0;
    char name[FOLDER_NAME_MAX];

    if (!sweep(state, USED, last, false, &newest))
        return false;
    if (newest == 0)
        return true;
    snprintf(name, sizeof name, GONE "%" PRId64, newest);
    if ((mkdirat(state->folder, name, 0700) != 0 && errno != EEXIST) ||
        fsync(state->folder) != 0)
        return false;
    /* Of the marks the newest says all that the older ones do. */
    return sweep(state, USED, newest, true, &newest) &&
           sweep(state, GONE, INT64_MAX, false, &newest_gone) &&
           sweep(state, GONE, newest_gone - 1, true, &newest);
}

struct outdated {
    const struct state *state;
    double before;
};

static bool
remove_outdated(const struct revocation *revocation, const char *name,
                void *data)
{
    const struct outdated *outdated = data;
    char path[sizeof REVOKED + NAME_MAX + 1];

    if (revocation->before >= outdated->before)
        return true;
    snprintf(path, sizeof path, REVOKED "/%s", name);
    return unlinkat(outdated->state->folder, path, 0) == 0;
}

/* Two days behind, and somebody should hear of it. */
#define OVERDUE (2 * 86400)

static enum store_answer
file_overdue(void *data, double now, char ret_what[STORE_WHAT_MAX])
{
    const struct state *state = data;
    int64_t newest = 0;

    if (!sweep(state, USED, (int64_t)now - OVERDUE, false, &newest))
        return failed(state, "list it", "", ret_what);
    if (newest == 0)
        return STORE_NO;
    snprintf(ret_what, STORE_WHAT_MAX,
             "%s still has tokens that expired days ago",
             text_bare(state->path).text);
    return STORE_YES;
}

/* Adds how many files a folder has. */
static bool
count_names(const struct state *state, const char *name, uint64_t *count)
{
    DIR *names = list_names(state->folder, name);
    const struct dirent *entry;
    bool done;

    if (names == NULL)
        return errno == ENOENT;
    while ((errno = 0, entry = readdir(names)) != NULL)
        *count += entry->d_name[0] != '.';
    done = errno == 0;
    closedir(names);
    return done;
}

static bool
file_size(void *data, uint64_t *ret_count, char ret_what[STORE_WHAT_MAX])
{
    const struct state *state = data;
    DIR *names = list_names(state->folder, ".");
    const struct dirent *entry;
    bool done = names != NULL;
    int64_t end;

    *ret_count = 0;
    while (done && (errno = 0, entry = readdir(names)) != NULL)
        if (read_end(entry->d_name, USED, &end))
            done = count_names(state, entry->d_name, ret_count);
    done = done && errno == 0;
    if (names != NULL)
        closedir(names);
    return (done && count_names(state, REVOKED, ret_count)) ||
           failed(state, "list it", "", ret_what);
}

static bool
file_clean(void *data, double now, double revoked_before,
           char ret_what[STORE_WHAT_MAX])
{
    struct outdated outdated = {data, revoked_before};

    if (!forget_used(data, now))
        return failed(data, "clean it", "", ret_what);
    return each_record(data, remove_outdated, &outdated, ret_what);
}

const struct store store_file = {
    .identity = companion_identity,
    .open = file_open,
    .close = file_close,
    .revoked = file_revoked,
    .used = file_used,
    .use = file_use,
    .revoke = file_revoke,
    .list = file_list,
    .overdue = file_overdue,
    .size = file_size,
    .clean = file_clean,
};
