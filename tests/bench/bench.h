/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

/* The largest file that is read whole: a JWK Set of a thousand RSA keys. */
#define BENCH_FILE_MAX (1024 * 1024)

/* Seconds of a clock that is never set. */
double bench_seconds(void);

/* Stays on one processor where there are several; no harm where it cannot. */
void bench_pin(void);

/*
 * Reads a whole file with open(), read() and close(), into memory that is its
 * own until the next call, with a NUL behind it. NULL: it cannot be read.
 */
const char *bench_read(const char *path, size_t *ret_length);

/* The same, for the caller to free, less a final line end. Ends on failure. */
char *bench_text(const char *folder, const char *name);

/* Mixes the numbers from 0 to count - 1, another order at each call. */
void bench_shuffle(size_t *order, size_t count);

/* How a key is written in its file. */
enum form {
    FORM_SECRET = 1 << 0,
    FORM_PEM = 1 << 1,
    FORM_JWK = 1 << 2,
    FORM_SET = 1 << 3 /* a JWK Set, in which `kid` names the key */
};

/* What an implementation decides over and over. */
struct task {
    const char *algorithm;
    enum form form;
    const char *key_file;
    const char *kid;
    const char *user;
};

/*
 * What can verify a token: signature with this algorithm and key, "exp",
 * "sub" equal to the user, "jti" present.
 */
struct implementation {
    const char *name;
    const char *algorithms; /* those it can do */
    unsigned forms;         /* those it can read */
    bool keeps_keys;        /* it has an object for a key that was read */
    bool is_floor;          /* it verifies the signature and nothing else */

    /* Reads the key's file. NULL: it could not. */
    void *(*load)(const struct task *task);
    bool (*verify)(void *key, const struct task *task, const char *token);
    void (*unload)(void *key);
};

extern const struct implementation implementation_ours;
extern const struct implementation implementation_openssl;
extern const struct implementation implementation_libjwt;
extern const struct implementation implementation_cjose;
extern const struct implementation implementation_rhonabwy;
extern const struct implementation implementation_jose;

#endif
