/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/verdict.h"

#include <stdarg.h>
#include <stdio.h>

void
verdict_check(struct verdict *verdict, const char *name, const char *setting)
{
    if (verdict->count < VERDICT_CHECKS_MAX)
        verdict->checks[verdict->count++] =
            (struct verdict_check){name, setting};
}

enum reason
verdict_refuse(struct verdict *verdict, enum reason reason, const char *format,
               ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(verdict->detail, sizeof verdict->detail, format, arguments);
    va_end(arguments);
    verdict->reason = reason;
    return reason;
}

void
verdict_blame_cutting(struct verdict *verdict)
{
    char was[VERDICT_DETAIL_MAX];

    if (!verdict->truncated || (verdict->reason != REASON_MALFORMED &&
                                verdict->reason != REASON_BAD_SIGNATURE))
        return;
    snprintf(was, sizeof was, "%s: %.400s", reason_name(verdict->reason),
             verdict->detail);
    verdict_refuse(verdict, REASON_TOKEN_CUT,
                   "%s; the last part has a length at which sudo (511), ssh "
                   "(1023) or a terminal (4095) cuts: use pam-jwt askpass or "
                   "give the token in parts",
                   was);
}
