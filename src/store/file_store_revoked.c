/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/file_store.h"

#include "base/text.h"
#include "base/trusted_file.h"
#include "store/file_store_folder.h"
#include "json/document.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MAX (256 * 1024)

/* Reads DIR/revoked/NAME; the strings are the document's. */
static bool
read_record(const struct folder *state, const char *name,
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

/*
 * Decides whether the revocation of this scope, if there is one, has the token.
 */
static enum store_answer
is_scope_revoked(const struct folder *state, struct revocation *revocation,
                 double issued, char *ret_what)
{
    char path[PATH_IN_STATE_MAX] = REVOKED "/";
    char words[REVOCATION_WORDS_MAX];
    struct revocation record;
    struct json_object *document = NULL;
    char *scope = revocation_scope(revocation);
    enum store_answer answer;

    if (scope == NULL || !revocation_name(scope, path + sizeof REVOKED)) {
        answer = folder_no_memory(ret_what);
        goto out;
    }
    answer = folder_has(state, path, ret_what);
    if (answer != STORE_YES)
        goto out;
    if (revocation->token_id != NULL) {
        revocation_words(revocation, words);
        snprintf(ret_what, STORE_WHAT_MAX, "%s", words);
    } else if (!read_record(state, path + sizeof REVOKED, &document, &record)) {
        /* It is about this token, and nobody knows until when. */
        snprintf(ret_what, STORE_WHAT_MAX, "by a damaged record, %s/%s",
                 text_log_value(state->path).text, path);
    } else if (revocation_covers(issued, record.before)) {
        revocation->before = record.before;
        revocation_words(revocation, words);
        snprintf(ret_what, STORE_WHAT_MAX, "%s", words);
    } else {
        answer = STORE_NO;
    }

out:
    jsondoc_free(document);
    free(scope);
    return answer;
}

enum store_answer
store_file_revoked(void *data, const struct ticket *ticket,
                   char ret_what[STORE_WHAT_MAX])
{
    enum store_answer answer = STORE_NO;
    struct revocation revocation;

    for (size_t i = 0; answer == STORE_NO && i < revocation_count(ticket); i++)
        if (revocation_at(ticket, i, &revocation))
            answer =
                is_scope_revoked(data, &revocation, ticket->issued, ret_what);
    return answer;
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

/* Under the lock, which keeps the later of two that come at once. */
static bool
put_record(const struct folder *state, int folder, const char *scope,
           double *before, char *ret_what)
{
    char name[REVOCATION_NAME_SIZE];
    struct revocation earlier;
    struct json_object *document;
    char *text;
    bool done;

    if (!revocation_name(scope, name))
        return folder_no_memory(ret_what);
    if (read_record(state, name, &document, &earlier) &&
        earlier.before > *before)
        *before = earlier.before;
    jsondoc_free(document);
    text = record_text(scope, *before);
    if (text == NULL)
        return folder_no_memory(ret_what);
    done = folder_replace_file(folder, name, text) && fsync(state->folder) == 0;
    if (!done)
        folder_failed(state, "write it", REVOKED, ret_what);
    free(text);
    return done;
}

bool
store_file_revoke(void *data, const struct revocation *revocation,
                  double *ret_before, char ret_what[STORE_WHAT_MAX])
{
    const struct folder *state = data;
    char *scope = revocation_scope(revocation);
    int folder = folder_enter(state, REVOKED);
    double before = revocation->before;
    bool done = false;

    if (folder < 0)
        folder_failed(state, "make it", REVOKED, ret_what);
    else if (scope == NULL)
        folder_no_memory(ret_what);
    else if (!folder_lock(folder))
        folder_failed(state, "lock it (another revoke or clean has it)",
                      REVOKED, ret_what);
    else
        done = put_record(state, folder, scope, &before, ret_what);
    if (done)
        *ret_before = before;
    if (folder >= 0)
        close(folder);
    free(scope);
    return done;
}

/* True if a record stands where a login looks for what it says. */
static bool
is_in_place(const struct revocation *revocation, const char *name)
{
    char own[REVOCATION_NAME_SIZE];
    char *scope = revocation_scope(revocation);
    bool is =
        scope != NULL && revocation_name(scope, own) && text_equal(own, name);

    free(scope);
    return is;
}

static void
say_odd(const struct folder *state, const char *name, bool is_readable,
        store_odd *odd, void *data)
{
    char what[STORE_WHAT_MAX];

    snprintf(what, sizeof what, "%s, %s/" REVOKED "/%s: %s",
             is_readable ? "a record under another's name" : "a damaged record",
             text_log_value(state->path).text, text_log_value(name).text,
             is_readable ? "it revokes nothing; revoke again what it says, and "
                           "remove it"
                         : "it revokes whatever it was about; remove it when "
                           "nothing needs it");
    odd(what, data);
}

bool
store_file_each_record(const struct folder *state,
                       void (*each)(const struct revocation *revocation,
                                    const char *name, void *data),
                       store_odd *odd, void *data, void *odd_data,
                       char *ret_what)
{
    DIR *names = folder_names(state->folder, REVOKED);
    const struct dirent *entry;
    bool done;

    if (names == NULL)
        return errno == ENOENT ||
               folder_failed(state, "list it", REVOKED, ret_what);
    while ((errno = 0, entry = readdir(names)) != NULL) {
        struct json_object *document;
        struct revocation revocation;
        bool is_readable;

        if (entry->d_name[0] == '.')
            continue;
        is_readable = read_record(state, entry->d_name, &document, &revocation);
        if (is_readable && is_in_place(&revocation, entry->d_name))
            each(&revocation, entry->d_name, data);
        else
            say_odd(state, entry->d_name, is_readable, odd, odd_data);
        jsondoc_free(document);
    }
    done = errno == 0 || folder_failed(state, "list it", REVOKED, ret_what);
    closedir(names);
    return done;
}

struct listing {
    store_each *each;
    void *data;
};

static void
list_one(const struct revocation *revocation, const char *name, void *data)
{
    const struct listing *listing = data;

    (void)name;
    listing->each(revocation, listing->data);
}

bool
store_file_list(void *data, store_each *each, store_odd *odd, void *each_data,
                char ret_what[STORE_WHAT_MAX])
{
    struct listing listing = {each, each_data};

    return store_file_each_record(data, list_one, odd, &listing, each_data,
                                  ret_what);
}
