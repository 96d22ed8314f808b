/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double
bench_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
bench_pin(void)
{
    cpu_set_t set;

    /* The first takes most interrupts. */
    CPU_ZERO(&set);
    CPU_SET(1, &set);
    sched_setaffinity(0, sizeof set, &set);
}

const char *
bench_read(const char *path, size_t *ret_length)
{
    static char data[BENCH_FILE_MAX + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got = -1;

    if (file < 0)
        return NULL;
    while (length < BENCH_FILE_MAX &&
           (got = read(file, data + length, BENCH_FILE_MAX - length)) > 0)
        length += (size_t)got;
    close(file);
    if (got != 0)
        return NULL;
    data[length] = '\0';
    *ret_length = length;
    return data;
}

char *
bench_text(const char *folder, const char *name)
{
    char path[4096];
    size_t length;
    const char *data;
    char *text;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    data = bench_read(path, &length);
    text = data != NULL ? strdup(data) : NULL;
    if (text == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

void
bench_shuffle(size_t *order, size_t count)
{
    /* A sequence of its own: what is linked may call rand(). */
    static unsigned long long state = 1;

    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t other, kept = order[i - 1];

        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        other = (size_t)(state >> 33) % i;
        order[i - 1] = order[other];
        order[other] = kept;
    }
}
