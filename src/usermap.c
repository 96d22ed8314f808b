/* SPDX-License-Identifier: BSD-2-Clause */
#include "usermap.h"

#include "pattern.h"
#include "readfile.h"
#include "text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * A line, in this order:
 * 1. It MUST NOT hold a control byte but the tab.
 * 2. It MUST be empty, a comment, or exactly two fields, each of which may be
 *    "quoted", a quote within being doubled.
 * 3. An identity that begins with a slash MUST end in another and be a regular
 *    expression between them; any other is compared byte for byte.
 * 4. Behind an expression, each \ of the user MUST be \1 to \9, a group that
 *    the expression has.
 * A mistake in any line refuses everybody: half a map may let the wrong in.
 */

struct search {
    const char *identity;
    const char *user; /* NULL: any */
    char *found;      /* the account, for the caller */
    bool is_mapped;   /* some line has the identity */
    bool no_memory;
};

/* Cuts the field off in place; false: a quote that does not end well. */
static bool
take_field(char **at, char **ret_field)
{
    char *from = *at + strspn(*at, " \t");
    char *to = from;

    *ret_field = from;
    if (*from != '"') {
        from += strcspn(from, " \t");
        *at = *from != '\0' ? from + 1 : from;
        *from = '\0';
        return true;
    }
    for (from++; *from != '\0'; *to++ = *from++)
        if (*from == '"' && *++from != '"')
            break;
    if (from[-1] != '"' || (*from != '\0' && *from != ' ' && *from != '\t'))
        return false;
    *at = from;
    *to = '\0';
    return true;
}

static void
give(struct search *search, const char *user)
{
    search->is_mapped = true;
    if (search->found != NULL || *user == '\0' ||
        (search->user != NULL && !text_equal(search->user, user)))
        return;
    search->found = strdup(user);
    search->no_memory = search->found == NULL;
}

/* NULL, or what is wrong with the line. */
static const char *
try_pattern(struct search *search, char *expression, const char *user)
{
    char what[PATTERN_WHAT_MAX];
    char given[USERMAP_USER_MAX + 1];
    size_t length = strlen(expression);
    struct pattern *pattern;
    const char *wrong = NULL;

    if (length < 2 || expression[length - 1] != '/')
        return "an expression has no slash at its end";
    expression[length - 1] = '\0';
    pattern = pattern_new(expression + 1, what);
    if (pattern == NULL)
        return "no extended regular expression of at most 1024 bytes that "
               "repeats within reason";
    if (!pattern_has_groups_of(pattern, user))
        wrong = "a \\ in the user that is no group of the expression";
    else if (pattern_expand(pattern, search->identity, user, given,
                            sizeof given))
        give(search, given);
    pattern_free(pattern);
    return wrong;
}

static const char *
read_line(struct search *search, char *line)
{
    char *identity;
    char *user;

    for (const char *at = line; *at != '\0'; at++)
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            return "a control byte";
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#')
        return NULL;
    if (!take_field(&line, &identity) || !take_field(&line, &user))
        return "a quote that does not end a field";
    if (*identity == '\0' || *user == '\0' || line[strspn(line, " \t")] != '\0')
        return "not IDENTITY LOCAL-USER";
    if (*identity == '/')
        return try_pattern(search, identity, user);
    if (text_equal(identity, search->identity))
        give(search, user);
    return NULL;
}

/* Reads all lines; `ret_number` is the line that is wrong. */
static const char *
read_lines(struct search *search, struct file *file, size_t *ret_number)
{
    const char *wrong = NULL;
    char *line = file->data;
    char *end = file->data + file->size;

    for (*ret_number = 0; wrong == NULL && line < end; ++*ret_number) {
        char *newline = memchr(line, '\n', (size_t)(end - line));

        if (newline == NULL)
            newline = end;
        *newline = '\0';
        wrong = memchr(line, '\0', (size_t)(newline - line)) != NULL
                    ? "a control byte"
                    : read_line(search, line);
        line = newline + 1;
    }
    return wrong;
}

static enum reason
decide(const struct search *search, const char *path, struct verdict *verdict)
{
    const struct shown identity =
        text_quote(search->identity, strlen(search->identity));

    if (search->no_memory)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "reading user_map");
    if (search->found != NULL)
        return REASON_OK;
    if (!search->is_mapped)
        return verdict_refuse(verdict, REASON_NO_MAPPING,
                              "no line of %s has %s", path, identity.text);
    return verdict_refuse(
        verdict, REASON_USER_MISMATCH,
        "%s gives %s other accounts, asked for was %s", path, identity.text,
        text_quote(search->user,
                   search->user != NULL ? strlen(search->user) : 0)
            .text);
}

enum reason
usermap_choose(const char *path, const char *identity, const char *user,
               char **ret_user, struct verdict *verdict)
{
    struct search search = {.identity = identity, .user = user};
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    const char *wrong;
    size_t number = 0;
    enum reason reason;

    verdict_check(verdict, "mapping", "user_map");
    if (!readfile(path, USERMAP_FILE_MAX, &file, what))
        return verdict_refuse(verdict, REASON_BAD_CONFIG, "user_map %s: %s",
                              path, what);
    wrong = read_lines(&search, &file, &number);
    file_done(&file);
    if (wrong != NULL)
        reason = verdict_refuse(verdict, REASON_BAD_CONFIG,
                                "user_map %s:%zu: %s", path, number, wrong);
    else
        reason = decide(&search, path, verdict);
    if (reason == REASON_OK)
        *ret_user = search.found;
    else
        free(search.found);
    return reason;
}
