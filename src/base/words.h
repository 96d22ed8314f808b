/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The words of a line, by one set of rules for the configuration and the map:
 * 1. Spaces and tabs separate words.
 * 2. A # at the start of the line or after white space begins a comment.
 * 3. A word may stand in "double quotes", where white space and # are text, a
 *    quote is written "" and a backslash is itself. It MUST NOT be empty, and
 *    white space or the end of the line MUST follow the closing quote.
 * 4. A word without quotes MUST NOT hold a quote or white space outside ASCII,
 *    nor begin or end in a #: a remark was meant, or a name, and a guess could
 *    let somebody in.
 */

struct word {
    char *text;
    /* A quoted word is never a keyword: "*" is the name of one account. */
    bool is_quoted;
    size_t at; /* where it begins in `line` of struct words */
};

/* Names what no line may hold, wherever it stands; NULL: nothing of it. */
const char *line_fault(const char *line, size_t length);

/* A line that is cut into words in place. */
struct cursor {
    char *at;
    bool is_after_white; /* or at the start of the line */
};

/*
 * Cuts the next word off; its text lives in the line. NULL: a word, or a `text`
 * that is NULL at the end and at a comment. Otherwise what is wrong.
 */
const char *word_take(struct cursor *cursor, struct word *ret_word)
    __attribute__((warn_unused_result));

/* The value of a setting. Zeroed, it is empty. */
struct words {
    char *line; /* as written, without the comment and white space around it */
    struct word *items;
    size_t count;
};

enum words_form {
    WORDS_FILE,  /* quotes and comments as above */
    WORDS_PLAIN, /* a module argument: every byte but white space is text */
};

/*
 * Splits a text, which need not stay. NULL, or what is wrong. words_done() is
 * due in every case.
 */
const char *words_read(const char *text, enum words_form form,
                       struct words *ret_words)
    __attribute__((warn_unused_result));

/*
 * The text from word `from` on: a single word, or several without quotes and
 * the white space between them as written. NULL: there is a quoted word among
 * several, or no word at all. It lives as long as the words.
 */
const char *words_rest(const struct words *words, size_t from);

/* Frees; zeroed words are allowed. */
void words_done(struct words *words);

#endif
