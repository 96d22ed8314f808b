/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/askpass/token_keeper.h"

#include "base/secret.h"
#include "cli/askpass/asker.h"
#include "token/parts.h"

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The part that asks for a token only so that it is given up. */
#define PART_LAST UINT32_MAX

/* Without a descriptor for the asker it is looked for this often. */
#define TICK_MILLISECONDS 200

/* How long a peer of our own may take. */
#define PEER_SECONDS 5

/* An abstract name, which goes with its socket; one for each asker. */
static socklen_t
make_address(const struct process *asker, struct sockaddr_un *ret_address)
{
    int length;

    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    length =
        snprintf(ret_address->sun_path + 1, sizeof ret_address->sun_path - 1,
                 "pam-jwt-askpass.%lu.%ld.%llu", (unsigned long)geteuid(),
                 (long)asker->id, asker->start);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                       (size_t)length);
}

/* Anybody can bind an abstract name: only a process of ours is talked to. */
static bool
is_ours(int peer, pid_t *ret_id)
{
    struct ucred credentials = {.uid = (uid_t)-1};
    socklen_t size = sizeof credentials;

    if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return false;
    *ret_id = credentials.pid;
    return credentials.uid == geteuid();
}

static void
limit_time(int peer)
{
    const struct timeval limit = {.tv_sec = PEER_SECONDS};

    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* The process with that number may be another one by now. */
static bool
is_there(const struct process *asker)
{
    struct process now;

    return process_read(asker->id, &now) && now.start == asker->start;
}

/* Sends the token to a program that the asker has started. True: the last. */
static bool
serve(int peer, const struct process *asker, const char *token)
{
    size_t length = strlen(token);
    struct process program;
    uint32_t part = 0;
    pid_t id;

    limit_time(peer);
    if (!is_ours(peer, &id) || !process_read(id, &program) ||
        program.parent != asker->id || !is_there(asker) ||
        recv(peer, &part, sizeof part, MSG_WAITALL) != sizeof part)
        return false;
    send(peer, token, length, MSG_NOSIGNAL);
    return (uint64_t)part * PARTS_PIECE > length;
}

/* A clock that nobody sets. */
static time_t
seconds(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

/* Serves until the asker has ended, the last part was asked for, or too long.
 */
static void
serve_all(int listener, const struct process *asker, const char *token)
{
    struct pollfd ready[2] = {
        {.fd = listener, .events = POLLIN},
        {.fd = (int)syscall(SYS_pidfd_open, asker->id, 0), .events = POLLIN},
    };
    int tick = ready[1].fd >= 0 ? TOKENKEEP_SECONDS * 1000 : TICK_MILLISECONDS;
    time_t end = seconds() + TOKENKEEP_SECONDS;
    bool is_last = false;

    while (!is_last && is_there(asker) && seconds() < end) {
        int peer;

        if (poll(ready, 2, tick) < 0 || (ready[1].revents & POLLIN) != 0)
            break;
        peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0)
            continue;
        is_last = serve(peer, asker, token);
        close(peer);
        end = seconds() + TOKENKEEP_SECONDS;
    }
}

/* Leaves everything of the asker's: it waits for the end of our output. */
static void
become_keeper(int listener)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "pam-jwt-keep");
    for (int i = 0; i < 3; i++)
        if (null < 0 || dup2(null, i) < 0)
            _exit(1);
    for (int i = 3; i < 1024; i++)
        if (i != listener)
            close(i);
    if (chdir("/") != 0)
        _exit(1);
}

/* Takes the name, from an earlier keeper where there is one. */
static int
listen_for(const struct process *asker)
{
    struct sockaddr_un address;
    socklen_t size = make_address(asker, &address);
    int listener =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; listener >= 0 && i < 100; i++) {
        if (bind(listener, (struct sockaddr *)&address, size) == 0 &&
            listen(listener, 4) == 0)
            return listener;
        secret_free_string(tokenkeep_get(asker, PART_LAST));
        nanosleep(&pause, NULL);
    }
    if (listener >= 0)
        close(listener);
    return -1;
}

bool
tokenkeep_put(const struct process *asker, const char *token)
{
    int listener = listen_for(asker);
    pid_t child = listener >= 0 ? fork() : -1;

    if (child == 0) {
        become_keeper(listener);
        serve_all(listener, asker, token);
        _exit(0);
    }
    if (listener >= 0)
        close(listener);
    return child > 0;
}

static char *
receive(int peer)
{
    size_t size = PARTS_PIECE * PARTS_MAX + 2;
    char *token = calloc(1, size);
    size_t used = 0;
    ssize_t got = 1;

    while (token != NULL && got > 0 && used + 1 < size) {
        got = recv(peer, token + used, size - 1 - used, 0);
        used += got > 0 ? (size_t)got : 0;
    }
    if (used > 0 && got == 0)
        return token;
    secret_free(token, token != NULL ? size : 0);
    return NULL;
}

char *
tokenkeep_get(const struct process *asker, size_t part)
{
    struct sockaddr_un address;
    socklen_t size = make_address(asker, &address);
    int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint32_t number = (uint32_t)part;
    char *token = NULL;
    pid_t id;

    if (peer < 0)
        return NULL;
    limit_time(peer);
    if (connect(peer, (struct sockaddr *)&address, size) == 0 &&
        is_ours(peer, &id) &&
        send(peer, &number, sizeof number, MSG_NOSIGNAL) == sizeof number)
        token = receive(peer);
    close(peer);
    return token;
}
