/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

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
