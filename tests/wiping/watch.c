/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A shared object to preload: looks into every block that is freed or resized,
 * and at the end into all memory that can be written, for pieces of what must
 * not stay there. WATCH_FOR names a file of them, hexadecimal, one a line;
 * WATCH_REPORT the file for what was found. Each piece is kept inverted, so
 * that the search does not find itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A left-over of twice this size holds a whole piece. */
#define PIECE_SIZE  16
#define PIECE_COUNT 4096

static unsigned char pieces[PIECE_COUNT][PIECE_SIZE];
static int piece_count;
static FILE *report;
static void (*real_free)(void *);
static void *(*real_realloc)(void *, size_t);
static __thread bool is_inside;

static void
read_pieces(const char *path)
{
    char line[2 * PIECE_SIZE + 8];
    FILE *in = fopen(path, "r");

    while (in != NULL && piece_count < PIECE_COUNT &&
           fgets(line, sizeof line, in) != NULL) {
        for (int i = 0; i < PIECE_SIZE; i++) {
            unsigned byte = 0;

            sscanf(line + 2 * i, "%2x", &byte);
            pieces[piece_count][i] = (unsigned char)~byte;
        }
        piece_count++;
        explicit_bzero(line, sizeof line);
    }
    if (in != NULL)
        fclose(in);
}

/* Number of the piece that the memory holds, -1 for none. */
static int
find_piece(const unsigned char *memory, size_t size)
{
    if (size < PIECE_SIZE)
        return -1;
    for (int i = 0; i < piece_count; i++) {
        const unsigned char first = (unsigned char)~pieces[i][0];
        const unsigned char *at = memory;
        const unsigned char *end = memory + size - PIECE_SIZE + 1;

        while ((at = memchr(at, first, (size_t)(end - at))) != NULL) {
            int same = 0;

            while (same < PIECE_SIZE &&
                   at[same] == (unsigned char)~pieces[i][same])
                same++;
            if (same == PIECE_SIZE)
                return i;
            if (++at >= end)
                break;
        }
    }
    return -1;
}

/* Objects of the calls that led here, innermost first. */
static void
name_callers(char *into, size_t size)
{
    void *frames[24];
    int count = backtrace(frames, 24);
    size_t used = 0;

    into[0] = '\0';
    for (int i = 0; i < count; i++) {
        Dl_info info;
        const char *name;

        if (dladdr(frames[i], &info) == 0 || info.dli_fname == NULL)
            continue;
        name = strrchr(info.dli_fname, '/');
        /* The offset is for addr2line, where a static function has no name. */
        used += (size_t)snprintf(
            into + used, size - used, " %s:%s+0x%zx",
            name != NULL ? name + 1 : info.dli_fname,
            info.dli_sname != NULL ? info.dli_sname : "",
            (size_t)((char *)frames[i] - (char *)info.dli_fbase));
        if (used >= size)
            return;
    }
}

static void
look(const char *what, void *memory)
{
    char callers[2000];
    int piece;

    if (memory == NULL || is_inside || report == NULL)
        return;
    is_inside = true;
    piece = find_piece(memory, malloc_usable_size(memory));
    if (piece >= 0) {
        name_callers(callers, sizeof callers);
        fprintf(report, "%s: piece %d in a block of %zu bytes:%s\n", what,
                piece, malloc_usable_size(memory), callers);
        fflush(report);
    }
    is_inside = false;
}

void
free(void *memory)
{
    look("free", memory);
    if (real_free == NULL)
        real_free = (void (*)(void *))(uintptr_t)dlsym(RTLD_NEXT, "free");
    real_free(memory);
}

void *
realloc(void *memory, size_t size)
{
    void *bigger;

    if (real_realloc == NULL)
        real_realloc =
            (void *(*)(void *, size_t))(uintptr_t)dlsym(RTLD_NEXT, "realloc");
    if (memory != NULL && size > malloc_usable_size(memory))
        look("realloc", memory);
    bigger = real_realloc(memory, size);
    return bigger;
}

/* Every mapping that can be written, but the stack, which is in use. */
static void
look_at_all(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[400];

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from;
        unsigned long to;
        char mode[8] = "";
        int piece;

        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
            strncmp(mode, "rw", 2) != 0 || strstr(line, "[stack]") != NULL)
            continue;
        piece = find_piece((const unsigned char *)from, to - from);
        if (piece >= 0)
            fprintf(report, "end: piece %d in %s", piece, line);
    }
    if (maps != NULL)
        fclose(maps);
}

__attribute__((constructor)) static void
begin(void)
{
    const char *list = getenv("WATCH_FOR");
    const char *path = getenv("WATCH_REPORT");

    is_inside = true;
    if (list != NULL && path != NULL) {
        read_pieces(list);
        report = fopen(path, "a");
        if (report != NULL)
            fprintf(report, "%s: looking for %d pieces\n",
                    program_invocation_short_name, piece_count);
    }
    is_inside = false;
}

__attribute__((destructor)) static void
finish(void)
{
    if (report == NULL)
        return;
    is_inside = true;
    if (getenv("WATCH_END") != NULL)
        look_at_all();
    fprintf(report, "%s: done\n", program_invocation_short_name);
    fclose(report);
    report = NULL;
}
