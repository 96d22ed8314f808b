/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OTHER_READING_H
#define OTHER_READING_H

struct login;

/*
 * Looks for a reading of the section's secret_file, other than that of
 * secret_encoding, with which a bad_signature would have verified: as text,
 * hex, base64 or base64url; with its newline, less a final CR, less quotes.
 * Adds the reading to the detail of the verdict. For the administrator at the
 * command: the module never looks.
 */
void otherreading_add(struct login *login);

#endif
