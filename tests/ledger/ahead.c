/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loaded in front of a program (LD_PRELOAD), puts its time of day AHEAD seconds
 * ahead. It asks the kernel itself and needs no memory, so that redis-server
 * with its own allocator can be started with it.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t id, struct timespec *now)
{
    const char *ahead = getenv("AHEAD");
    int code = (int)syscall(SYS_clock_gettime, id, now);

    if (code == 0 && ahead != NULL &&
        (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        now->tv_sec += strtol(ahead, NULL, 10);
    return code;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
        return -1;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t
time(time_t *ret_now)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    if (ret_now != NULL)
        *ret_now = now.tv_sec;
    return now.tv_sec;
}
