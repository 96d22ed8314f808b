/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store of used tokens in a folder, opened and closed for each token as a
 * login does. UNTIL is when the tokens expire.
 *
 * store fill STATE UNTIL COUNT: uses that many tokens, and syncs nothing.
 * store use STATE UNTIL COUNT PROCESSES: each process uses COUNT fresh tokens
 * at the same time; a line "use MICROSECONDS" for each, then "syncs NUMBER".
 * store race STATE UNTIL COUNT PROCESSES: all of them use the same COUNT
 * tokens; "won NUMBER" is how many of these had exactly one winner.
 *
 * Linked with --wrap for fsync and fdatasync.
 */
#include "bench.h"

#include "store/replay.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKENS_MAX 20000

/* What the processes share. */
struct board {
    atomic_int syncs;
    atomic_int wins[TOKENS_MAX];
    double seconds[TOKENS_MAX];
};

static struct board *board;
static bool skips_sync;
static char *state;
static double until;

int __real_fsync(int file);
int __real_fdatasync(int file);
int __wrap_fsync(int file);
int __wrap_fdatasync(int file);

int
__wrap_fsync(int file)
{
    atomic_fetch_add(&board->syncs, 1);
    return skips_sync ? 0 : __real_fsync(file);
}

int
__wrap_fdatasync(int file)
{
    atomic_fetch_add(&board->syncs, 1);
    return skips_sync ? 0 : __real_fdatasync(file);
}

static enum reason
use(const char *token_id)
{
    const struct replay_policy policy = {.one_time = true,
                                         .store_uri = {.state = state}};
    const struct ticket ticket = {.issuer = "https://idp.example/realms/main",
                                  .token_id = token_id,
                                  .subject = "alice",
                                  .issued = until - 300,
                                  .until = until};
    struct verdict verdict = {0};
    enum reason reason = replay_judge(&policy, &ticket, true, &verdict);

    if (reason != REASON_OK && reason != REASON_ALREADY_USED) {
        fprintf(stderr, "FAIL store: %s\n", verdict.detail);
        exit(1);
    }
    return reason;
}

static void
use_fresh(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        char token_id[64];
        double begin;

        snprintf(token_id, sizeof token_id, "%ld-%.9f-%zu", (long)getpid(),
                 bench_seconds(), i);
        begin = bench_seconds();
        if (use(token_id) != REASON_OK) {
            fprintf(stderr, "FAIL store: a fresh token is used already\n");
            exit(1);
        }
        board->seconds[i % TOKENS_MAX] = bench_seconds() - begin;
    }
}

static void
use_same(size_t count, long race)
{
    for (size_t i = 0; i < count; i++) {
        char token_id[64];

        snprintf(token_id, sizeof token_id, "race-%ld-%zu", race, i);
        if (use(token_id) == REASON_OK)
            atomic_fetch_add(&board->wins[i], 1);
    }
}

/* All processes begin when the last of them is there. */
static bool
in_processes(long processes, size_t count, bool is_race)
{
    long race = (long)getpid();
    bool good = true;
    int gate[2];
    int status;
    char byte;

    if (pipe(gate) != 0)
        return false;
    for (long i = 0; i < processes; i++) {
        if (fork() != 0)
            continue;
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 0)
            _exit(1);
        if (is_race)
            use_same(count, race);
        else
            use_fresh((size_t)i * count, count);
        _exit(0);
    }
    usleep(20000); /* most are at the gate */
    close(gate[1]);
    close(gate[0]);
    for (long i = 0; i < processes; i++)
        good = wait(&status) > 0 && status == 0 && good;
    return good;
}

static void
print(size_t used)
{
    for (size_t i = 0; i < used; i++)
        printf("use %.2f\n", board->seconds[i] * 1e6);
    printf("syncs %d\n", board->syncs);
}

int
main(int argc, char **argv)
{
    size_t count = argc > 4 ? (size_t)atol(argv[4]) : 0;
    long processes = argc > 5 ? atol(argv[5]) : 1;
    bool is_race = argc > 1 && strcmp(argv[1], "race") == 0;
    size_t won = 0;

    if (count == 0)
        return 2;
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return 1;
    state = argv[2];
    until = atof(argv[3]);
    if (strcmp(argv[1], "fill") == 0) {
        skips_sync = true;
        use_fresh(0, count);
        sync(); /* or else whoever is measured pays for it */
        return 0;
    }
    if (count * (size_t)processes > TOKENS_MAX ||
        !in_processes(processes, count, is_race))
        return 1;
    if (!is_race) {
        print(count * (size_t)processes);
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        won += board->wins[i] == 1;
    printf("won %zu\n", won);
    return 0;
}
