/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PAM_SERVICE_H
#define PAM_SERVICE_H

#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>

/* The module whose lines a # must not cut. */
#define PAMLINE_MODULE "pam_jwt.so"

/* One line of a service, as pam.conf(5) has it. */
struct pamline {
    char *file;               /* it stands in, maybe an included one */
    unsigned long number;     /* of its first line there */
    char *type;               /* auth, account, session, password; no "-" */
    char *control;            /* a word, or what is between the brackets */
    char *path;               /* of the module, as it stands there */
    const char *module;       /* the same without its folder */
    struct strings arguments; /* without the brackets of [an argument] */
};

/* The lines of a service, those of included files in their place. */
struct pamlines {
    struct pamline *items;
    size_t count;
    struct strings cut; /* "FILE:LINE" where a # cuts PAMLINE_MODULE off or
                         * something behind it */
};

/*
 * Reads DIR/SERVICE and what it includes (@include, include, substack), of
 * which only the same type counts. False: a file that cannot be read, or that
 * includes itself; `ret_what` says which, and the lines before it are there.
 * Out of memory ends the program. pamlines_done() is due in every case.
 */
#define PAMLINE_WHAT_MAX 300
bool pamlines_read(const char *folder, const char *service,
                   struct pamlines *ret_lines, char ret_what[PAMLINE_WHAT_MAX]);

/*
 * Returns what the line does when its module returns `code` ("success",
 * "ignore", "auth_err"): "ok", "done", "bad", "die", "ignore", "reset" or a
 * number.
 */
const char *pamline_action(const struct pamline *line, const char *code,
                           char ret_action[16]);

/* A zeroed list is allowed. */
void pamlines_done(struct pamlines *lines);

#endif
