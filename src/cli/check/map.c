/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "account/usermap.h"
#include "base/pattern.h"
#include "base/text.h"
#include "cli/check/finding.h"
#include "login/issuer.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Accounts below this are those of the system (login.defs, UID_MIN). */
#define SYSTEM_UID_MAX 999

/* Of the million lines of a map, so many collisions are told one by one. */
#define COLLISIONS_MAX 10

/* An expression of the map. */
struct rule {
    size_t number;
    char *expression;
    char *user;
    struct pattern *matches; /* identities */
    struct pattern *gives;   /* accounts; some that it cannot give, too */
};

struct rules {
    struct rule *items;
    size_t count;
    const char *path;
    struct findings *findings;
    size_t collisions;
};

/* "user_map FILE:LINE" */
static struct shown
where_of(const struct rules *rules, size_t line)
{
    struct shown shown;

    snprintf(shown.text, sizeof shown.text, "user_map %.100s:%zu", rules->path,
             line);
    return shown;
}

/* Behind a bracket expression, or behind the character that is no bracket. */
static const char *
skip_item(const char *at)
{
    if (*at == '\\')
        return at[1] != '\0' ? at + 2 : at + 1;
    if (*at != '[')
        return at + 1;
    at += at[1] == '^' ? 2 : 1;
    for (at += *at == ']'; *at != '\0' && *at != ']'; at++)
        if (*at == '[' && (at[1] == ':' || at[1] == '.' || at[1] == '=')) {
            const char *end = at + 2;

            while (*end != '\0' && (*end != at[1] || end[1] != ']'))
                end++;
            at = *end != '\0' ? end + 1 : end - 1;
        }
    return *at == ']' ? at + 1 : at;
}

/* The text between the parentheses of group `wanted`. */
static bool
find_group(const char *expression, int wanted, const char **ret_from,
           const char **ret_to)
{
    int opened = 0;
    int depth = 0;

    *ret_from = NULL;
    for (const char *at = expression; *at != '\0'; at = skip_item(at)) {
        if (*at == '(') {
            opened++;
            if (opened == wanted) {
                *ret_from = at + 1;
                depth = 0;
            }
            depth++;
        } else if (*at == ')') {
            depth--;
            if (*ret_from != NULL && depth == 0) {
                *ret_to = at;
                return true;
            }
        }
    }
    return false;
}

static bool
uses_group(const char *user, int group)
{
    for (; *user != '\0'; user++)
        if (*user == '\\' && *++user == '0' + group)
            return true;
    return false;
}

/* An expression that matches every account the rule can give. */
static struct pattern *
make_gives(const struct rule *rule)
{
    char what[PATTERN_WHAT_MAX];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct pattern *pattern;

    if (out == NULL)
        cli_no_memory();
    for (const char *at = rule->user; *at != '\0'; at++) {
        const char *from;
        const char *to;

        if (*at == '\\' &&
            find_group(rule->expression, at[1] - '0', &from, &to)) {
            fprintf(out, "(%.*s)", (int)(to - from), from);
            at++;
        } else if (*at == '\\') {
            fputs("\\\\", out);
            at++;
        } else {
            fprintf(out, strchr("\\.[]()*+?{}|^$", *at) ? "\\%c" : "%c", *at);
        }
    }
    if (fclose(out) != 0)
        cli_no_memory();
    pattern = pattern_new(text, what);
    free(text);
    /* An expression that cannot be built exactly is taken to match anything. */
    return pattern != NULL ? pattern : pattern_new(".*", what);
}

static const char *
collect(void *context, const struct usermap_line *line)
{
    struct rules *rules = context;
    char what[PATTERN_WHAT_MAX];
    struct rule *rule;

    if (!line->is_expression)
        return NULL;
    rules->items =
        reallocarray(rules->items, rules->count + 1, sizeof *rules->items);
    if (rules->items == NULL)
        cli_no_memory();
    rule = &rules->items[rules->count++];
    *rule = (struct rule){.number = line->number,
                          .expression = strdup(line->identity),
                          .user = strdup(line->user),
                          .matches = pattern_new(line->identity, what)};
    if (rule->expression == NULL || rule->user == NULL)
        cli_no_memory();
    rule->gives = make_gives(rule);
    if (rule->matches == NULL || rule->gives == NULL)
        cli_no_memory();
    return NULL;
}

