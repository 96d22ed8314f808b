/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/check/pam_service.h"

#include "base/text.h"
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deeper than anybody includes; libpam stops there, too. */
#define DEPTH_MAX 16

struct reader {
    const char *folder;
    struct pamlines *lines;
    char *what;
};

static bool read_service(struct reader *reader, const char *service,
                         const char *type, int depth);

/*
 * The next word of a line, cut out in place: up to white space, or what is
 * between brackets, in which "\]" is a bracket. NULL: the line ends.
 */
static char *
next_word(char **at)
{
    char *word = *at + strspn(*at, " \t");
    char *into;

    if (*word == '\0')
        return NULL;
    if (*word != '[') {
        *at = word + strcspn(word, " \t");
        if (**at != '\0')
            *(*at)++ = '\0';
        return word;
    }
    into = ++word;
    for (*at = word; **at != '\0' && **at != ']'; (*at)++) {
        if (**at == '\\' && (*at)[1] == ']')
            (*at)++;
        *into++ = **at;
    }
    if (**at != '\0')
        (*at)++;
    *into = '\0';
    return word;
}

static void
add_line(struct reader *reader, const char *file, unsigned long number,
         const char *type, const char *control, const char *path, char *rest)
{
    struct pamlines *lines = reader->lines;
    struct pamline line = {.number = number};
    struct pamline *larger;
    char *word;
    bool whole = true;

    larger = reallocarray(lines->items, lines->count + 1, sizeof *larger);
    if (larger == NULL)
        cli_no_memory();
    lines->items = larger;
    line.file = strdup(file);
    line.type = strdup(type);
    line.control = strdup(control);
    line.path = strdup(path);
    while (whole && (word = next_word(&rest)) != NULL)
        whole = strings_add(&line.arguments, word, strlen(word));
    if (!whole || line.file == NULL || line.type == NULL ||
        line.control == NULL || line.path == NULL)
        cli_no_memory();
    line.module = strrchr(line.path, '/');
    line.module = line.module != NULL ? line.module + 1 : line.path;
    lines->items[lines->count++] = line;
}

/* One line without its comment; `type` is that of an including line. */
static bool
read_line(struct reader *reader, const char *file, unsigned long number,
          char *text, const char *type, int depth)
{
    char *own = next_word(&text);
    char *control;
    char *path;

    if (own == NULL)
        return true;
    own += *own == '-';
    control = next_word(&text);
    if (text_equal(own, "@include"))
        return control == NULL || read_service(reader, control, type, depth);
    path = next_word(&text);
    if (control == NULL || path == NULL ||
        (type != NULL && !text_equal_nocase(own, type)))
        return true;
    if (text_equal(control, "include") || text_equal(control, "substack"))
        return read_service(reader, path, own, depth);
    add_line(reader, file, number, own, control, path, text);
    return true;
}

/*
 * Notes a line that names our module and that libpam cuts at a #, which it
 * does in brackets, too. A remark behind the whole line of another module may
 * name it, and so may a line that is a remark.
 */
static void
note_cut(struct reader *reader, const char *file, unsigned long number,
         const char *text)
{
    size_t length = strcspn(text, "#");
    char *before = strndup(text, length);
    char *at = before;
    const char *type;
    const char *module = NULL;

    if (before == NULL)
        cli_no_memory();
    type = next_word(&at);
    if (text_equal(type, "@include"))
        goto out;
    if (type != NULL && next_word(&at) != NULL)
        module = next_word(&at);
    if (type != NULL && text[length] == '#' &&
        strstr(module != NULL ? module : text, PAMLINE_MODULE) != NULL &&
        !strings_addf(&reader->lines->cut, "%s:%lu", file, number))
        cli_no_memory();

out:
    free(before);
}

/* The next line with those that a backslash joins to it. False: the end. */
static bool
join_lines(FILE *in, char **text, size_t *size, unsigned long *number,
           unsigned long *ret_first)
{
    char *more = NULL;
    size_t more_size = 0;
    ssize_t length = getline(text, size, in);

    *ret_first = ++*number;
    while (length > 0) {
        char *joined;

        if ((*text)[length - 1] == '\n')
            (*text)[--length] = '\0';
        if (length == 0 || (*text)[length - 1] != '\\')
            break;
        (*text)[length - 1] = ' ';
        if (getline(&more, &more_size, in) < 0)
            break;
        ++*number;
        /* Half a line would be another line. */
        if (asprintf(&joined, "%s%s", *text, more) < 0)
            cli_no_memory();
        free(*text);
        *text = joined;
        *size = strlen(joined) + 1;
        length = (ssize_t)strlen(joined);
    }
    free(more);
    return length >= 0;
}

static bool
read_service(struct reader *reader, const char *service, const char *type,
             int depth)
{
    char *path = NULL;
    char *text = NULL;
    size_t size = 0;
    unsigned long number = 0;
    unsigned long first;
    FILE *in = NULL;
    bool done = false;

    if (asprintf(&path, "%s%s%s", service[0] == '/' ? "" : reader->folder,
                 service[0] == '/' ? "" : "/", service) < 0)
        cli_no_memory();
    if (depth > DEPTH_MAX) {
        snprintf(reader->what, PAMLINE_WHAT_MAX, "%s includes itself",
                 text_log_value(path).text);
        goto out;
    }
    in = fopen(path, "re");
    if (in == NULL) {
        snprintf(reader->what, PAMLINE_WHAT_MAX, "%s cannot be read",
                 text_log_value(path).text);
        goto out;
    }
    done = true;
    while (done && join_lines(in, &text, &size, &number, &first)) {
        note_cut(reader, path, first, text);
        text[strcspn(text, "#")] = '\0';
        done = read_line(reader, path, first, text, type, depth + 1);
    }

out:
    if (in != NULL)
        fclose(in);
    free(text);
    free(path);
    return done;
}

bool
pamlines_read(const char *folder, const char *service,
              struct pamlines *ret_lines, char ret_what[PAMLINE_WHAT_MAX])
{
    struct reader reader = {folder, ret_lines, ret_what};

    *ret_lines = (struct pamlines){0};
    return read_service(&reader, service, NULL, 0);
}

/* Meanings of the four control words (pam.conf(5)). */
static const struct {
    const char *word;
    const char *control;
} words[] = {
    {"required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"},
    {"requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"},
    {"sufficient", "success=done new_authtok_reqd=done default=ignore"},
    {"optional", "success=ok new_authtok_reqd=ok default=ignore"},
};

const char *
pamline_action(const struct pamline *line, const char *code,
               char ret_action[16])
{
    const char *control = line->control;
    size_t length = strlen(code);

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_equal_nocase(line->control, words[i].word))
            control = words[i].control;
    /* A code that is not mentioned means bad. */
    snprintf(ret_action, 16, "bad");
    for (int pass = 0; pass < 2; pass++) {
        const char *wanted = pass == 0 ? "default" : code;
        const char *at = control;

        length = strlen(wanted);
        while (*(at += strspn(at, " \t")) != '\0') {
            if (strncmp(at, wanted, length) == 0 && at[length] == '=')
                snprintf(ret_action, 16, "%.*s",
                         (int)strcspn(at + length + 1, " \t"), at + length + 1);
            at += strcspn(at, " \t");
        }
    }
    return ret_action;
}

void
pamlines_done(struct pamlines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        free(lines->items[i].file);
        free(lines->items[i].type);
        free(lines->items[i].control);
        free(lines->items[i].path);
        strings_done(&lines->items[i].arguments);
    }
    free(lines->items);
    strings_done(&lines->cut);
    *lines = (struct pamlines){0};
}
