/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults CONFIG USER GOOD-TOKEN FORGED-TOKEN: decides on both tokens while each
 * allocation (malloc and its like, of OpenSSL and json-c too), and each call
 * that our code makes of OpenSSL, fails in turn. Never a yes that should be
 * none, never a crash, and nothing that is not freed.
 */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

/* What is made to fail: the turn at which it does, 0 for never. */
static struct {
    bool counting;
    long allocations; /* so far */
    long failing_allocation;
    long calls;
    long failing_call;
    long call_returns; /* what a failing call returns */
    const char *failed_call;
    long held; /* blocks allocated and not freed */
} fault;

static bool
allocation_fails(void)
{
    if (!fault.counting || ++fault.allocations != fault.failing_allocation)
        return false;
    errno = ENOMEM;
    return true;
}

/* calloc() and realloc() of nothing count too; free(NULL) does not. */
void *
malloc(size_t size)
{
    void *memory = allocation_fails() ? NULL : __libc_malloc(size);

    fault.held += memory != NULL;
    return memory;
}

void *
calloc(size_t count, size_t size)
{
    void *memory = allocation_fails() ? NULL : __libc_calloc(count, size);

    fault.held += memory != NULL;
    return memory;
}

void *
realloc(void *old, size_t size)
{
    void *memory = allocation_fails() ? NULL : __libc_realloc(old, size);

    fault.held += old == NULL && memory != NULL;
    return memory;
}

void *
reallocarray(void *old, size_t count, size_t size)
{
    return realloc(old, count * size);
}

void
free(void *memory)
{
    fault.held -= memory != NULL;
    __libc_free(memory);
}

/*
 * json-c 0.16 dies of a member name that its strdup() could not copy: strdup()
 * of libraries never fails here, that of our own code (ld --wrap) does.
 */
char *
strdup(const char *text)
{
    bool counting = fault.counting;
    char *copy;

    fault.counting = false;
    copy = malloc(strlen(text) + 1);
    fault.counting = counting;
    return copy != NULL ? strcpy(copy, text) : NULL;
}

char *__wrap_strdup(const char *text);
char *
__wrap_strdup(const char *text)
{
    char *copy = malloc(strlen(text) + 1);

    return copy != NULL ? strcpy(copy, text) : NULL;
}

/*
 * glibc 2.36 frees twice when memory ends within regcomp(); that is not ours to
 * test, so that it gets all the memory that it wants.
 */
int __real_regcomp(void *compiled, const char *expression, int flags);
int __wrap_regcomp(void *compiled, const char *expression, int flags);
int
__wrap_regcomp(void *compiled, const char *expression, int flags)
{
    bool counting = fault.counting;
    int result;

    fault.counting = false;
    result = __real_regcomp(compiled, expression, flags);
    fault.counting = counting;
    return result;
}

static bool
call_fails(const char *name)
{
    if (!fault.counting || ++fault.calls != fault.failing_call)
        return false;
    fault.failed_call = name;
    return true;
}

/*
 * A wrapper for each function of OpenSSL that our code calls (ld --wrap). None
 * takes more than twelve arguments, and all are integers or pointers.
 */
#define ARGUMENTS                                                           \
    long a, long b, long c, long d, long e, long f, long g, long h, long i, \
        long j, long k, long l
