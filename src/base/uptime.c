/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/uptime.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The first word of a file of the kernel's. */
static bool
read_word(const char *path, char *into, int size)
{
    FILE *file = fopen(path, "re");
    bool done;

    if (file == NULL)
        return false;
    done = fgets(into, size, file) != NULL;
    fclose(file);
    if (!done)
        errno = EIO;
    return done;
}

/* Files, not clock_gettime(): what fakes one clock fakes them all there. */
bool
uptime_read(struct uptime *ret_uptime)
{
    static const char hexadecimal[] = "0123456789abcdef-";
    char seconds[32];

    if (!read_word("/proc/sys/kernel/random/boot_id", ret_uptime->boot,
                   sizeof ret_uptime->boot) ||
        !read_word("/proc/uptime", seconds, sizeof seconds))
        return false;
    errno = EIO;
    return strspn(ret_uptime->boot, hexadecimal) == UPTIME_BOOT_SIZE - 1 &&
           sscanf(seconds, "%12" SCNd64, &ret_uptime->seconds) == 1;
}