/* True if what is not in a group of the user can be more than one text. */
static bool
varies_outside(const struct rule *rule)
{
    const char *at = rule->expression;
    int group = 0;

    while (*at != '\0') {
        const char *from;
        const char *to;

        if (*at == '(' && uses_group(rule->user, ++group) &&
            find_group(rule->expression, group, &from, &to)) {
            for (; at < to; at = skip_item(at))
                group += at > from && *at == '(';
            at = to + 1;
            continue;
        }
        if (strchr(".[*+?{|(", *at) != NULL)
            return true;
        at = skip_item(at);
    }
    return false;
}

/* True if the group can match a text with this byte in it. */
static bool
group_can_hold(const struct rule *rule, int group, char byte)
{
    static const char fillers[] = "aA0";
    char what[PATTERN_WHAT_MAX];
    char text[PATTERN_LENGTH_MAX + 3];
    const char *from;
    const char *to;
    struct pattern *pattern;
    bool can = false;

    if (!find_group(rule->expression, group, &from, &to))
        return true;
    snprintf(text, sizeof text, "%.*s", (int)(to - from), from);
    pattern = pattern_new(text, what);
    for (size_t f = 0; pattern != NULL && fillers[f] != '\0'; f++)
        for (size_t before = 0; before <= 8; before++)
            for (size_t behind = 0; behind <= 8; behind++) {
                memset(text, fillers[f], before + 1 + behind);
                text[before] = byte;
                text[before + 1 + behind] = '\0';
                can = can || pattern_matches(pattern, text);
            }
    pattern_free(pattern);
    return can || pattern == NULL;
}

/*
 * True if two groups run into each other in the account: \1\2 of "a" and "bc"
 * is that of "ab" and "c".
 */
static bool
groups_run_together(const struct rule *rule)
{
    int last = 0;
    char separator = '\0';

    for (const char *at = rule->user; *at != '\0'; at++) {
        if (*at != '\\') {
            separator = *at;
            continue;
        }
        at++;
        if (*at == '\\') {
            separator = *at;
            continue;
        }
        if (last != 0 &&
            (separator == '\0' || group_can_hold(rule, last, separator) ||
             group_can_hold(rule, *at - '0', separator)))
            return true;
        last = *at - '0';
        separator = '\0';
    }
    return false;
}

static void
check_alone(const struct rules *rules, const struct rule *rule)
{
    if (varies_outside(rule) || groups_run_together(rule))
        finding_add(rules->findings, FINDING_WARNING,
                    where_of(rules, rule->number).text,
                    "one person could log in as another",
                    "put all that varies into groups that the user has, with "
                    "a byte between them that no group matches",
                    "different identities can reach one account");
}

/* Where the text behind the last group begins; NULL: there is no group. */
static const char *
behind_groups(const char *user)
{
    const char *behind = NULL;

    for (; *user != '\0'; user++)
        if (*user == '\\' && *++user != '\\')
            behind = user + 1;
    return behind;
}

/* True if an expression can give the account of a rule without groups. */
static bool
can_give(const struct rule *rule, const char *user)
{
    char *account = strdup(user);
    char *into = account;
    bool can;

    if (account == NULL)
        cli_no_memory();
    for (; *user != '\0'; *into++ = *user++)
        user += *user == '\\';
    *into = '\0';
    can = pattern_matches(rule->gives, account);
    free(account);
    return can;
}

/* By the literal text in front of the first group and behind the last. */
static bool
can_both_give(const struct rule *a, const struct rule *b)
{
    size_t front_a = strcspn(a->user, "\\");
    size_t front_b = strcspn(b->user, "\\");
    size_t front = front_a < front_b ? front_a : front_b;
    const char *back_a = behind_groups(a->user);
    const char *back_b = behind_groups(b->user);

    if (back_a == NULL)
        return can_give(b, a->user);
    if (back_b == NULL)
        return can_give(a, b->user);
    if (strncmp(a->user, b->user, front) != 0)
        return false;
    while (strlen(back_a) > strlen(back_b))
        back_a++;
    while (strlen(back_b) > strlen(back_a))
        back_b++;
    return text_equal(back_a, back_b);
}

