/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECTION_H
#define SECTION_H

#include "config/config.h"

/* The section that keys are fetched for, in its configuration. */
struct jwkssection {
    const char *config_path;
    const char *name;            /* NULL: none in particular */
    bool is_there;               /* there is a configuration */
    struct config config;        /* valid */
    const struct issuer *issuer; /* the section `name` */
};

/*
 * Reads the configuration. One that is missing is allowed where no section is
 * named, one with a mistake never: whether keys fit it could not be said.
 * Returns an exit code, and has said why. jwkssection_done() is due.
 */
int jwkssection_read(struct jwkssection *section, const char *command);

void jwkssection_done(struct jwkssection *section);

#endif
