/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * To be preloaded: the FAIL_AT-th call that pam-jwt, pam_jwt.so or
 * pam_jwt_token.so makes of a function that can fail does fail. Calls that
 * libraries make do not count. How many there were, and the name of the one
 * that failed, goes to the file FAIL_REPORT when the process ends.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static long calls;
static const char *failed = "";

static bool
ends_in(const char *text, const char *end)
{
    size_t length = strlen(text);

    return length >= strlen(end) &&
           strcmp(text + length - strlen(end), end) == 0;
}

/* Fast enough for each allocation of OpenSSL; dladdr() is not. */
static bool
is_ours(const void *caller)
{
    struct dl_find_object found;
    const char *name;

    if (_dl_find_object((void *)caller, &found) != 0)
        return false;
    name = found.dlfo_link_map->l_name;
    return name[0] == '\0'
               ? strcmp(program_invocation_short_name, "pam-jwt") == 0
               : ends_in(name, "pam_jwt.so") ||
                     ends_in(name, "pam_jwt_token.so");
}

/* What a build that counts lines does when it ends is not ours to test. */
static bool ended;

static void
end(void)
{
    ended = true;
}

/* What pam-jwt starts is not counted, and must not write the report. */
__attribute__((constructor)) static void
begin(void)
{
    if (strcmp(program_invocation_short_name, "pam-jwt") == 0)
        unsetenv("LD_PRELOAD");
}

int
dlclose(void *handle)
{
    int (*real)(void *);

    *(void **)&real = dlsym(RTLD_NEXT, "dlclose");
    end();
    return real(handle);
}

static bool
fails(const char *name, const void *caller)
{
    const char *at;

    if (ended || !is_ours(caller))
        return false;
    if (calls == 0)
        atexit(end);
    at = getenv("FAIL_AT");
    calls++;
    if (at == NULL || calls != atol(at))
        return false;
    failed = name;
    errno = ENOMEM;
    return true;
}

/* Before dlsym() itself can be called, and often. */
void *
malloc(size_t size)
{
    return fails("malloc", __builtin_return_address(0)) ? NULL
                                                        : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    return fails("calloc", __builtin_return_address(0))
               ? NULL
               : __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
    return fails("realloc", __builtin_return_address(0))
               ? NULL
               : __libc_realloc(memory, size);
}

void *
reallocarray(void *memory, size_t count, size_t size)
{
    return fails("reallocarray", __builtin_return_address(0))
               ? NULL
               : __libc_realloc(memory, count * size);
}

/* All take at most twelve integers or pointers. */
#define ARGUMENTS                                                           \
    long a, long b, long c, long d, long e, long f, long g, long h, long i, \
        long j, long k, long l
#define CALL(name, failure)                              \
    long fail_##name(ARGUMENTS) __asm__(#name);          \
    long fail_##name(ARGUMENTS)                          \
    {                                                    \
        static long (*real)(ARGUMENTS);                  \
                                                         \
        if (fails(#name, __builtin_return_address(0)))   \
            return failure;                              \
        if (real == NULL)                                \
            *(void **)&real = dlsym(RTLD_NEXT, #name);   \
        return real(a, b, c, d, e, f, g, h, i, j, k, l); \
    }
#include "fail_calls.h"

__attribute__((destructor)) static void
report(void)
{
    const char *path = getenv("FAIL_REPORT");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    if (file == NULL)
        return;
    fprintf(file, "%ld %s\n", calls, failed);
    fclose(file);
}
