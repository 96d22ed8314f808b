/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

const char *
line_fault(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)line[i] < 0x20 && line[i] != '\t') ||
            line[i] == 0x7f)
            return line[i] == '\r' && i == length - 1
                       ? "ends as on Windows (CR): save it with Unix line ends"
                       : "has a control byte";
    if (memmem(line, length, "\xef\xbb\xbf", 3) != NULL)
        return "has a byte order mark (BOM): save it as UTF-8 without one";
    return NULL;
}

static bool
is_white(char c)
{
    return c == ' ' || c == '\t';
}

/* Moves the text of a quoted word over its opening quote. */
static const char *
take_quoted(struct cursor *cursor, struct word *ret_word)
{
    char *from = cursor->at + 1;
    char *to = cursor->at;

    *ret_word = (struct word){.text = to, .is_quoted = true};
    while (*from != '"' || *++from == '"') {
        if (*from == '\0')
            return "has a quote without an end";
        *to++ = *from++;
    }
    if (*from != '\0' && !is_white(*from))
        return "has text directly behind a closing quote (a quote inside "
               "quotes is written \"\")";
    if (to == cursor->at)
        return "has an empty word in quotes";
    *to = '\0';
    *cursor = (struct cursor){from, false};
    return NULL;
}

/*
 * True for white space outside ASCII, as web pages and word processors have
 * it: behind one a # does not begin a comment, and nobody sees why.
 */
static bool
has_other_space(const char *text)
{
    static const char *const spaces[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80",
        "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
        "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
        "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\x8b", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe2\x81\xa0",
        "\xe3\x80\x80"};

    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (strstr(text, spaces[i]) != NULL)
            return true;
    return false;
}

/*
 * Names the byte that a word without quotes must not hold; NULL: it holds no
 * such byte.
 */
static const char *
bare_fault(const char *text)
{
    if (strchr(text, '"') != NULL)
        return "has a quote inside a word (put the whole word in quotes, and "
               "write a quote in it as \"\")";
    if (text[0] == '#' || text[strlen(text) - 1] == '#')
        return "has a # without a space in front of it (put one there to begin "
               "a comment, or the word in quotes)";
    if (has_other_space(text))
        return "has white space other than spaces and tabs (put the word in "
               "quotes if that is meant)";
    return NULL;
}

static void
take_bare(struct cursor *cursor, struct word *ret_word)
{
    char *end = cursor->at + strcspn(cursor->at, " \t");

    *ret_word = (struct word){.text = cursor->at};
    *cursor = (struct cursor){end, false};
    if (*end != '\0') {
        *end = '\0';
        *cursor = (struct cursor){end + 1, true};
    }
}

const char *
word_take(struct cursor *cursor, struct word *ret_word)
{
    for (; is_white(*cursor->at); cursor->at++)
        cursor->is_after_white = true;
    *ret_word = (struct word){0};
    if (*cursor->at == '\0' || (*cursor->at == '#' && cursor->is_after_white))
        return NULL;
    if (*cursor->at == '"')
        return take_quoted(cursor, ret_word);
    take_bare(cursor, ret_word);
    return bare_fault(ret_word->text);
}

static const char *
add_word(struct words *words, const struct word *word)
{
    struct word *items =
        reallocarray(words->items, words->count + 1, sizeof *words->items);

    if (items == NULL)
        return "out of memory";
    words->items = items;
    items[words->count++] = *word;
    return NULL;
}

/* A module argument: a # and a quote are text like any other byte. */
static void
take_plain(struct cursor *cursor, struct word *ret_word)
{
    cursor->at += strspn(cursor->at, " \t");
    *ret_word = (struct word){0};
    if (*cursor->at != '\0')
        take_bare(cursor, ret_word);
}

/* Cuts the words out of `copy`; `ret_end` is where the last one ends. */
static const char *
split(char *copy, bool is_after_white, enum words_form form,
      struct words *words, size_t *ret_end)
{
    struct cursor cursor = {copy, is_after_white};
    const char *wrong = NULL;
    struct word word;

    for (;;) {
        if (form == WORDS_PLAIN)
            take_plain(&cursor, &word);
        else
            wrong = word_take(&cursor, &word);
        if (wrong != NULL || word.text == NULL)
            return wrong;
        word.at = (size_t)(word.text - copy);
        *ret_end = (size_t)(cursor.at - copy);
        wrong = add_word(words, &word);
        if (wrong != NULL)
            return wrong;
    }
}

const char *
words_read(const char *text, enum words_form form, struct words *ret_words)
{
    size_t indent = strspn(text, " \t");
    size_t size = strlen(text) - indent + 1;
    size_t end = 0;
    const char *wrong;

    *ret_words = (struct words){.line = reallocarray(NULL, 2, size)};
    if (ret_words->line == NULL)
        return "out of memory";
    memcpy(ret_words->line, text + indent, size);
    memcpy(ret_words->line + size, text + indent, size);
    wrong = split(ret_words->line + size, indent > 0, form, ret_words, &end);
    while (end > 0 && is_white(ret_words->line[end - 1]))
        end--;
    ret_words->line[end] = '\0';
    return wrong;
}

const char *
words_rest(const struct words *words, size_t from)
{
    if (from + 1 == words->count)
        return words->items[from].text;
    for (size_t i = from; i < words->count; i++)
        if (words->items[i].is_quoted)
            return NULL;
    return from < words->count ? words->line + words->items[from].at : NULL;
}

void
words_done(struct words *words)
{
    free(words->items);
    free(words->line);
    *words = (struct words){0};
}
