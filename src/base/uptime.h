/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UPTIME_H
#define UPTIME_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a boot's id, a UUID, with the final NUL. */
#define UPTIME_BOOT_SIZE 37

/* How long this machine has been running, and which of its boots this is. */
struct uptime {
    char boot[UPTIME_BOOT_SIZE];
    int64_t seconds;
};

/*
 * Reads both from the kernel. They do not depend on the time of day, so they
 * are right while the clock is wrong. False: errno says why.
 */
bool uptime_read(struct uptime *ret_uptime) __attribute__((warn_unused_result));

#endif
