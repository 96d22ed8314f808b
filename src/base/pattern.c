/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pattern.h"

#include <errno.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    bool is_usual_name; /* PATTERN_USUAL_NAME, which is not compiled */
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

/*
 * Limit on the states of an expression after regcomp() has copied its repeated
 * parts.
 */
#define COST_MAX 5000

/* Groups inside each other. */
#define DEPTH_MAX 16

/* The bracket expression at `at`, whose end is its ']' or the text's end. */
static const char *
skip_bracket(const char *at)
{
    at++;
    at += *at == '^';
    at += *at == ']';
    for (; *at != '\0' && *at != ']'; at++)
        if (*at == '[' && at[1] != '\0' && strchr(":.=", at[1]) != NULL) {
            char kind = at[1];

            for (at += 2; *at != '\0' && (*at != kind || at[1] != ']'); at++)
                ;
            if (*at == '\0')
                break;
            at++;
        }
    return at;
}

/* True if this is {n}, {n,} or {n,m}, and no brace that stands for itself. */
static bool
is_interval(const char *at)
{
    return *at == '{' && at[1 + strspn(at + 1, "0123456789,")] == '}';
}

/* The larger number of {n}, {n,} or {n,m}; at least 1. */
static unsigned long
times_of(const char *interval)
{
    unsigned long times = 1;

    for (const char *at = interval + 1; *at != '\0' && *at != '}'; at++)
        if (*at >= '0' && *at <= '9') {
            unsigned long number = strtoul(at, NULL, 10);

            times = number > times ? number : times;
        }
    return times;
}

/*
 * glibc copies x for each time of x{n} and twice for x+, so that a few nested
 * ones take all memory; x?????? takes it twice the time for each of them. An
 * estimate of the copies, which never is too low.
 */
static bool
is_costly(const char *expression)
{
    unsigned long sums[DEPTH_MAX + 1] = {0};
    unsigned long atom = 0;
    size_t depth = 0;

    for (const char *at = expression; *at != '\0'; at++) {
        if (*at == '(') {
            if (depth == DEPTH_MAX)
                return true;
            sums[depth] += atom;
            sums[++depth] = 0;
            atom = 0;
        } else if (*at == ')' && depth > 0) {
            atom += sums[depth--] + 1;
        } else if (*at == '+' || *at == '*' || *at == '?') {
            atom *= 2;
        } else if (is_interval(at)) {
            unsigned long times = times_of(at);

            atom *= times <= COST_MAX ? times : COST_MAX + 1;
            at += strcspn(at, "}");
        } else {
            sums[depth] += atom;
            atom = 1;
            if (*at == '[')
                at = skip_bracket(at);
            else if (*at == '\\' && at[1] != '\0')
                at++;
            if (*at == '\0')
                break;
        }
        if (atom + sums[depth] > COST_MAX)
            return true;
    }
    return false;
}

/* True if a \1 to \9 stands outside brackets, where glibc would go back. */
static bool
has_back_reference(const char *expression)
{
    for (const char *at = expression; *at != '\0'; at++) {
        if (*at == '[')
            at = skip_bracket(at);
        else if (*at == '\\' && *++at >= '1' && *at <= '9')
            return true;
        if (*at == '\0')
            break;
    }
    return false;
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
    if (is_costly(expression)) {
        snprintf(ret_what, PATTERN_WHAT_MAX, "it repeats too much");
        return NULL;
    }
    if (has_back_reference(expression)) {
        snprintf(ret_what, PATTERN_WHAT_MAX, "it has a back-reference");
        return NULL;
    }
    before = enter_c_locale(&c);
    if (before != (locale_t)0)
        pattern = calloc(1, sizeof *pattern);
    if (pattern == NULL) {
        snprintf(ret_what, PATTERN_WHAT_MAX, "out of memory");
        goto out;
    }
    pattern->is_usual_name = strcmp(expression, PATTERN_USUAL_NAME) == 0;
    if (pattern->is_usual_name)
        goto out;
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
 * PATTERN_USUAL_NAME written down. For its {0,31} glibc takes 43 kB and longer
 * than for the rest of a configuration; the tests hold the two against each
 * other.
 */
static bool
is_usual_name(const char *text)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz_";
    static const char others[] = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t length = strspn(text, others);

    return length > 0 && length <= 32 && text[length] == '\0' &&
           strchr(first, text[0]) != NULL;
}

