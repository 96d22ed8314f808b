/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/parts.h"

#include <criterion/criterion.h>
#include <string.h>

Test(prompt, says_which_part_and_knows_its_own_again)
{
    static const struct {
        const char *prompt;
        size_t part;
        const char *text;
    } rows[] = {
        {"Token:", 1, "Token: "},
        {"Token:", 2, "Token (part 2): "},
        {"Token:", 40, "Token (part 40): "},
        {"Token: ", 3, "Token (part 3): "},
        {"Your JWT", 1, "Your JWT "},
        {"Your JWT", 2, "Your JWT (part 2) "},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[PARTS_PROMPT_MAX];

        parts_prompt(rows[i].prompt, rows[i].part, text);
        cr_expect_str_eq(text, rows[i].text);
        cr_expect_eq(parts_number(rows[i].prompt, text), rows[i].part, "%s",
                     text);
        text[strlen(text) - 1] = '\0';
        cr_expect_eq(parts_number(rows[i].prompt, text), rows[i].part, "%s",
                     text);
    }
}

Test(prompt, no_other_question_is_its_own)
{
    static const char *const others[] = {
        "",
        ":",
        "Token",
        "token: ",
        "Token:x",
        " Token: ",
        "x Token: ",
        "Token (part 0): ",
        "Token (part 1): ",
        "Token (part 41): ",
        "Token (part 02): ",
        "Token (part 2) : ",
        "Token (part 2): x",
        "Token (part -1): ",
        "Token (part 4294967298): ",
        "(a@b) Token: ",
        "Password: ",
        "Token: \n",
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        cr_expect_eq(parts_number("Token:", others[i]), 0, "%s", others[i]);
}

Test(prompt, has_four_cutting_lengths)
{
    size_t count = 0;

    for (size_t length = 0; length < 10000; length++)
        count += parts_is_cutting_length(length);
    cr_expect_eq(count, 4);
    cr_expect(parts_is_cutting_length(500) && parts_is_cutting_length(511) &&
              parts_is_cutting_length(1023) && parts_is_cutting_length(4095));
}

/* A helper's piece makes the module ask for another one. */
Test(prompt, a_piece_has_a_cutting_length)
{
    cr_expect(parts_is_cutting_length(PARTS_PIECE));
}
