/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sightings.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
#define B "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"

/* One look at a thing by a machine; takes the record over for the next. */
static int64_t
look(char **record, const char *boot, int64_t uptime, bool is_shared,
     const char *name, int64_t mark)
{
    struct uptime now = {.seconds = uptime};
    struct sightings *sightings;
    int64_t seen;

    memcpy(now.boot, boot, sizeof now.boot);
    sightings = sightings_read(*record, &now, is_shared);
    cr_assert_not_null(sightings);
    seen = sightings_note(sightings, name, mark);
    free(*record);
    *record = sightings_text(sightings);
    cr_assert_not_null(*record);
    sightings_free(sightings);
    return seen;
}

Test(sightings, time_is_counted_from_the_first_look)
{
    char *record = NULL;

    cr_expect_eq(look(&record, A, 5000, false, "x", 1), 0);
    cr_expect_eq(look(&record, A, 5000, false, "x", 1), 0);
    cr_expect_eq(look(&record, A, 5060, false, "x", 1), 60);
    cr_expect_eq(look(&record, A, 6000, false, "x", 1), 1000);
    free(record);
}

Test(sightings, a_change_begins_anew)
{
    char *record = NULL;

    look(&record, A, 100, false, "x", 1);
    cr_expect_eq(look(&record, A, 200, false, "x", 2), 0);
    cr_expect_eq(look(&record, A, 300, false, "x", 2), 100);
    free(record);
}

Test(sightings, what_was_not_there_for_once_begins_anew)
{
    char *record = NULL;

    look(&record, A, 100, false, "x", 1);
    look(&record, A, 200, false, "y", 1);
    cr_expect_eq(look(&record, A, 300, false, "x", 1), 0);
    free(record);
}

/* After a boot all of its uptime has passed; what was between is unknown. */
Test(sightings, another_boot_adds_its_own_uptime)
{
    char *record = NULL;

    look(&record, A, 100, false, "x", 1);
    cr_expect_eq(look(&record, B, 50, false, "x", 1), 50);
    cr_expect_eq(look(&record, B, 80, false, "x", 1), 80);
    /* A container that was started again in the same boot of its host. */
    cr_expect_eq(look(&record, B, 10, false, "x", 1), 90);
    free(record);
}

/* Of several machines one may have been running long before the other looked.
 */
Test(sightings, of_a_shared_record_a_new_boot_adds_nothing)
{
    char *record = NULL;

    look(&record, A, 100, true, "x", 1);
    cr_expect_eq(look(&record, B, 900000, true, "x", 1), 0);
    cr_expect_eq(look(&record, A, 160, true, "x", 1), 60);
    cr_expect_eq(look(&record, B, 900010, true, "x", 1), 60);
    cr_expect_eq(look(&record, B, 900100, true, "x", 1), 150);
    /* The same time is not counted twice. */
    cr_expect_eq(look(&record, A, 200, true, "x", 1), 150);
    cr_expect_eq(look(&record, A, 100, true, "x", 1), 150);
    free(record);
}

Test(sightings, what_is_damaged_only_defers)
{
    static const char *const records[] = {
        "",
        "\n\n",
        "x",
        "x 1",
        "x 1 -5\n",
        "x 1 500\n",
        "boot:" A " 99999999999999999999 1\nx 1 0\n",
        "boot:" A " -1 9\n",
        "x 1 99999999999\nboot:" A " 500 3\n"};

    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        char *record = strdup(records[i]);

        cr_expect_eq(look(&record, A, 500, false, "x", 1), 0, "record %zu", i);
        cr_expect_eq(look(&record, A, 507, false, "x", 1), 7, "record %zu", i);
        free(record);
    }
}

Test(sightings, what_was_deleted_is_dropped)
{
    struct uptime now = {A, 5};
    struct sightings *sightings = sightings_read(NULL, &now, false);
    char *record;

    cr_assert_not_null(sightings);
    sightings_drop(sightings);
    sightings_note(sightings, "x", 1);
    sightings_note(sightings, "y", 1);
    sightings_drop(sightings);
    record = sightings_text(sightings);
    cr_expect_str_eq(record, "boot:" A " 5 0\nx 1 0\n");
    free(record);
    sightings_free(sightings);
}

Test(sightings, names_and_numbers_have_their_limits)
{
    struct uptime now = {A, 5};
    struct sightings *sightings;
    char *record = NULL;
    char name[SIGHTINGS_NAME_SIZE + 1];

    memset(name, 'n', sizeof name);
    name[SIGHTINGS_NAME_SIZE - 1] = '\0';
    look(&record, A, 5, false, name, 7);
    cr_expect_eq(look(&record, A, 9, false, name, 7), 4);
    memset(name, 'n', sizeof name);
    name[SIGHTINGS_NAME_SIZE] = '\0';
    look(&record, A, 5, false, name, 7);
    cr_expect_eq(look(&record, A, 99, false, name, 7), 0);
    free(record);
    sightings = sightings_read(NULL, &now, false);
    for (int i = 0; i <= SIGHTINGS_MAX; i++) {
        snprintf(name, sizeof name, "%d", i);
        sightings_note(sightings, name, 1);
    }
    record = sightings_text(sightings);
    cr_expect_not_null(strstr(record, "\n99999 1 0\n"));
    cr_expect_null(strstr(record, "\n100000 1 0\n"));
    free(record);
    sightings_free(sightings);
}

/* Boots of a fleet come and go; the record does not grow for ever. */
Test(sightings, the_oldest_boots_are_forgotten)
{
    char *record = NULL;
    char boot[UPTIME_BOOT_SIZE];
    size_t lines = 0;

    for (int i = 0; i < 700; i++) {
        snprintf(boot, sizeof boot, "%08d-0000-0000-0000-000000000000", i);
        look(&record, boot, 100, true, "x", 1);
        look(&record, boot, 110, true, "x", 1);
    }
    for (const char *at = record; (at = strstr(at, "boot:")) != NULL; at++)
        lines++;
    cr_expect_eq(lines, 500);
    cr_expect_eq(look(&record, boot, 120, true, "x", 1), 7010);
    free(record);
}

Test(sightings, uptime_is_that_of_the_kernel)
{
    struct uptime one;
    struct uptime other;

    cr_assert(uptime_read(&one));
    cr_assert(uptime_read(&other));
    cr_expect_str_eq(one.boot, other.boot);
    cr_expect_eq(strlen(one.boot), UPTIME_BOOT_SIZE - 1);
    cr_expect(one.seconds > 0 && other.seconds >= one.seconds &&
              other.seconds - one.seconds < 60);
}
