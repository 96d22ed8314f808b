/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/verdict.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Cutting is blamed for what cutting does, where something looks cut. */
Test(verdict, blames_cutting_for_two_reasons_alone)
{
    for (enum reason reason = REASON_OK; reason < REASON_END; reason++)
        for (int truncated = 0; truncated < 2; truncated++) {
            struct verdict verdict = {.truncated = truncated};
            bool blamed = truncated && (reason == REASON_MALFORMED ||
                                        reason == REASON_BAD_SIGNATURE);
            char was[64];

            verdict_refuse(&verdict, reason, "%s", "as it was");
            verdict_blame_cutting(&verdict);
            cr_expect_str_eq(reason_name(verdict.reason),
                             reason_name(blamed ? REASON_TOKEN_CUT : reason));
            snprintf(was, sizeof was, "%s: as it was;", reason_name(reason));
            if (blamed)
                cr_expect_eq(strncmp(verdict.detail, was, strlen(was)), 0, "%s",
                             verdict.detail);
            else
                cr_expect_str_eq(verdict.detail, "as it was");
        }
}

Test(verdict, more_checks_than_there_is_room_for_are_left_out)
{
    struct verdict verdict = {0};

    for (size_t i = 0; i < VERDICT_CHECKS_MAX + 1; i++) {
        verdict_check(&verdict, "name", "setting");
        cr_expect_eq(verdict.count,
                     i < VERDICT_CHECKS_MAX ? i + 1 : VERDICT_CHECKS_MAX);
    }
}
