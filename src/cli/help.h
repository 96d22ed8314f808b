/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

struct cli_command;

/* Prints the list of commands. */
void help_commands(FILE *out);

/* Prints purpose, options and example of a command, and how it is called. */
void help_command(FILE *out, const struct cli_command *command);

/*
 * Prints what can follow the last of the words behind "pam-jwt", for a shell
 * that completes it: a line each, its meaning behind a tab. The lines ":file",
 * ":folder" and ":user" ask the shell for its own.
 */
void complete_print(int count, char *const *words);

#endif
