/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_SERVICE_H
#define HOST_SERVICE_H

#include "login/issuer.h"

#include <stdbool.h>

/*
 * True if a PAM service acts for Unix accounts, by its name, or what stands in
 * it before a "-": logins, sudo, cron, polkit, screens.
 */
bool service_is_of_host(const char *service);

/*
 * True if local_account may be what it is in a section: "none" needs services
 * of which not one is of the host, and no allow_groups. False: `ret_what` says
 * what is wrong.
 */
bool issuer_accounts_are_right(const struct issuer *issuer,
                               char ret_what[ISSUER_WHAT_MAX]);

#endif
