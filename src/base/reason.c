/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/reason.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *text;
} reasons[REASON_END] = {{"undecided", "no decision was reached"},
#define X(id, name, text, pam, level, exit) {name, text},
                         REASON_TABLE(X)
#undef X
};

const char *
reason_name(enum reason reason)
{
    return (size_t)reason < REASON_END ? reasons[reason].name : "undecided";
}

const char *
reason_text(enum reason reason)
{
    return (size_t)reason < REASON_END ? reasons[reason].text
                                       : reasons[REASON_UNDECIDED].text;
}
