/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/account.h"

#include "base/pattern.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

/*
 * The account database of these tests, in place of glibc's: NSS answers here
 * what no real one can be made to answer.
 */
#define GROUP_OF_ALL 7

static size_t room_needed; /* by the entry of "large" */
static int interrupted;    /* times that a lookup is still interrupted */
static int group_count;    /* of every user; the last is GROUP_OF_ALL */
static uid_t uid;          /* of every user */
static bool has_no_locale;

static int
answer(const char *name, size_t size)
{
    if (interrupted > 0) {
        interrupted--;
        return EINTR;
    }
    if (strcmp(name, "broken") == 0)
        return EIO;
    if (strcmp(name, "absent") == 0)
        return ENOENT;
    if (strcmp(name, "absent too") == 0)
        return ESRCH;
    return strcmp(name, "large") == 0 && size < room_needed ? ERANGE : 0;
}

/* An entry that is filled in is not yet one that was found. */
int
getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
           struct passwd **ret_found)
{
    int error = answer(name, size);

    *entry = (struct passwd){.pw_name = buffer, .pw_uid = uid};
    snprintf(buffer, size, "%s", name);
    *ret_found = strcmp(name, "nobody") == 0 ? NULL : entry;
    return error;
}

int
getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
           struct group **ret_found)
{
    int error = answer(name, size);

    *entry = (struct group){.gr_name = buffer, .gr_gid = GROUP_OF_ALL};
    if (strcmp(name, "other") == 0)
        entry->gr_gid++;
    *ret_found = strcmp(name, "none") == 0 ? NULL : entry;
    return error;
}

int
getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
    int room = *count;

    (void)user;
    (void)group;
    *count = group_count;
    if (room < group_count)
        return -1;
    for (int i = 0; i < group_count; i++)
        groups[i] = i + 1 < group_count ? 1000 + (gid_t)i : GROUP_OF_ALL;
    return group_count;
}

/* Matching an expression needs a locale, for which memory may be missing. */
locale_t
newlocale(int mask, const char *name, locale_t base)
{
    locale_t (*real)(int, const char *, locale_t);

    *(void **)&real = dlsym(RTLD_NEXT, "newlocale");
    return has_no_locale ? (locale_t)0 : real(mask, name, base);
}

static void
begin(void)
{
    room_needed = 0;
    interrupted = 0;
    group_count = 3;
    uid = 2000;
}

TestSuite(account, .init = begin);

static enum reason
check(const char *user, const char *first, const char *second,
      const char *third, struct verdict *verdict)
{
    char *names[] = {(char *)(size_t)first, (char *)(size_t)second,
                     (char *)(size_t)third};
    struct account_policy policy = {.min_uid = 1000};

    *verdict = (struct verdict){0};
    policy.allow_groups.is_set = first != NULL;
    policy.allow_groups.names = (struct strings){names, 3};
    return account_check_entry(user, &policy, verdict);
}

/* The account is in the group `wheel`, and not in `other`. */
Test(account, one_of_the_groups_is_enough_wherever_it_stands)
{
    static const struct {
        const char *names[3];
        enum reason wanted;
    } rows[] = {
        {{"wheel", "other", "none"}, REASON_OK},
        {{"other", "wheel", "none"}, REASON_OK},
        {{"none", "other", "wheel"}, REASON_OK},
        {{"other", "other", "other"}, REASON_USER_NOT_ALLOWED},
        /* A group that does not exist is nobody's. */
        {{"none", "none", "none"}, REASON_USER_NOT_ALLOWED},
        {{"none", "other", "none"}, REASON_USER_NOT_ALLOWED},
        {{"absent", "absent too", "absent"}, REASON_USER_NOT_ALLOWED},
        {{"absent", "absent too", "wheel"}, REASON_OK},
        /* A database that fails refuses, whatever stands behind. */
        {{"broken", "wheel", "wheel"}, REASON_STATE_UNAVAILABLE},
        {{"other", "broken", "wheel"}, REASON_STATE_UNAVAILABLE},
        {{"broken", "none", "other"}, REASON_STATE_UNAVAILABLE},
        {{"none", "broken", "other"}, REASON_STATE_UNAVAILABLE},
        {{"other", "none", "broken"}, REASON_STATE_UNAVAILABLE},
        {{"other", "wheel", "broken"}, REASON_OK},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verdict verdict;

        cr_expect_str_eq(
            reason_name(check("alice", rows[i].names[0], rows[i].names[1],
                              rows[i].names[2], &verdict)),
            reason_name(rows[i].wanted), "%zu: %s", i, verdict.detail);
    }
}