static void
check_pairs(const struct rules *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        for (size_t j = 0; j < i; j++)
            if (can_both_give(&rules->items[j], &rules->items[i])) {
                finding_add(rules->findings, FINDING_WARNING,
                            where_of(rules, rules->items[i].number).text,
                            "one person could log in as another",
                            "give each line accounts of its own, by a prefix "
                            "or allow_users",
                            "different identities can reach one account: line "
                            "%zu can give the same accounts",
                            rules->items[j].number);
                break;
            }
}

/* A plain line whose account an expression gives to somebody else as well. */
static const char *
check_plain(void *context, const struct usermap_line *line)
{
    struct rules *rules = context;

    if (line->is_expression)
        return NULL;
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->items[i];

        if (!pattern_matches(rule->gives, line->user) ||
            pattern_matches(rule->matches, line->identity))
            continue;
        if (rules->collisions++ < COLLISIONS_MAX)
            finding_add(rules->findings, FINDING_WARNING,
                        where_of(rules, line->number).text,
                        "one person could log in as another",
                        "give it in one of the lines only",
                        "different identities can reach the account %s: the "
                        "expression of line %zu gives it, too",
                        text_log_value(line->user).text, rule->number);
    }
    return NULL;
}

static bool
may_be_named(const struct account_policy *policy, const char *user)
{
    return pattern_matches(policy->user_pattern, user) &&
           (allowed_all(&policy->allow_users) ||
            strings_have(&policy->allow_users.names, user));
}

static void
check_system(const struct rules *rules, const struct rule *rule,
             const struct account_policy *policy)
{
    const struct passwd *entry;

    if (policy->is_foreign)
        return;
    setpwent();
    while ((entry = getpwent()) != NULL)
        if (entry->pw_uid <= SYSTEM_UID_MAX &&
            may_be_named(policy, entry->pw_name) &&
            pattern_matches(rule->gives, entry->pw_name)) {
            char why[80];

            snprintf(why, sizeof why,
                     "min_uid = %lu, allow_root = %s alone decide",
                     (unsigned long)policy->min_uid,
                     policy->allow_root ? "yes" : "no");
            finding_add(
                rules->findings, FINDING_WARNING,
                where_of(rules, rule->number).text, why,
                "write a narrower expression, allow_users or user_pattern",
                "it can give a system account such as %s", entry->pw_name);
            break;
        }
    endpwent();
}

/*
 * True if an expression, read backwards from `at`, has a variable part there:
 * an alternative begins where its group does.
 */
static bool
varies_before(const char *const *items, size_t at)
{
    while (at > 0) {
        const char *item = items[at - 1];

        if (*item == '|') {
            int depth = 0;

            for (; at > 0 && (depth > 0 || *items[at - 1] != '('); at--)
                depth += (*items[at - 1] == ')') - (*items[at - 1] == '(');
            if (at == 0)
                return false;
        } else if (*item != '(' && *item != ')' && *item != '^') {
            return strchr(".*+?{}[", *item) != NULL;
        }
        at--;
    }
    return false;
}

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-';
}

/*
 * Names a mistake in the domain that an expression ends in, NULL if there is
 * none: `example\.com` behind a variable part also ends evilexample.com, and a
 * dot without its backslash matches any byte.
 */
