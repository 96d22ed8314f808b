/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILE_STORE_FOLDER_H
#define FILE_STORE_FOLDER_H

#include "store/revocation.h"
#include "store/store.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * DIR/used-END/NAME     an empty file: the token NAME is used
 * DIR/gone-FROM-TO      an empty folder: used-FROM to used-TO were removed
 * DIR/revoked/NAME      a JSON object: one revocation
 * DIR/cleaned           what clean has seen, and for how long
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
 * A clock that is wrong has two directions.
 * - Ahead: what it takes for expired is not. So a folder leaves only when clean
 *   has also seen it, unchanged, for longer than its tokens live, by uptime.
 * - Set back: a token that has expired looks good again. So gone-FROM-TO is
 *   written before the first file is removed, and a login whose END is there
 *   loses. It names the stretches that were removed and no other: a mark that
 *   covered all before it, or all after, would refuse logins when the clock is
 *   right again.
 */
#define STRETCH (6 * 3600)

#define USED    "used-"
#define GONE    "gone-"
#define REVOKED "revoked"
#define CLEANED "cleaned"

/* "gone-" and two integers. */
#define FOLDER_NAME_MAX 48

/* "used-END/NAME" */
#define PATH_IN_STATE_MAX (FOLDER_NAME_MAX + REVOCATION_NAME_SIZE)

/* The state folder, open. */
struct folder {
    int folder;
    char path[PATH_MAX];
};

/* Stretches of time, by their ends. */
struct stretches {
    int64_t from;
    int64_t to;
};

/* Reads the END of used-END. False: the name is another. */
bool folder_read_end(const char *name, int64_t *ret_end);

/* Reads gone-FROM-TO. False: the name is another. */
bool folder_read_gone(const char *name, struct stretches *ret_gone);

/* STORE_FAILED, which is false; notes "cannot CALL: NAME" and errno. */
enum store_answer folder_failed(const struct folder *state, const char *call,
                                const char *name, char *ret_what);
enum store_answer folder_no_memory(char *ret_what);

/* Opens a stream of the names in a folder. NULL: errno says why. */
DIR *folder_names(int folder, const char *name);

/* Decides whether `name` is in the state folder, whatever it is. */
enum store_answer folder_has(const struct folder *state, const char *name,
                             char *ret_what);

/* Opens a folder, made where it is not there. -1: errno says why. */
int folder_enter(const struct folder *state, const char *name);

/*
 * Waits until nobody else has the lock of a folder, for a minute at most.
 * Logins take none. False: errno says why. Closing the folder ends it.
 */
bool folder_lock(int folder);

/*
 * Puts a text in a file's place, so that a crash leaves the old or the new.
 * Under the lock: two at once would write the same unfinished file.
 */
bool folder_replace_file(int folder, const char *name, const char *text);

/* Adds how many files a folder has; none where it is not there. */
bool folder_count(const struct folder *state, const char *name,
                  uint64_t *count);

/* Calls `each` with every entry of the state folder until it returns false. */
bool folder_each(const struct folder *state,
                 bool (*each)(const struct folder *state, const char *name,
                              void *data),
                 void *data);

#endif
