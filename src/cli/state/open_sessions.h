/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPEN_SESSIONS_H
#define OPEN_SESSIONS_H

/*
 * Returns how many sessions of people are open on this host, by logind or else
 * by utmp; -1 where neither tells.
 */
int opensessions_count(void);

#endif
