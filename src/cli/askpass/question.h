/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef QUESTION_H
#define QUESTION_H

#include <stdbool.h>
#include <stddef.h>

enum question_kind {
    QUESTION_OTHER,   /* a host key, a passphrase, another password */
    QUESTION_PART,    /* the module's: "Token: ", "Token (part 2): " */
    QUESTION_PASSWORD /* ssh's own: "user@host's password: " */
};

/* The question of a program, and the host it is for. */
struct question {
    enum question_kind kind;
    size_t part;    /* of QUESTION_PART, from 1 */
    char user[256]; /* that ssh says, "" where it says none */
    char host[256]; /* likewise */
};

/*
 * Reads a question of ssh or sudo. The address is what ssh writes in front of a
 * server's text, "(user@host) ": to the first ") ", the host behind the last
 * '@' of it. The question is the last line of the rest and has to be the
 * module's, `prompt` being its text for part 1; whatever else stands there was
 * written by the server.
 */
void question_read(const char *text, const char *prompt,
                   struct question *ret_question);

/*
 * True if `patterns`, separated by white space, name the host of the question:
 * HOST or USER@HOST, with * and ?, the host in any case. A pattern with '!' in
 * front excludes what it names.
 */
bool question_is_for(const struct question *question, const char *patterns);

#endif
