/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGHTINGS_H
#define SIGHTINGS_H

#include "base/uptime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The record that `clean` keeps of what it has seen, and for how long. A thing
 * may be deleted only when it has been seen long enough as well as expired by
 * the clock: a clock that is wrong, however far and however often it is looked
 * at, then deletes nothing too early.
 *
 * Time is counted by the uptime of the machines that clean, from one look to
 * the next. That is never more than the time that has really passed.
 *
 * The text has a line for each boot and each thing seen:
 *   boot:ID UPTIME AGE       at that uptime of that boot the count was AGE
 *   NAME MARK AGE            seen since AGE
 */

/* Longest NAME, with the final NUL. */
#define SIGHTINGS_NAME_SIZE 64

/* As many are noted; of more, the rest has its turn when these are gone. */
#define SIGHTINGS_MAX 100000

struct sightings;

/*
 * Reads the record of the last look; one that is absent (NULL) or damaged
 * begins anew, which only defers. `is_shared`: several machines keep it, so
 * that a boot not known yet may have been running while another counted. NULL:
 * out of memory. The caller frees it with sightings_free().
 */
struct sightings *sightings_read(const char *text, const struct uptime *uptime,
                                 bool is_shared)
    __attribute__((warn_unused_result));

/*
 * Notes that `name` is there now. Returns for how many seconds it has been
 * seen at least, without a change of `mark`; 0 where it cannot be noted.
 */
int64_t sightings_note(struct sightings *sightings, const char *name,
                       int64_t mark);

/* Drops the last one noted: it was deleted. */
void sightings_drop(struct sightings *sightings);

/* Returns the record to keep, for the caller to free. NULL: out of memory. */
char *sightings_text(const struct sightings *sightings)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void sightings_free(struct sightings *sightings);

#endif
