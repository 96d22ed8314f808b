/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/reason.h"

#include <criterion/criterion.h>
#include <string.h>

Test(reason, names_are_those_of_the_interface)
{
    static const char names[] =
        "ok no_token not_a_token token_too_large token_cut malformed "
        "unsupported_header algorithm_not_allowed unknown_issuer unknown_key "
        "bad_signature missing_claim bad_claim expired not_yet_valid "
        "issued_in_future lifetime_too_long too_old wrong_audience wrong_type "
        "refresh_token requirement_failed no_mapping user_mismatch "
        "unknown_user user_not_allowed service_not_allowed revoked "
        "already_used state_unavailable bad_config key_unavailable "
        "conversation_failed no_memory not_confirmed ";
    char all[sizeof names] = "";

    for (int i = 1; i < REASON_END; i++) {
        cr_assert_lt(strlen(all) + strlen(reason_name(i)) + 1, sizeof all);
        strcat(strcat(all, reason_name(i)), " ");
    }
    cr_expect_str_eq(all, names);
}

Test(reason, zero_and_what_is_out_of_range_are_no_yes)
{
    cr_expect_neq(REASON_OK, 0);
    cr_expect_str_eq(reason_name(0), "undecided");
    cr_expect_str_eq(reason_name(REASON_END), "undecided");
    cr_expect_str_eq(reason_text((enum reason) - 1), "no decision was reached");
}
