/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FINDING_H
#define FINDING_H

#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * How bad a finding of `check` is. An error means that logins fail or that the
 * wrong people get in.
 */
enum severity {
    FINDING_NOTE,
    FINDING_WARNING,
    FINDING_ERROR
};

struct finding {
    enum severity severity;
    char *where; /* a setting, or FILE:LINE */
    char *what;
    char *why; /* why it matters */
    char *fix; /* what to do */
};

struct findings {
    struct finding *items;
    size_t count;
};

/* Adds one. Out of memory ends the program: it must not end in "0 errors". */
void finding_add(struct findings *findings, enum severity severity,
                 const char *where, const char *why, const char *fix,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));

/* As finding_add() of "WHERE: WHAT", the form of the module's own messages. */
void finding_add_line(struct findings *findings, enum severity severity,
                      const char *line, const char *why, const char *fix);

size_t finding_count(const struct findings *findings, enum severity severity);

/* A line each, the errors first: "error: WHERE: WHAT: WHY; FIX". */
void finding_print(const struct findings *findings);

/* An array of objects, for the caller to put in place. */
struct json_object *finding_json(const struct findings *findings);

/* Frees the findings and empties the list. */
void finding_done(struct findings *findings);

#endif
