/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEY_PSS_H
#define KEY_PSS_H

#include "keys/key.h"

#include <stdbool.h>

/*
 * Reads the parameters of an RSA key whose OID is id-RSASSA-PSS (RFC 4055
 * section 3.1), as X509_ALGOR_get0() gives them: their ASN.1 type and value.
 * Such a key is for PS256, PS384 and PS512; parameters restrict it to the one
 * with their hash. Sets `is_pss_only` and `only`. False: they are of none of
 * these, and `what` says why.
 */
bool key_pss_read(int type, const void *value, struct key *ret_key,
                  char what[KEY_WHAT_MAX]);

#endif
