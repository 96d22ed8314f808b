/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strings.h"

#include <criterion/criterion.h>

Test(stringlist, owns_copies_and_knows_what_it_has)
{
    struct strings list = {0};
    char text[] = "abc";

    cr_expect_not(strings_have(&list, "abc"));
    cr_assert(strings_add(&list, text, 2));
    text[0] = 'x';
    cr_assert(strings_addf(&list, "%s-%d", text, 7));
    cr_expect_eq(list.count, 2);
    cr_expect_str_eq(list.items[0], "ab");
    cr_expect_str_eq(list.items[1], "xbc-7");
    cr_expect(strings_have(&list, "ab"));
    cr_expect_not(strings_have(&list, "a"));
    cr_expect_not(strings_have(&list, "AB"));
    cr_expect_not(strings_have(&list, NULL));
    strings_done(&list);
    cr_expect_eq(list.count, 0);
}