Test(account, a_group_counts_as_first_and_as_last_of_the_account)
{
    static const int counts[] = {1, 2, 63, 64, 65, 128, 129, 65535, 65536};
    struct verdict verdict;

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        group_count = counts[i];
        cr_expect_eq(check("alice", "wheel", "none", "none", &verdict),
                     REASON_OK, "%d: %s", counts[i], verdict.detail);
        cr_expect_eq(check("alice", "other", "none", "none", &verdict),
                     REASON_USER_NOT_ALLOWED, "%d", counts[i]);
    }
    /* More than a process of Linux can be in. */
    group_count = 65537;
    cr_expect_eq(check("alice", "wheel", "none", "none", &verdict),
                 REASON_NO_MEMORY);
}

Test(account, an_account_is_found_or_refused)
{
    static const struct {
        const char *user;
        enum reason wanted;
    } rows[] = {
        {"alice", REASON_OK},
        {"nobody", REASON_UNKNOWN_USER},
        {"absent", REASON_UNKNOWN_USER},
        {"absent too", REASON_UNKNOWN_USER},
        {"broken", REASON_STATE_UNAVAILABLE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verdict verdict;

        cr_expect_str_eq(
            reason_name(check(rows[i].user, NULL, NULL, NULL, &verdict)),
            reason_name(rows[i].wanted), "%s", rows[i].user);
    }
}

Test(account, an_entry_gets_the_room_it_needs_up_to_a_limit)
{
    static const struct {
        size_t needed;
        bool fits;
    } rows[] = {{1024, true},
                {1025, true},
                {1024 * 1024 - 1, true},
                {1024 * 1024, true},
                {1024 * 1024 + 1, false}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum reason wanted =
            rows[i].fits ? REASON_OK : REASON_STATE_UNAVAILABLE;
        struct verdict verdict;

        room_needed = rows[i].needed;
        cr_expect_eq(check("large", NULL, NULL, NULL, &verdict), wanted,
                     "user, %zu", room_needed);
        cr_expect_eq(check("alice", "large", "none", "none", &verdict), wanted,
                     "group, %zu", room_needed);
    }
}

Test(account, a_signal_makes_nobody_unknown)
{
    struct verdict verdict;

    interrupted = 2;
    cr_expect_eq(check("alice", "wheel", "none", "none", &verdict), REASON_OK,
                 "%s", verdict.detail);
    cr_expect_eq(interrupted, 0);
}

Test(account, root_and_the_first_uid_have_rules_of_their_own)
{
    static const struct {
        uid_t uid;
        bool allow_root;
        enum reason wanted;
    } rows[] = {
        {999, false, REASON_USER_NOT_ALLOWED},
        {1000, false, REASON_OK},
        {1001, false, REASON_OK},
        {0, false, REASON_USER_NOT_ALLOWED},
        {0, true, REASON_OK},
        {1, true, REASON_USER_NOT_ALLOWED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct account_policy policy = {.min_uid = 1000,
                                              .allow_root = rows[i].allow_root};
        struct verdict verdict = {0};

        uid = rows[i].uid;
        cr_expect_str_eq(
            reason_name(account_check_entry("alice", &policy, &verdict)),
            reason_name(rows[i].wanted), "%zu", i);
    }
}

Test(account, a_name_must_be_one_of_the_list)
{
    char *names[] = {(char *)(size_t) "first", (char *)(size_t) "middle",
                     (char *)(size_t) "last"};
    struct account_policy policy = {.allow_users.is_set = true,
                                    .allow_users.names = {names, 3}};
    struct verdict verdict = {0};
    char what[PATTERN_WHAT_MAX];

    policy.user_pattern = pattern_new("[a-z]+", what);
    cr_assert_not_null(policy.user_pattern);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(account_check_name(names[i], &policy, &verdict), REASON_OK,
                     "%s", names[i]);
    cr_expect_eq(account_check_name("other", &policy, &verdict),
                 REASON_USER_NOT_ALLOWED);
    policy.allow_users.all = true;
    cr_expect_eq(account_check_name("other", &policy, &verdict), REASON_OK);
    cr_expect_eq(account_check_name("Other", &policy, &verdict),
                 REASON_USER_NOT_ALLOWED, "outside user_pattern");
    has_no_locale = true;
    cr_expect_eq(account_check_name("first", &policy, &verdict),
                 REASON_NO_MEMORY);
    has_no_locale = false;
    pattern_free(policy.user_pattern);
}
