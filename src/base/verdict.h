/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VERDICT_H
#define VERDICT_H

#include "base/reason.h"

#include <stdbool.h>
#include <stddef.h>

/* One log line with its facts; syslog daemons take at least 1024 bytes. */
#define VERDICT_DETAIL_MAX 600

/* More than the number of calls of verdict_check() on any path. */
#define VERDICT_CHECKS_MAX 40

struct verdict_check {
    const char *name;    /* what is checked, a string literal */
    const char *setting; /* the setting that decides, NULL for none */
};

/*
 * The result for one token: the checks in the order in which they began, and
 * why the last of them refused. A zeroed verdict is undecided, which is a
 * refusal.
 */
struct verdict {
    enum reason reason;
    bool truncated; /* the text does not hold together: it may have been cut */
    size_t count;
    struct verdict_check checks[VERDICT_CHECKS_MAX];
    char detail[VERDICT_DETAIL_MAX]; /* facts of the refusal, safe to log */
};

/* Notes that a check begins; it passed unless a refusal follows. */
void verdict_check(struct verdict *verdict, const char *name,
                   const char *setting);

/*
 * Refuses. The text says wanted and found; whatever in it came from outside
 * has gone through text_quote(). Returns `reason`, for `return verdict_refuse`.
 */
enum reason verdict_refuse(struct verdict *verdict, enum reason reason,
                           const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Blames cutting, as TOKEN_CUT, where a text that does not hold together was
 * refused as MALFORMED or BAD_SIGNATURE. For an answer of a length at which
 * programs cut: that is what the administrator has to know.
 */
void verdict_blame_cutting(struct verdict *verdict);

#endif
