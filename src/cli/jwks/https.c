/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/jwks/https.h"

#include "base/secret.h"
#include "cli/cli.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define REDIRECTS_MAX 3

/* One transfer, for the functions that libcurl calls. */
struct transfer {
    struct https_reply *reply;
    size_t size_max;
    double age; /* seconds that a cache on the way has had the reply */
    bool is_too_large;
};

double
https_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t
take_body(char *data, size_t one, size_t size, void *context)
{
    struct transfer *transfer = context;
    struct https_reply *reply = transfer->reply;
    char *body;

    (void)one; /* 1, says CURLOPT_WRITEFUNCTION(3) */
    if (size > transfer->size_max - reply->size) {
        transfer->is_too_large = true;
        return 0;
    }
    body = realloc(reply->body, reply->size + size + 1);
    if (body == NULL)
        cli_no_memory();
    memcpy(body + reply->size, data, size);
    reply->body = body;
    reply->size += size;
    body[reply->size] = '\0';
    return size;
}

/* The value of the header `name`, trimmed, in `value`; false: another's. */
static bool
is_header(const char *line, size_t length, const char *name,
          char value[HTTPS_TAG_MAX])
{
    size_t at = strlen(name);

    if (length <= at || strncasecmp(line, name, at) != 0 || line[at] != ':')
        return false;
    at++;
    while (at < length && (line[at] == ' ' || line[at] == '\t'))
        at++;
    while (length > at && isspace((unsigned char)line[length - 1]))
        length--;
    if (length - at >= HTTPS_TAG_MAX)
        length = at; /* too long to be kept */
    for (size_t i = at; i < length; i++)
        if (line[i] < ' ' || line[i] > '~')
            length = at;
    memcpy(value, line + at, length - at);
    value[length - at] = '\0';
    return true;
}

/* Digits; 0 for anything else. */
static double
read_seconds(const char *text)
{
    return isdigit((unsigned char)*text) ? strtod(text, NULL) : 0;
}

/* How long a reply is fresh (RFC 9111 section 5.2.2), when nothing forbids. */
static double
read_max_age(const char *control)
{
    const char *at = strcasestr(control, "max-age=");

    if (strcasestr(control, "no-cache") != NULL ||
        strcasestr(control, "no-store") != NULL || at == NULL ||
        (at > control && at[-1] != ' ' && at[-1] != ','))
        return 0;
    return read_seconds(at + strlen("max-age="));
}

static size_t
take_header(char *line, size_t one, size_t length, void *context)
{
    struct transfer *transfer = context;
    struct https_reply *reply = transfer->reply;
    char value[HTTPS_TAG_MAX];
    time_t date;

    (void)one;
    if (is_header(line, length, "etag", value)) {
        memcpy(reply->etag, value, sizeof value);
    } else if (is_header(line, length, "last-modified", value)) {
        memcpy(reply->modified, value, sizeof value);
    } else if (is_header(line, length, "cache-control", value)) {
        reply->max_age = read_max_age(value);
    } else if (is_header(line, length, "age", value)) {
        transfer->age = read_seconds(value);
    } else if (is_header(line, length, "date", value)) {
        date = curl_getdate(value, NULL);
        reply->date = date > 0 ? (double)date : 0;
    }
    return length;
}

/* NULL, or what is wrong with a URL that a server or a person gave. */
static const char *
judge_url(CURLU *url, const char *text)
{
    char *part = NULL;
    const char *wrong = NULL;

    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
        return "is no URL";
    if (curl_url_get(url, CURLUPART_SCHEME, &part, 0) != CURLUE_OK ||
        strcmp(part, "https") != 0)
        wrong = "is not https, so that anybody on the way could change the "
                "keys";
    curl_free(part);
    part = NULL;
    if (curl_url_get(url, CURLUPART_USER, &part, 0) == CURLUE_OK)
        wrong = "has a user, which is not part of a key set's address";
    curl_free(part);
    return wrong;
}

/* True if the part is the same, or absent in both. */
static bool
is_same_part(CURLU *a, CURLU *b, CURLUPart part, unsigned flags)
{
    char *one = NULL;
    char *other = NULL;
    bool same;

    curl_url_get(a, part, &one, flags);
    curl_url_get(b, part, &other, flags);
    same = one != NULL && other != NULL && strcasecmp(one, other) == 0;
    curl_free(one);
    curl_free(other);
    return same;
}

