/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/secret.h"
#include "base/trusted_file.h"
#include "cli/jwks/https.h"
#include "cli/jwks/key_set.h"
#include "cli/jwks/section.h"
#include "cli/options.h"
#include "cli/replace_file.h"
#include "config/config.h"
#include "json/document.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COMMAND "jwks fetch"

/* OpenID Connect Discovery 1.0 section 4. */
#define DISCOVERY "/.well-known/openid-configuration"

#define DISCOVERY_MAX ((size_t)256 * 1024)

/* More than the headers of any server hold. */
#define TOKEN_MAX ((size_t)64 * 1024)

/*
 * Longest time, in seconds, that an answer which the server calls fresh is kept
 * without asking again. A withdrawn key must be gone within the hour.
 */
#define FRESH_MAX 1800.0

/* Clocks that differ by more make tokens expired or issued_in_future. */
#define CLOCK_MAX 30.0

/* Facts about the set in --out, kept in a file beside it. */
struct memory {
    char *source; /* the issuer or the URL that was asked for */
    char *url;    /* where its set was */
    char *etag;
    char *modified;
    double fresh_until;
};

struct fetch {
    const char *issuer; /* whose discovery document names the set */
    const char *url;    /* or where the set is */
    const char *out;
    const char *ca_file;
    const char *token_file; /* NULL: the server wants none */
    char *token;            /* what it holds */
    char *memory_path;
    struct memory memory;
    double deadline;
    bool force;
    bool json;
};

static char *
copy(const char *text)
{
    char *result = text != NULL ? strdup(text) : NULL;

    if (text != NULL && result == NULL)
        cli_no_memory();
    return result;
}

static void
memory_done(struct memory *memory)
{
    free(memory->source);
    free(memory->url);
    free(memory->etag);
    free(memory->modified);
    *memory = (struct memory){0};
}

static const char *
source_of(const struct fetch *fetch)
{
    return fetch->url != NULL ? fetch->url : fetch->issuer;
}

/*
 * Reads the file of facts. If it is missing or damaged, everything is fetched
 * again.
 */
static void
memory_read(const struct fetch *fetch, struct memory *memory)
{
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    char wrong[JSONDOC_WHAT_MAX];
    struct json_object *object = NULL;
    struct json_object *fresh;

    if (access(fetch->out, R_OK) == 0 &&
        readfile(fetch->memory_path, DISCOVERY_MAX, &file, what) &&
        jsondoc_parse(file.data, file.size, &object, wrong) == REASON_OK) {
        memory->source = copy(jsondoc_string(object, "source"));
        memory->url = copy(jsondoc_string(object, "url"));
        memory->etag = copy(jsondoc_string(object, "etag"));
        memory->modified = copy(jsondoc_string(object, "modified"));
        if (!jsondoc_find(object, "fresh_until", &fresh) ||
            !jsondoc_is_time(fresh, &memory->fresh_until))
            memory->fresh_until = 0;
    }
    jsondoc_free(object);
    file_done(&file);
}

/* Without it the next fetch costs a whole reply, and nothing else. */
static void
memory_write(const struct fetch *fetch, const char *url,
             const struct https_reply *reply, double now)
{
    struct json_object *object = cli_object();
    struct replacement replacement = {
        .target = fetch->memory_path, .mode = 0644, .changed = now};
    char what[REPLACEMENT_WHAT_MAX];
    const char *text;

    cli_add_string(object, "source", source_of(fetch));
    cli_add_string(object, "url", url);
    cli_add_string(object, "etag", reply->etag);
    cli_add_string(object, "modified", reply->modified);
    cli_add_number(object, "fresh_until",
                   (int64_t)(now + fmin(reply->max_age, FRESH_MAX)));
    text = json_object_to_json_string(object);
    if (text == NULL)
        cli_no_memory();
    if (!replacement_make(&replacement, text, strlen(text), what) ||
        !replacement_keep(&replacement, what))
        cli_fail(0, COMMAND, "%s: %s", fetch->memory_path, what);
    replacement_done(&replacement);
    json_object_put(object);
}

static void
compare_clocks(const struct https_reply *reply, const char *url)
{
    double ahead = cli_now() - reply->date;

    if (reply->date > 0 && fabs(ahead) > CLOCK_MAX)
        cli_fail(0, COMMAND,
                 "this host's clock is %.0f s %s that of %s: set it, or tokens "
                 "will be refused by their times",
                 fabs(ahead), ahead > 0 ? "ahead of" : "behind",
                 text_log_value(url).text);
}

