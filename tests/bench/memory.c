/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory CONFIG: how much memory login_decide() has at most for tokens of
 * max_token_size that anybody can write, who has no key: hostile JSON in the
 * header, and in the payload, which is looked at before the signature where
 * several sections have to be told apart by "iss". A line a token, separated by
 * tabs: where, what, bytes at the peak, reason. 1 if one of them is accepted.
 */
#include "base/base64.h"
#include "config/config.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * json-c and OpenSSL allocate in libraries of their own: the program's
 * definitions stand before the C library's for all of them.
 */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static long held;
static long peak;

static void *
took(void *memory)
{
    held += (long)malloc_usable_size(memory);
    if (held > peak)
        peak = held;
    return memory;
}

void *
malloc(size_t size)
{
    return took(__libc_malloc(size));
}

void *
calloc(size_t count, size_t size)
{
    return took(__libc_calloc(count, size));
}

void *
realloc(void *memory, size_t size)
{
    long before = (long)malloc_usable_size(memory);
    void *moved = __libc_realloc(memory, size);

    if (moved == NULL && size != 0)
        return NULL;
    held -= before;
    return took(moved);
}

void *
reallocarray(void *memory, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, bytes);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    return took(__libc_memalign(alignment, size));
}

int
posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    *ret_memory = aligned_alloc(alignment, size);
    return *ret_memory != NULL ? 0 : ENOMEM;
}

void
free(void *memory)
{
    held -= (long)malloc_usable_size(memory);
    __libc_free(memory);
}

/* What is repeated until the token is full; %d is another number each time. */
struct hostile {
    const char *name;
    const char *begin;
    const char *unit;
    const char *end;
};

/* clang-format off */
static const struct hostile hostiles[] = {
    {"empty objects",         "[",  "{},",             "0]"},
    {"empty arrays",          "[",  "[],",             "0]"},
    {"objects of one member", "[",  "{\"\":0},",       "0]"},
    {"objects of a few",      "[",  "{\"a\":0,\"b\":[],\"c\":{}},", "0]"},
    {"integers",              "[",  "0,",              "0]"},
    {"fractions",             "[",  "0.1,",            "0]"},
    {"exponents",             "[",  "1e1,",            "0]"},
    {"empty strings",         "[",  "\"\",",           "0]"},
    {"strings of an escape",  "[",  "\"\\u00e9\",",    "0]"},
    {"nulls",                 "[",  "null,",           "0]"},
    {"true",                  "[",  "true,",           "0]"},
    {"arrays in arrays",      "[",  "[[[[]]]],",       "0]"},
    {"objects in objects",    "[",  "{\"\":{\"\":{\"\":{}}}},", "0]"},
    {"many names",            "{",  "\"%d\":0,",       "\"\":0}"},
    {"many names of objects", "{",  "\"%d\":{},",      "\"\":0}"},
    {"one name many times",   "{",  "\"\":0,",         "\"\":0}"},
    {"deep arrays",           "",   "[",               ""},
    {"deep objects",          "",   "{\"\":",          ""},
    {"one long string",       "\"", "x",               "\""},
    {"one string of escapes", "\"", "\\u0001",         "\""},
    {"one long number",       "1",  "0",               ""},
};
/* clang-format on */

#define HEADER    "{\"alg\":\"HS256\""
#define PAYLOAD   "{\"iss\":\"https://a.example\""
#define SIGNATURE ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* A JSON object of at most `size` bytes that begins with `head`. */
static char *
make_json(const struct hostile *hostile, const char *head, size_t size)
{
    char *json = calloc(1, size + 256);
    int used = sprintf(json, "%s,\"x\":%s", head, hostile->begin);
    const char *number = strstr(hostile->unit, "%d");
    int shown = number != NULL ? (int)(number - hostile->unit) : 0;

    for (int i = 0;; i++) {
        int length = number != NULL ? sprintf(json + used, "%.*s%d%s", shown,
                                              hostile->unit, i, number + 2)
                                    : sprintf(json + used, "%s", hostile->unit);

        if ((size_t)(used + length) + strlen(hostile->end) + 1 > size)
            break;
        used += length;
    }
    sprintf(json + used, "%s}", hostile->end);
    return json;
}

static char *
encode(const char *json)
{
    return base64url_text((const unsigned char *)json, strlen(json));
}

/* One of `size` characters, or a few less. */
static char *
make_token(const struct hostile *hostile, bool in_header, size_t size)
{
    char *harmless = encode(in_header ? PAYLOAD "}" : HEADER "}");
    size_t room = size - strlen(harmless) - strlen("." SIGNATURE);
    char *json = make_json(hostile, in_header ? HEADER : PAYLOAD, room / 4 * 3);
    char *full = encode(json);
    char *token = NULL;

    if (asprintf(&token, "%s.%s" SIGNATURE, in_header ? full : harmless,
                 in_header ? harmless : full) < 0)
        exit(1);
    free(harmless);
    free(json);
    free(full);
    return token;
}

static enum reason
decide(const struct config *config, const char *token)
{
    const struct login_request request = {
        .service = "sshd", .user = "alice", .now = time(NULL)};
    struct login login;
    enum reason reason;

    held = 0;
    peak = 0;
    reason =
        login_decide(token, strlen(token), &config->policy, &request, &login);
    login_done(&login);
    return reason;
}

static bool
try(const struct config *config, const struct hostile *hostile, bool in_header)
{
    char *token = make_token(hostile, in_header, config->policy.token_size_max);
    enum reason reason = decide(config, token);

    printf("%s\t%s\t%ld\t%s\n", in_header ? "header" : "payload", hostile->name,
           peak, reason_name(reason));
    free(token);
    return reason != REASON_OK;
}

int
main(int argc, char **argv)
{
    struct config config;
    char *first;
    bool good = true;

    if (argc != 2)
        return 2;
    if (!config_read(argv[1], 0, NULL, &config)) {
        fprintf(stderr, "FAIL memory: %s\n", config.errors.items[0]);
        return 1;
    }
    /* What OpenSSL keeps from its first use on is nobody's in particular. */
    first = make_token(&hostiles[0], true, 256);
    if (decide(&config, first) != REASON_BAD_SIGNATURE) {
        fprintf(stderr, "FAIL memory: no signature was looked at\n");
        return 1;
    }
    for (size_t i = 0; i < sizeof hostiles / sizeof hostiles[0]; i++) {
        good = try(&config, &hostiles[i], true) && good;
        good = try(&config, &hostiles[i], false) && good;
    }
    if (!good)
        fprintf(stderr, "FAIL memory: a hostile token is accepted\n");
    free(first);
    config_done(&config);
    return good ? 0 : 1;
}