static bool
is_same_host(CURLU *a, CURLU *b)
{
    return is_same_part(a, b, CURLUPART_HOST, 0) &&
           is_same_part(a, b, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

static bool
is_redirect(long status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

static bool
is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

bool
https_is_same_host(const char *a, const char *b)
{
    CURLU *one = curl_url();
    CURLU *other = curl_url();
    bool same;

    if (one == NULL || other == NULL)
        cli_no_memory();
    same = judge_url(one, a) == NULL && judge_url(other, b) == NULL &&
           is_same_host(one, other);
    curl_url_cleanup(one);
    curl_url_cleanup(other);
    return same;
}

/* Adds a header with a secret, of which this leaves no other copy. */
static struct curl_slist *
add_token(struct curl_slist *list, const char *token)
{
    char *line = NULL;
    struct curl_slist *longer;

    if (asprintf(&line, "Authorization: Bearer %s", token) < 0)
        cli_no_memory();
    longer = curl_slist_append(list, line);
    secret_free_string(line);
    if (longer == NULL)
        cli_no_memory();
    return longer;
}

static void
free_headers(struct curl_slist *list)
{
    for (struct curl_slist *at = list; at != NULL; at = at->next)
        explicit_bzero(at->data, strlen(at->data));
    curl_slist_free_all(list);
}

static struct curl_slist *
make_headers(const struct https_request *request)
{
    struct curl_slist *list = NULL;
    char line[HTTPS_TAG_MAX + 32];

    if (request->token != NULL)
        list = add_token(list, request->token);

    if (is_given(request->etag)) {
        snprintf(line, sizeof line, "If-None-Match: %s", request->etag);
        list = curl_slist_append(list, line);
    } else if (is_given(request->modified)) {
        snprintf(line, sizeof line, "If-Modified-Since: %s", request->modified);
        list = curl_slist_append(list, line);
    }
    return list;
}

/* True if libcurl takes all that this program's promises depend on. */
static bool
set_up(CURL *curl, CURLU *url, const struct https_request *request,
       struct curl_slist *headers, struct transfer *transfer, char *said)
{
    double left = (request->deadline - https_clock()) * 1000;

#if LIBCURL_VERSION_NUM >= 0x075500
    if (curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") != CURLE_OK)
        return false;
#else
    if (curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTPS) != CURLE_OK)
        return false;
#endif
    return curl_easy_setopt(curl, CURLOPT_CURLU, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                            (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (request->ca_file == NULL ||
            (curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file) ==
                 CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           /* Headers of a proxy are not the server's. */
           curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                            left > 1 ? (long)left : 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USERAGENT, "pam-jwt/" VERSION) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           /* No header of ours is for a proxy. */
           curl_easy_setopt(curl, CURLOPT_HEADEROPT,
                            (long)CURLHEADER_SEPARATE) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer) == CURLE_OK;
}

/* One request; the status, or -1 and what is wrong. */
static long
ask(CURL *curl, CURLU *url, const struct https_request *request,
    struct https_reply *reply, char *ret_what)
{
    struct transfer transfer = {.reply = reply, .size_max = request->size_max};
    struct curl_slist *headers = make_headers(request);
    char said[CURL_ERROR_SIZE] = "";
    CURLcode result = CURLE_FAILED_INIT;
    long status = -1;

    https_done(reply);
    if (set_up(curl, url, request, headers, &transfer, said))
        result = curl_easy_perform(curl);
    /* It may have a name out of the server's certificate. */
    for (char *at = said; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    if (transfer.is_too_large)
        snprintf(ret_what, HTTPS_WHAT_MAX, "it has more than %zu bytes",
                 request->size_max);
    else if (result != CURLE_OK)
        snprintf(ret_what, HTTPS_WHAT_MAX, "%s",
                 said[0] != '\0' ? said : curl_easy_strerror(result));
    else if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) !=
             CURLE_OK)
        status = -1;
    free_headers(headers);
    reply->max_age -= transfer.age;
    if (reply->max_age < 0)
        reply->max_age = 0;
    return status;
}

/* Makes `url` the place that a redirect names, when that is the same host. */
static bool
follow(CURL *curl, CURLU *url, char *ret_what)
{
    CURLU *next = curl_url();
    const char *wrong = "leads nowhere";
    char *target = NULL;
    bool good = false;

    if (next == NULL)
        cli_no_memory();
    if (curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &target) == CURLE_OK &&
        target != NULL)
        wrong = judge_url(next, target);
    if (wrong != NULL)
        snprintf(ret_what, HTTPS_WHAT_MAX, "its redirect %s", wrong);
    else if (!is_same_host(url, next))
        snprintf(ret_what, HTTPS_WHAT_MAX,
                 "it redirects to another host, which is not followed: %s",
                 text_log_value(target).text);
    else
        good = curl_url_set(url, CURLUPART_URL, target, 0) == CURLUE_OK;
    curl_url_cleanup(next);
    return good;
}

/* Why a server gave nothing, where it may be for want of a token. */
static const char *
hint_at_token(const struct https_request *request, long status)
{
    if (status != 401 && status != 403)
        return "";
    return request->token != NULL
               ? ": it does not accept the token of --token-file"
               : ": it may want a token (--token-file)";
}

bool
https_get(const struct https_request *request, struct https_reply *ret_reply,
          char ret_what[HTTPS_WHAT_MAX])
{
    CURL *curl = curl_easy_init();
    CURLU *url = curl_url();
    const char *wrong;
    bool good = false;
    int redirects = 0;
    long status;

    *ret_reply = (struct https_reply){0};
    if (curl == NULL || url == NULL)
        cli_no_memory();
    wrong = judge_url(url, request->url);
    if (wrong != NULL) {
        snprintf(ret_what, HTTPS_WHAT_MAX, "it %s", wrong);
        goto out;
    }
    do
        status = ask(curl, url, request, ret_reply, ret_what);
    while (is_redirect(status) && redirects++ < REDIRECTS_MAX &&
           follow(curl, url, ret_what));
    ret_reply->is_unchanged = status == 304;
    good = (status == 200 && ret_reply->body != NULL) ||
           (status == 304 &&
            (is_given(request->etag) || is_given(request->modified)));
    if (redirects > REDIRECTS_MAX)
        snprintf(ret_what, HTTPS_WHAT_MAX, "it redirects again and again");
    else if (!good && status != -1 && !is_redirect(status))
        snprintf(ret_what, HTTPS_WHAT_MAX,
                 "the server replied %ld with %zu bytes, not 200 with a "
                 "document%s",
                 status, ret_reply->size, hint_at_token(request, status));

out:
    curl_easy_cleanup(curl);
    curl_url_cleanup(url);
    return good;
}

void
https_done(struct https_reply *reply)
{
    free(reply->body);
    *reply = (struct https_reply){0};
}
