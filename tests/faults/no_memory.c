/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A shared object to preload: lets the allocation of number NO_MEMORY_AT fail,
 * counted from 1 over malloc, calloc and realloc. At the end it writes how many
 * there were to the file NO_MEMORY_COUNT.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* dlsym() itself allocates before the functions are known. */
static char early[65536];
static size_t early_used;

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static long count;
static long fails_at = -1;
static bool is_starting;

/* Names the objects of the calls that led to a crash, innermost first. */
static void
name_crash(int signal_number)
{
    const char *path = getenv("NO_MEMORY_CRASH");
    FILE *out;
    void *frames[32];
    int depth;

    fails_at = -1;
    depth = backtrace(frames, 32);
    out = path != NULL ? fopen(path, "w") : NULL;
    for (int i = 0; out != NULL && i < depth; i++) {
        Dl_info object;

        if (dladdr(frames[i], &object) != 0 && object.dli_fname != NULL)
            fprintf(out, "%s\n", object.dli_fname);
    }
    if (out != NULL)
        fclose(out);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void
start(void)
{
    const char *at;

    if (real_free != NULL || is_starting)
        return;
    is_starting = true;
    real_malloc = (void *(*)(size_t))(uintptr_t)dlsym(RTLD_NEXT, "malloc");
    real_calloc =
        (void *(*)(size_t, size_t))(uintptr_t)dlsym(RTLD_NEXT, "calloc");
    real_realloc =
        (void *(*)(void *, size_t))(uintptr_t)dlsym(RTLD_NEXT, "realloc");
    real_free = (void (*)(void *))(uintptr_t)dlsym(RTLD_NEXT, "free");
    at = getenv("NO_MEMORY_AT");
    if (at != NULL)
        fails_at = atol(at);
    if (getenv("NO_MEMORY_CRASH") != NULL)
        signal(SIGSEGV, name_crash);
    is_starting = false;
}

static void *
take_early(size_t size)
{
    void *memory = early + early_used;

    early_used += (size + 15) & ~(size_t)15;
    return early_used <= sizeof early ? memory : NULL;
}

static bool
is_early(const void *memory)
{
    return (const char *)memory >= early &&
           (const char *)memory < early + sizeof early;
}

static bool
fails(void)
{
    if (fails_at < 0 || ++count != fails_at)
        return false;
    errno = ENOMEM;
    return true;
}

void *
malloc(size_t size)
{
    start();
    if (real_malloc == NULL)
        return take_early(size);
    return fails() ? NULL : real_malloc(size);
}

void *
calloc(size_t number, size_t size)
{
    start();
    if (real_calloc == NULL || real_free == NULL)
        return take_early(number * size);
    return fails() ? NULL : real_calloc(number, size);
}

void *
realloc(void *memory, size_t size)
{
    start();
    if (is_early(memory) || real_realloc == NULL)
        return take_early(size);
    return fails() ? NULL : real_realloc(memory, size);
}

void
free(void *memory)
{
    if (memory != NULL && !is_early(memory) && real_free != NULL)
        real_free(memory);
}

__attribute__((destructor)) static void
finish(void)
{
    const char *path = getenv("NO_MEMORY_COUNT");
    FILE *out;

    fails_at = -1;
    out = path != NULL ? fopen(path, "w") : NULL;
    if (out != NULL) {
        fprintf(out, "%ld\n", count);
        fclose(out);
    }
}
