/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/file_store.h"

#include "base/text.h"
#include "base/trusted_file.h"
#include "base/uptime.h"
#include "store/file_store_folder.h"
#include "store/sightings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Clocks are set back by seconds every day: that long folders stay. */
#define CLEAN_AFTER 3600

/* Two days without clean, and somebody should hear of it. */
#define OVERDUE (2 * 86400)

/* SIGHTINGS_MAX lines of it, and more. */
#define CLEANED_MAX (16 * 1024 * 1024)

/* Removes every file of a folder, and the folder if nobody came meanwhile. */
static bool
remove_folder(const struct folder *state, const char *name)
{
    DIR *names = folder_names(state->folder, name);
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

/* The stretches of a mark, grown by those that touch it. */
struct mark {
    struct stretches all;
    struct stretches joined[2];
    size_t count;
    bool is_there;
};

static bool
join(const struct folder *state, const char *name, void *data)
{
    struct mark *mark = data;
    struct stretches gone;
    const int64_t end = mark->all.from;

    (void)state;
    if (!folder_read_gone(name, &gone))
        return true;
    mark->is_there |= gone.from <= end && end <= gone.to;
    if (mark->count < 2 &&
        (gone.to + STRETCH == end || gone.from - STRETCH == end))
        mark->joined[mark->count++] = gone;
    return true;
}

static bool
make_mark(const struct folder *state, const struct stretches *gone)
{
    char name[FOLDER_NAME_MAX];

    snprintf(name, sizeof name, GONE "%" PRId64 "-%" PRId64, gone->from,
             gone->to);
    return (mkdirat(state->folder, name, 0700) == 0 || errno == EEXIST) &&
           fsync(state->folder) == 0;
}

/* Marks the stretch that ends at `end` as removed, before it is. */
static bool
leave_mark(const struct folder *state, int64_t end)
{
    struct mark mark = {.all = {end, end}};
    char name[FOLDER_NAME_MAX];

    if (!folder_each(state, join, &mark))
        return false;
    if (mark.is_there)
        return true;
    for (size_t i = 0; i < mark.count; i++) {
        if (mark.joined[i].from < mark.all.from)
            mark.all.from = mark.joined[i].from;
        if (mark.joined[i].to > mark.all.to)
            mark.all.to = mark.joined[i].to;
    }
    if (!make_mark(state, &mark.all))
        return false;
    /* The new one says all that these do; one that stays does no harm. */
    for (size_t i = 0; i < mark.count; i++) {
        snprintf(name, sizeof name, GONE "%" PRId64 "-%" PRId64,
                 mark.joined[i].from, mark.joined[i].to);
        (void)unlinkat(state->folder, name, AT_REMOVEDIR);
    }
    return true;
}

struct cleaning {
    const struct folder *state;
    const struct retention *retention;
    struct sightings *sightings;
    bool has_failed;
    char *ret_what; /* of what failed first */
};

/* Notes an entry that cannot be removed; the others still get their turn. */
static void
note_failure(struct cleaning *cleaning, const char *name)
{
    if (!cleaning->has_failed)
        folder_failed(cleaning->state, "clean it", name, cleaning->ret_what);
    cleaning->has_failed = true;
}

static bool
clean_used(const struct folder *state, const char *name, void *data)
{
    struct cleaning *cleaning = data;
    const struct retention *retention = cleaning->retention;
    uint64_t count = 0;
    int64_t end;

    if (!folder_read_end(name, &end) ||
        (double)end + CLEAN_AFTER > retention->now)
        return true;
    /* A token that was used since the last look changes the number. */
    if (!folder_count(state, name, &count))
        note_failure(cleaning, name);
    else if ((double)sightings_note(cleaning->sightings, name, (int64_t)count) <
             retention->used)
        return true;
    else if (!leave_mark(state, end) || !remove_folder(state, name))
        note_failure(cleaning, name);
    else
        sightings_drop(cleaning->sightings);
    return true;
}

static void
clean_record(const struct revocation *revocation, const char *name, void *data)
{
    struct cleaning *cleaning = data;
    const struct retention *retention = cleaning->retention;
    char path[sizeof REVOKED + NAME_MAX + 1];
    double seen = (double)sightings_note(cleaning->sightings, name,
                                         (int64_t)revocation->before);

    if (retention->revoked == 0 || seen < retention->revoked ||
        revocation->before + retention->revoked > retention->now)
        return;
    snprintf(path, sizeof path, REVOKED "/%s", name);
    if (unlinkat(cleaning->state->folder, path, 0) == 0)
        sightings_drop(cleaning->sightings);
    else
        note_failure(cleaning, REVOKED);
}

/* Reads the record of what clean has seen. NULL: errno says why. */
static struct sightings *
read_cleaned(const struct folder *state)
{
    char path[PATH_MAX + sizeof CLEANED + 1];
    char what[READFILE_WHAT_MAX];
    struct file file = {0};
    struct uptime uptime;
    struct sightings *sightings = NULL;

    if (!uptime_read(&uptime))
        return NULL;
    snprintf(path, sizeof path, "%s/" CLEANED, state->path);
    errno = ENOMEM;
    sightings = sightings_read(
        readfile(path, CLEANED_MAX, &file, what) ? file.data : NULL, &uptime,
        false);
    file_done(&file);
    return sightings;
}

static bool
write_cleaned(const struct folder *state, const struct sightings *sightings)
{
    char *text = sightings_text(sightings);
    bool done =
        text != NULL && folder_replace_file(state->folder, CLEANED, text);

    free(text);
    return done;
}

/* Under the lock of whoever revokes: a record is not replaced meanwhile. */
static bool
clean_records(struct cleaning *cleaning, store_odd *odd, void *odd_data,
              char *ret_what)
{
    int folder = openat(cleaning->state->folder, REVOKED,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool done;

    if (folder < 0)
        return errno == ENOENT ||
               folder_failed(cleaning->state, "open it", REVOKED, ret_what);
    done = folder_lock(folder)
               ? store_file_each_record(cleaning->state, clean_record, odd,
                                        cleaning, odd_data, ret_what)
               : folder_failed(cleaning->state, "lock it (revoke has it)",
                               REVOKED, ret_what);
    close(folder);
    return done;
}

/* All of it; only then is the record of what was seen a whole one. */
static bool
clean_all(struct cleaning *cleaning, store_odd *odd, void *odd_data)
{
    const struct folder *state = cleaning->state;

    if (!folder_each(state, clean_used, cleaning))
        return folder_failed(state, "list it", "", cleaning->ret_what);
    return clean_records(cleaning, odd, odd_data, cleaning->ret_what) &&
           (write_cleaned(state, cleaning->sightings) ||
            folder_failed(state, "write it", CLEANED, cleaning->ret_what));
}

bool
store_file_clean(void *data, const struct retention *retention, store_odd *odd,
                 void *odd_data, char ret_what[STORE_WHAT_MAX])
{
    const struct folder *state = data;
    struct cleaning cleaning = {
        .state = state, .retention = retention, .ret_what = ret_what};
    bool done;

    if (!folder_lock(state->folder))
        return folder_failed(state, "lock it (another clean has it)", "",
                             ret_what);
    cleaning.sightings = read_cleaned(state);
    if (cleaning.sightings == NULL)
        return folder_failed(state, "tell how long it has been running", "",
                             ret_what);
    done = clean_all(&cleaning, odd, odd_data) && !cleaning.has_failed;
    sightings_free(cleaning.sightings);
    return done;
}

struct overdue {
    double now;
    bool is_found;
};

static bool
find_overdue(const struct folder *state, const char *name, void *data)
{
    struct overdue *overdue = data;
    int64_t end;

    (void)state;
    if (folder_read_end(name, &end) && (double)end + OVERDUE < overdue->now)
        overdue->is_found = true;
    return true;
}

enum store_answer
store_file_overdue(void *data, double now, char ret_what[STORE_WHAT_MAX])
{
    const struct folder *state = data;
    struct overdue overdue = {.now = now};
    struct stat status;

    if (!folder_each(state, find_overdue, &overdue))
        return folder_failed(state, "list it", "", ret_what);
    if (!overdue.is_found ||
        (fstatat(state->folder, CLEANED, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         (double)status.st_mtime + OVERDUE > now))
        return STORE_NO;
    snprintf(ret_what, STORE_WHAT_MAX,
             "%s has tokens that expired days ago, and clean has not run since",
             text_log_value(state->path).text);
    return STORE_YES;
}

static bool
count_used(const struct folder *state, const char *name, void *data)
{
    int64_t end;

    return !folder_read_end(name, &end) || folder_count(state, name, data);
}

bool
store_file_size(void *data, uint64_t *ret_count, char ret_what[STORE_WHAT_MAX])
{
    const struct folder *state = data;

    *ret_count = 0;
    return (folder_each(state, count_used, ret_count) &&
            folder_count(state, REVOKED, ret_count)) ||
           folder_failed(state, "list it", "", ret_what);
}