/* The whole text as a match without groups. */
static bool
match_usual_name(const char *text, regmatch_t groups[PATTERN_GROUPS_MAX + 1])
{
    for (size_t i = 1; i <= PATTERN_GROUPS_MAX; i++)
        groups[i] = (regmatch_t){.rm_so = -1, .rm_eo = -1};
    groups[0] = (regmatch_t){.rm_so = 0, .rm_eo = (regoff_t)strlen(text)};
    return is_usual_name(text);
}

/*
 * The match that POSIX wants is the leftmost and there the longest, so that if
 * any match is the whole text, this one is. The expression is not wrapped in
 * ^(...)$: one such as "a)|(b" would climb out of it.
 */
static enum pattern_result
match_all(const struct pattern *pattern, const char *text,
          regmatch_t groups[PATTERN_GROUPS_MAX + 1])
{
    locale_t c;
    locale_t before;
    bool has_ended;
    int result;

    if (pattern->is_usual_name)
        return match_usual_name(text, groups) ? PATTERN_MATCH
                                              : PATTERN_NO_MATCH;
    before = enter_c_locale(&c);
    if (before == (locale_t)0)
        return PATTERN_NO_MEMORY;
    /* glibc's regexec() says REG_NOMATCH where memory ends, too. */
    errno = 0;
    result = regexec(&pattern->regex, text, PATTERN_GROUPS_MAX + 1, groups, 0);
    has_ended = errno == ENOMEM || result == REG_ESPACE;
    leave_c_locale(before, c);
    if (result != 0)
        return has_ended ? PATTERN_NO_MEMORY : PATTERN_NO_MATCH;
    return groups[0].rm_so == 0 && (size_t)groups[0].rm_eo == strlen(text)
               ? PATTERN_MATCH
               : PATTERN_NO_MATCH;
}

enum pattern_result
pattern_match(const struct pattern *pattern, const char *text)
{
    regmatch_t groups[PATTERN_GROUPS_MAX + 1];

    return match_all(pattern, text, groups);
}

bool
pattern_matches(const struct pattern *pattern, const char *text)
{
    return pattern_match(pattern, text) == PATTERN_MATCH;
}

bool
pattern_has_groups_of(const struct pattern *pattern, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '\\')
            continue;
        text++;
        if (*text != '\\' && (*text < '1' || *text > '9' ||
                              (size_t)(*text - '0') > pattern->regex.re_nsub))
            return false;
    }
    return true;
}

enum pattern_result
pattern_expand(const struct pattern *pattern, const char *text,
               const char *with, char *into, size_t size)
{
    regmatch_t groups[PATTERN_GROUPS_MAX + 1];
    enum pattern_result result = match_all(pattern, text, groups);
    size_t used = 0;

    if (result != PATTERN_MATCH)
        return result;
    for (; *with != '\0'; with++) {
        const char *from = with;
        size_t length = 1;

        if (*with == '\\' && *++with != '\\') {
            const regmatch_t *group = &groups[*with - '0'];

            from = group->rm_so >= 0 ? text + group->rm_so : "";
            length = (size_t)(group->rm_eo - group->rm_so);
        }
        if (length >= size - used)
            return PATTERN_NO_MATCH;
        memcpy(into + used, from, length);
        used += length;
    }
    into[used] = '\0';
    return PATTERN_MATCH;
}

void
pattern_free(struct pattern *pattern)
{
    if (pattern != NULL && !pattern->is_usual_name)
        regfree(&pattern->regex);
    free(pattern);
}
