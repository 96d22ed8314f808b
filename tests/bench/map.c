/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map FILE IDENTITY USER ROUNDS: how long usermap_choose() takes, and reading
 * the same file and doing nothing with it; "choose MILLISECONDS" and "read
 * MILLISECONDS", a pair a round.
 */
#include "bench.h"

#include "account/usermap.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool
choose(const char *path, const char *identity, const char *user)
{
    struct verdict verdict = {0};
    char *found = NULL;
    bool right =
        usermap_choose(path, identity, user, &found, &verdict) == REASON_OK &&
        text_equal(found, user);

    free(found);
    return right;
}

static bool
only_read(const char *path)
{
    static char block[64 * 1024];
    int file = open(path, O_RDONLY);
    ssize_t got;

    if (file < 0)
        return false;
    while ((got = read(file, block, sizeof block)) > 0)
        ;
    close(file);
    return got == 0;
}

int
main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    bench_pin();
    if (choose(argv[1], "nobody@example.com", argv[3]) ||
        choose(argv[1], argv[2], "nobody")) {
        fprintf(stderr, "FAIL user map: a line that is not there\n");
        return 1;
    }
    for (long round = atol(argv[4]); round > 0; round--) {
        double begin = bench_seconds();
        double middle;

        if (!choose(argv[1], argv[2], argv[3])) {
            fprintf(stderr, "FAIL user map: the last line is not found\n");
            return 1;
        }
        middle = bench_seconds();
        if (!only_read(argv[1]))
            return 1;
        printf("choose %.3f\nread %.3f\n", (middle - begin) * 1e3,
               (bench_seconds() - middle) * 1e3);
    }
    return 0;
}