/* Where the issuer says that its keys are; NULL, and an exit code. */
static char *
discover(const struct fetch *fetch, int *ret_code)
{
    struct https_reply reply = {0};
    struct json_object *document = NULL;
    char what[HTTPS_WHAT_MAX];
    char wrong[JSONDOC_WHAT_MAX] = "";
    char *result = NULL;
    char *url;
    size_t length = strlen(fetch->issuer);

    if (length > 0 && fetch->issuer[length - 1] == '/')
        length--;
    if (asprintf(&url, "%.*s" DISCOVERY, (int)length, fetch->issuer) < 0)
        cli_no_memory();
    const struct https_request request = {.url = url,
                                          .ca_file = fetch->ca_file,
                                          .token = fetch->token,
                                          .size_max = DISCOVERY_MAX,
                                          .deadline = fetch->deadline};

    if (!https_get(&request, &reply, what)) {
        *ret_code = cli_fail(EXIT_UNAVAILABLE, COMMAND, "%s: %s",
                             text_log_value(url).text, what);
        goto out;
    }
    *ret_code = EXIT_NO;
    if (jsondoc_parse(reply.body, reply.size, &document, wrong) != REASON_OK)
        cli_fail(0, COMMAND, "%s: no JSON object: %s", text_log_value(url).text,
                 wrong);
    else if (!text_equal(jsondoc_string(document, "issuer"), fetch->issuer))
        cli_fail(0, COMMAND,
                 "%s: its issuer is %s, not %s, so that its keys are another's "
                 "(OpenID Connect Discovery section 4.3)",
                 text_log_value(url).text,
                 text_log_value(jsondoc_string(document, "issuer")).text,
                 text_log_value(fetch->issuer).text);
    else if (jsondoc_string(document, "jwks_uri") == NULL)
        cli_fail(0, COMMAND, "%s: it has no jwks_uri",
                 text_log_value(url).text);
    else if (fetch->token != NULL &&
             !https_is_same_host(url, jsondoc_string(document, "jwks_uri")))
        cli_fail(0, COMMAND,
                 "%s: its jwks_uri is %s, on another host, which is not given "
                 "the token of --token-file: name the set with --url",
                 text_log_value(url).text,
                 text_log_value(jsondoc_string(document, "jwks_uri")).text);
    else
        result = copy(jsondoc_string(document, "jwks_uri"));

out:
    jsondoc_free(document);
    https_done(&reply);
    free(url);
    return result;
}

/* Puts a judged set in the old one's place; returns an exit code. */
static int
put_in_place(const struct fetch *fetch, struct replacement *replacement)
{
    char what[REPLACEMENT_WHAT_MAX];

    /* The remembered facts belong to the old set: remove them first. */
    if (unlink(fetch->memory_path) != 0 && errno != ENOENT)
        return cli_fail(EXIT_UNREADABLE, COMMAND, "%s: cannot remove it",
                        fetch->memory_path);
    if (!replacement_keep(replacement, what))
        return cli_fail(EXIT_UNREADABLE, COMMAND, "%s: %s", fetch->out, what);
    return EXIT_YES;
}

/* A new set: judged as a file of its own, then put in the old one's place. */
static int
take_new(const struct fetch *fetch, const char *url,
         const struct https_reply *reply)
{
    double now = cli_now();
    struct replacement replacement = {
        .target = fetch->out, .mode = 0644, .changed = now};
    char what[REPLACEMENT_WHAT_MAX];
    struct jwksfile file = {0};
    char *fetched = NULL;
    char *kept = NULL;
    int code = EXIT_NO;

    if (!replacement_make(&replacement, reply->body, reply->size, what)) {
        code = cli_fail(EXIT_UNREADABLE, COMMAND, "%s: %s", fetch->out, what);
        goto out;
    }
    if (jwksfile_read(replacement.path, text_log_value(url).text, &file))
        code = EXIT_YES;
    jwksfile_complain(&file, COMMAND, fetch->json);
    fetched = jwksfile_text(&file, "fetched", fetch->out, fetch->json);
    kept = jwksfile_text(&file, "kept as it was", fetch->out, fetch->json);
    if (code == EXIT_YES)
        code = put_in_place(fetch, &replacement);
    if (!cli_put(replacement.is_in_place ? fetched : kept))
        code = EXIT_UNREADABLE;
    if (code == EXIT_YES)
        memory_write(fetch, url, reply, now);

out:
    free(fetched);
    free(kept);
    jwksfile_done(&file);
    replacement_done(&replacement);
    return code;
}

/* The set that is there: still the server's, and still good. */
static int
take_old(const struct fetch *fetch, const char *url,
         const struct https_reply *reply)
{
    double now = cli_now();
    struct jwksfile file;
    int code = EXIT_NO;
    char *text;

    if (!jwksfile_read(fetch->out, fetch->out, &file)) {
        unlink(fetch->memory_path);
    } else if (reply != NULL && utimensat(AT_FDCWD, fetch->out, NULL, 0) != 0) {
        code = cli_fail(EXIT_UNREADABLE, COMMAND, "%s: cannot set its time",
                        fetch->out);
    } else {
        if (reply != NULL)
            memory_write(fetch, url, reply, now);
        code = EXIT_YES;
    }
    jwksfile_complain(&file, COMMAND, fetch->json);
    text = jwksfile_text(&file,
                         code != EXIT_YES ? "not good"
                         : reply != NULL  ? "unchanged"
                                          : "still fresh",
                         fetch->out, fetch->json);
    if (!cli_put(text))
        code = EXIT_UNREADABLE;
    free(text);
    jwksfile_done(&file);
    return code;
}

