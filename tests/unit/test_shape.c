/* SPDX-License-Identifier: BSD-2-Clause */
#include "shape.h"

#include <criterion/criterion.h>
#include <string.h>

#define X37 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
    const char *text;
    bool cut;
    bool wanted;
} rows[] = {
    {"ey." X37, false, true},
    {"ew." X37, false, true},
    {"ey.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false, false}, /* 39 */
    {"eyx" X37, false, false},
    {"eyx" X37, true, true},
    {"ey!" X37, true, false},
    {"ex." X37, false, false},
    {"e.y" X37, false, false},
    {"Bearer ey." X37, false, true},
    {"bearer  ey." X37, false, true},
    {"Bearerey." X37, false, false},
    {"\"ey." X37, false, false},
    {"ey. spaces and \x01\xff damage do not hide it x", false, true},
    {"", true, false},
};

Test(shape, decides_what_is_ours)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(
            shape_is_token(rows[i].text, strlen(rows[i].text), rows[i].cut),
            rows[i].wanted, "%s", rows[i].text);
}

Test(shape, has_four_cutting_lengths)
{
    size_t count = 0;

    for (size_t length = 0; length < 10000; length++)
        count += shape_is_cutting_length(length);
    cr_expect_eq(count, 4);
    cr_expect(shape_is_cutting_length(500) && shape_is_cutting_length(511) &&
              shape_is_cutting_length(1023) && shape_is_cutting_length(4095));
}
