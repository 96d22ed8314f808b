/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VERIFY_SHOW_H
#define VERIFY_SHOW_H

#include "login/login.h"

#include <stdbool.h>

/* How a decision is shown. */
struct verify_form {
    bool json;
    bool insecure; /* the claims of a token that does not verify, too */
    bool verbose;  /* each check, of an accepted token too */
    double now;    /* for times in words */
};

/* Prints the answer first, and behind it what it was made of. */
void verify_show_text(const struct login *login,
                      const struct verify_form *form);

/* The same as one JSON object. */
void verify_show_json(const struct login *login,
                      const struct verify_form *form);

#endif
