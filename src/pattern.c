/* SPDX-License-Identifier: BSD-2-Clause */
#include "pattern.h"

#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    regex_t regex;
};

/* Makes this thread's locale "C", and gives what to put back; 0: failed. */
static locale_t
enter_c_locale(locale_t *ret_c)
{
    *ret_c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return *ret_c == (locale_t)0 ? (locale_t)0 : uselocale(*ret_c);
}

static void
leave_c_locale(locale_t before, locale_t c)
{
    uselocale(before);
    freelocale(c);
}

struct pattern *
pattern_new(const char *expression, char ret_what[PATTERN_WHAT_MAX])
{
    struct pattern *pattern = NULL;
    locale_t c;
    locale_t before;
    int failure;

    if (strlen(expression) > PATTERN_LENGTH_MAX) {
        snprintf(ret_what, PATTERN_WHAT_MAX, "it is longer than %d bytes",
                 PATTERN_LENGTH_MAX);
        return NULL;
    }
    before = enter_c_locale(&c);
    if (before != (locale_t)0)
        pattern = calloc(1, sizeof *pattern);
    if (pattern == NULL) {
        snprintf(ret_what, PATTERN_WHAT_MAX, "out of memory");
        goto out;
    }
    failure = regcomp(&pattern->regex, expression, REG_EXTENDED);
    if (failure != 0) {
        regerror(failure, &pattern->regex, ret_what, PATTERN_WHAT_MAX);
        free(pattern);
        pattern = NULL;
    }

out:
    if (before != (locale_t)0)
        leave_c_locale(before, c);
    return pattern;
}

/*
 * The match that POSIX wants is the leftmost and there the longest, so that if
 * any match is the whole text, this one is. The expression is not wrapped in
 * ^(...)$: one such as "a)|(b" would climb out of it.
 */
static bool
match_all(const struct pattern *pattern, const char *text,
          regmatch_t groups[PATTERN_GROUPS_MAX + 1])
{
    locale_t c;
    locale_t before = enter_c_locale(&c);
    bool matches;

    if (before == (locale_t)0)
        return false;
    matches = regexec(&pattern->regex, text, PATTERN_GROUPS_MAX + 1, groups,
                      0) == 0 &&
              groups[0].rm_so == 0 && (size_t)groups[0].rm_eo == strlen(text);
    leave_c_locale(before, c);
    return matches;
}

bool
pattern_matches(const struct pattern *pattern, const char *text)
{
    regmatch_t groups[PATTERN_GROUPS_MAX + 1];

    return match_all(pattern, text, groups);
}

bool
pattern_has_groups_of(const struct pattern *pattern, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '\\')
            continue;
        text++;
        if (*text < '1' || *text > '9' ||
            (size_t)(*text - '0') > pattern->regex.re_nsub)
            return false;
    }
    return true;
}

bool
pattern_expand(const struct pattern *pattern, const char *text,
               const char *with, char *into, size_t size)
{
    regmatch_t groups[PATTERN_GROUPS_MAX + 1];
    size_t used = 0;

    if (!match_all(pattern, text, groups))
        return false;
    for (; *with != '\0'; with++) {
        const char *from = with;
        size_t length = 1;

        if (*with == '\\') {
            const regmatch_t *group = &groups[*++with - '0'];

            from = group->rm_so >= 0 ? text + group->rm_so : "";
            length = (size_t)(group->rm_eo - group->rm_so);
        }
        if (length >= size - used)
            return false;
        memcpy(into + used, from, length);
        used += length;
    }
    into[used] = '\0';
    return true;
}

void
pattern_free(struct pattern *pattern)
{
    if (pattern != NULL)
        regfree(&pattern->regex);
    free(pattern);
}
