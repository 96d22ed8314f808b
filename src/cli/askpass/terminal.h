/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERMINAL_H
#define TERMINAL_H

/* A question of ssh or sudo that a person has to answer. */
enum terminal_question {
    TERMINAL_SECRET,  /* a passphrase, a password, a PIN: not shown */
    TERMINAL_VISIBLE, /* a host key, a user's name: shown */
    TERMINAL_CONFIRM, /* only "yes" is a yes, all else ends in EXIT_NO */
    TERMINAL_NOTICE   /* nothing to answer: shown until the asker ends it */
};

/* No terminal. */
#define TERMINAL_NONE (-1)

/*
 * Asks on the terminal of this process, as ssh itself would, and prints the
 * answer on standard output. Returns EXIT_YES, EXIT_NO where there was no
 * answer, or TERMINAL_NONE, and then nothing was printed.
 */
int terminal_ask(const char *prompt, enum terminal_question question);

#endif