#define CALL(name)                                                      \
    long __real_##name(ARGUMENTS);                                      \
    long __wrap_##name(ARGUMENTS);                                      \
    long __wrap_##name(ARGUMENTS)                                       \
    {                                                                   \
        return call_fails(#name)                                        \
                   ? fault.call_returns                                 \
                   : __real_##name(a, b, c, d, e, f, g, h, i, j, k, l); \
    }
#include "faults_calls.h"

/* Functions whose failure is also a negative number. */
static bool
fails_negative(const char *name)
{
    static const char *const names[] = {"EVP_DigestVerify",
                                        "EVP_DigestVerifyInit_ex",
                                        "EVP_PKEY_fromdata",
                                        "EVP_PKEY_fromdata_init",
                                        "EVP_PKEY_CTX_set_rsa_padding",
                                        "EVP_PKEY_CTX_set_rsa_pss_saltlen",
                                        "EVP_PKEY_public_check_quick",
                                        "i2d_ECDSA_SIG",
                                        "ASN1_get_object",
                                        "EVP_PKEY_get_bits",
                                        "EVP_PKEY_get_size"};

    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        if (strcmp(name, names[n]) == 0)
            return true;
    return false;
}

struct scene {
    const char *config;
    const char *user;
};

/* The whole decision as the module makes it; only the account is left out. */
static enum reason
decide(const struct scene *scene, const char *token)
{
    const struct login_request request = {.service = "sshd",
                                          .user = scene->user,
                                          .hostname = "host.example",
                                          .now = 1900000000,
                                          .skip_account = true};
    struct config config;
    struct login login = {0};
    enum reason reason = REASON_BAD_CONFIG;

    fault.allocations = 0;
    fault.calls = 0;
    fault.failed_call = "";
    fault.counting = true;
    if (config_read(scene->config, 0, NULL, &config))
        reason = login_decide(token, strlen(token), &config.policy, &request,
                              &login);
    fault.counting = false;
    login_done(&login);
    config_done(&config);
    return reason;
}

/* What came of a sweep: how many turns, and how many said yes. */
struct tally {
    long turns;
    long yes;
    const char *yes_at;
};

static void
note(struct tally *tally, enum reason reason, const char *at)
{
    tally->turns++;
    if (reason != REASON_OK)
        return;
    tally->yes++;
    tally->yes_at = at;
}

static struct tally
sweep_allocations(const struct scene *scene, const char *token)
{
    struct tally tally = {0, 0, ""};
    bool reached = true;

    for (long turn = 1; reached; turn++) {
        enum reason reason;

        fault.failing_allocation = turn;
        reason = decide(scene, token);
        reached = fault.allocations >= turn;
        if (reached)
            note(&tally, reason, "an allocation");
    }
    fault.failing_allocation = 0;
    return tally;
}

static struct tally
sweep_calls(const struct scene *scene, const char *token, long returns)
{
    struct tally tally = {0, 0, ""};
    bool reached = true;

    for (long turn = 1; reached; turn++) {
        enum reason reason;

        fault.failing_call = turn;
        fault.call_returns = 0;
        reason = decide(scene, token);
        reached = fault.calls >= turn;
        if (returns != 0 && fails_negative(fault.failed_call)) {
            fault.call_returns = returns;
            reason = decide(scene, token);
        }
        if (reached)
            note(&tally, reason, fault.failed_call);
    }
    fault.failing_call = 0;
    return tally;
}

static int failed;

static void
expect(bool holds, const char *what, const struct tally *tally)
{
    if (holds)
        return;
    printf("FAIL %s: %ld of %ld, at %s\n", what, tally->yes, tally->turns,
           tally->yes_at);
    failed = 1;
}

/* Reads a token's file, less its newline. */
static char *
read_token(const char *path)
{
    static char texts[2][20000];
    static int used;
    char *text = texts[used++];
    FILE *file = fopen(path, "r");

    if (file == NULL || fgets(text, 20000, file) == NULL)
        exit(2);
    fclose(file);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static void
sweep_all(const struct scene *scene, const char *good, const char *forged)
{
    struct tally allocations = sweep_allocations(scene, good);
    struct tally calls = sweep_calls(scene, good, 0);
    struct tally negative = sweep_calls(scene, good, -1);
    struct tally none = sweep_allocations(scene, forged);

    /* OpenSSL can do without some memory, such as that of a cache. */
    expect(allocations.turns > 20, "allocations were made", &allocations);
    expect(calls.turns > 0, "calls were made", &calls);
    expect(calls.yes == 0, "a yes though a call returned 0", &calls);
    expect(negative.yes == 0, "a yes though a call returned -1", &negative);
    expect(none.yes == 0, "a yes to a forged token", &none);
    none = sweep_calls(scene, forged, 0);
    expect(none.yes == 0, "a yes to a forged token", &none);
    none = sweep_calls(scene, forged, -1);
    expect(none.yes == 0, "a yes to a forged token", &none);
    printf("%ld allocations (%ld that could be spared), %ld calls\n",
           allocations.turns, allocations.yes, calls.turns);
}

int
main(int argc, char **argv)
{
    struct scene scene;
    char *good;
    char *forged;
    long before;

    if (argc != 5)
        return 2;
    scene = (struct scene){argv[1], argv[2]};
    good = read_token(argv[3]);
    forged = read_token(argv[4]);
    setvbuf(stdout, NULL, _IONBF, 0);
    if (decide(&scene, good) != REASON_OK ||
        decide(&scene, forged) == REASON_OK) {
        puts("FAIL without any fault");
        return 1;
    }
    /* The first sweep fills what OpenSSL keeps until the process ends. */
    sweep_all(&scene, good, forged);
    before = fault.held;
    sweep_all(&scene, good, forged);
    if (fault.held != before) {
        printf("FAIL %ld blocks were not freed\n", fault.held - before);
        failed = 1;
    }
    if (decide(&scene, good) != REASON_OK) {
        puts("FAIL afterwards a good token is refused");
        failed = 1;
    }
    return failed;
}