static const char *
judge_domain(const char *expression, const char **ret_why, const char **ret_fix)
{
    const char *items[PATTERN_LENGTH_MAX + 1];
    size_t count = 0;
    size_t from;
    bool has_dot = false;
    bool any_byte = false;
    *ret_why = NULL;
    for (const char *at = expression; *at != '\0' && count < PATTERN_LENGTH_MAX;
         at = skip_item(at))
        items[count++] = at;
    while (count > 0 && strchr("$)", *items[count - 1]) != NULL)
        count--;
    for (from = count; from > 0; from--) {
        const char *item = items[from - 1];
        bool is_dot = item[0] == '\\' && item[1] == '.';

        if (!is_dot && *item != '.' && !is_name_byte(*item))
            break;
        has_dot = has_dot || (from < count && (is_dot || *item == '.'));
        any_byte = any_byte || *item == '.';
    }
    if (!has_dot || from == count)
        return NULL;
    if (*items[from] != '\\' && varies_before(items, from)) {
        *ret_why = "evilexample.com fits as well as example.com";
        *ret_fix = "write @ or \\. in front of it";
        return "the domain is matched without its separator";
    }
    if (!any_byte)
        return NULL;
    *ret_why = "somebody can register a domain that fits";
    *ret_fix = "write \\.";
    return "the domain has a dot that matches any byte";
}

/*
 * True if an identity has a capital letter that must be there: of an
 * expression, one outside brackets, where nothing in it can be left out.
 */
static bool
needs_capital(const struct usermap_line *line)
{
    if (line->is_expression && strpbrk(line->identity, "|?*{") != NULL)
        return false;
    for (const char *at = line->identity; *at != '\0';
         at = line->is_expression ? skip_item(at) : at + 1)
        if (*at >= 'A' && *at <= 'Z')
            return true;
    return false;
}

/* With identity_case = lower, a line that could never match. */
static const char *
check_capital(void *context, const struct usermap_line *line)
{
    struct rules *rules = context;

    if (needs_capital(line) && rules->collisions++ < COLLISIONS_MAX)
        finding_add(rules->findings, FINDING_ERROR,
                    where_of(rules, line->number).text,
                    "identities are lower-cased before they are looked up",
                    "write it in lower case",
                    "with identity_case = lower it never matches");
    return NULL;
}

static void
mistake(struct findings *findings, const struct verdict *verdict)
{
    finding_add_line(findings, FINDING_ERROR, verdict->detail,
                     "every token that needs the map is refused",
                     "correct it, one line IDENTITY ACCOUNT each");
}

void
cli_check_map(const struct issuer *issuer, struct findings *findings)
{
    struct rules rules = {.path = issuer->user_map, .findings = findings};
    struct verdict verdict = {0};
    char *user = NULL;
    enum reason reason;

    /* As a login reads it, which compiles every expression. */
    reason = usermap_choose(issuer->user_map, "", NULL, &user, &verdict);
    free(user);
    if (reason == REASON_BAD_CONFIG || reason == REASON_NO_MEMORY) {
        mistake(findings, &verdict);
        return;
    }
    if (issuer->token.claims.lowers_identity &&
        usermap_each(issuer->user_map, check_capital, &rules, &verdict) !=
            REASON_OK)
        mistake(findings, &verdict);
    rules.collisions = 0;
    if (usermap_each(issuer->user_map, collect, &rules, &verdict) != REASON_OK)
        mistake(findings, &verdict);
    for (size_t i = 0; i < rules.count; i++) {
        const struct rule *rule = &rules.items[i];
        const char *why;
        const char *fix;
        const char *wrong = judge_domain(rule->expression, &why, &fix);

        check_alone(&rules, rule);
        check_system(&rules, rule, &issuer->account);
        if (wrong != NULL)
            finding_add(findings, FINDING_WARNING,
                        where_of(&rules, rule->number).text, why, fix, "%s",
                        wrong);
    }
    check_pairs(&rules);
    if (rules.count > 0 && usermap_each(issuer->user_map, check_plain, &rules,
                                        &verdict) != REASON_OK)
        mistake(findings, &verdict);
    if (rules.collisions > COLLISIONS_MAX)
        finding_add(findings, FINDING_WARNING, rules.path,
                    "one person could log in as another",
                    "give an account in one of the lines only",
                    "%zu more lines whose account an expression gives, too",
                    rules.collisions - COLLISIONS_MAX);
    for (size_t i = 0; i < rules.count; i++) {
        free(rules.items[i].expression);
        free(rules.items[i].user);
        pattern_free(rules.items[i].matches);
        pattern_free(rules.items[i].gives);
    }
    free(rules.items);
}
