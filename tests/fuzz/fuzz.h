/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What libFuzzer calls: one input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that no input may break. */
#define MUST(holds)                                                    \
    do {                                                               \
        if (!(holds)) {                                                \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, \
                    #holds);                                           \
            abort();                                                   \
        }                                                              \
    } while (0)

/* The path of a file in memory with this content and mode 0600. */
static inline const char *
fuzz_file(const uint8_t *data, size_t size)
{
    static int descriptor = -1;
    static char path[64];

    if (descriptor < 0) {
        descriptor = memfd_create("input", 0);
        MUST(descriptor >= 0 && fchmod(descriptor, 0600) == 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    }
    MUST(ftruncate(descriptor, 0) == 0);
    MUST(pwrite(descriptor, data, size, 0) == (ssize_t)size);
    return path;
}

#endif