static int
fetch_set(struct fetch *fetch)
{
    const struct memory *memory = &fetch->memory;
    struct https_request request = {.ca_file = fetch->ca_file,
                                    .token = fetch->token,
                                    .size_max = KEYSET_FILE_MAX,
                                    .deadline = fetch->deadline};
    struct https_reply reply = {0};
    char what[HTTPS_WHAT_MAX];
    double left = memory->fresh_until - cli_now();
    int code = EXIT_NO;
    char *url;

    /* A clock that was set back makes nothing fresh for ever; and what one
     * issuer published is not another's. */
    if (!fetch->force && left > 0 && left <= FRESH_MAX &&
        text_equal(source_of(fetch), memory->source))
        return take_old(fetch, memory->url, NULL);
    url = fetch->url != NULL ? copy(fetch->url) : discover(fetch, &code);
    if (url == NULL)
        return code;
    request.url = url;
    if (!fetch->force && text_equal(memory->url, url)) {
        request.etag = memory->etag;
        request.modified = memory->modified;
    }
    if (!https_get(&request, &reply, what)) {
        code = cli_fail(EXIT_UNAVAILABLE, COMMAND, "%s: %s",
                        text_log_value(url).text, what);
    } else {
        compare_clocks(&reply, url);
        code = (reply.is_unchanged ? take_old : take_new)(fetch, url, &reply);
    }
    https_done(&reply);
    free(url);
    return code;
}

/*
 * True for a file of the service alone: systemd gives it to others than root by
 * an access list, which shows as a mode that the group may read by.
 */
static bool
is_credential(const char *path)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t length = folder != NULL ? strlen(folder) : 0;

    return length > 0 && strncmp(path, folder, length) == 0 &&
           path[length] == '/' && strstr(path, "/..") == NULL;
}

/* True for one token68 of RFC 6750 section 2.1. */
static bool
is_bearer(const char *text, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    size_t count = strspn(text, digits);

    return count > 0 && count + strspn(text + count, "=") == length;
}

/* The token of a file, less its final newline; an exit code. */
static int
read_token(struct fetch *fetch)
{
    const char *path = fetch->token_file;
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    const char *wrong = what;

    if (readfile(path, TOKEN_MAX, &file, what)) {
        if (file.size > 0 && file.data[file.size - 1] == '\n')
            file.data[--file.size] = '\0';
        wrong = NULL;
        if (!file.is_private && !is_credential(path))
            wrong = "a token that group or others may read (chmod 600)";
        else if (!is_bearer(file.data, file.size))
            wrong = "not one line with a bearer token (RFC 6750 section 2.1)";
        else
            fetch->token = copy(file.data);
    }
    if (wrong != NULL)
        cli_fail(0, COMMAND, "%s: %s", path, wrong);
    file_done(&file);
    return wrong == NULL ? EXIT_YES : EXIT_UNREADABLE;
}

static int
fetch_named(struct fetch *fetch, const struct jwkssection *section)
{
    int code;

    if (section->issuer != NULL) {
        const struct strings *names = &section->issuer->token.claims.issuers;

        fetch->issuer = names->count > 0 ? names->items[0] : NULL;
        if (fetch->issuer == NULL)
            return cli_fail(EXIT_UNREADABLE, COMMAND,
                            "[issuer %s] has no issuer: name the set with "
                            "--url",
                            section->name);
    }
    if (asprintf(&fetch->memory_path, "%s.http", fetch->out) < 0 ||
        curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        cli_no_memory();
    memory_read(fetch, &fetch->memory);
    code = fetch_set(fetch);
    memory_done(&fetch->memory);
    free(fetch->memory_path);
    curl_global_cleanup();
    return code;
}

int
cli_jwks_fetch(const struct options *options)
{
    struct jwkssection section = {.config_path = options->config,
                                  .name = options->section};
    struct fetch fetch = {.issuer = options->issuer,
                          .url = options->url,
                          .out = options->path,
                          .ca_file = options->ca_file,
                          .token_file = options->token_file,
                          .force = options->force,
                          .json = options->json};
    int code = EXIT_YES;

    fetch.deadline = https_clock() + options->timeout;
    if (section.name != NULL)
        code = jwkssection_read(&section, COMMAND);
    if (code == EXIT_YES && fetch.token_file != NULL)
        code = read_token(&fetch);
    if (code == EXIT_YES)
        code = fetch_named(&fetch, &section);
    secret_free_string(fetch.token);
    jwkssection_done(&section);
    return code;
}
