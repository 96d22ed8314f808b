/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PUBLIC_BYTES_H
#define PUBLIC_BYTES_H

#include <stddef.h>

/*
 * Names what these bytes are when everybody may have them: DER, an SSH key, a
 * curve point with its header (SEC 1 section 2.3.3), an OpenPGP or minisign
 * key, UTF-16 or UTF-32 text, a compressed file. NULL: not recognised. Each
 * must hold to the last byte or have at least 40 fixed bits, so that of random
 * bytes of 32, 48 or 64 none in practice is recognised. The bare bytes of a
 * public key cannot be told from random ones.
 */
const char *public_bytes_name(const unsigned char *bytes, size_t length);

/*
 * The same for what stands anywhere within the bytes, so that a part of a key
 * is found too: object identifiers, names of SSH keys, of PEM and of JWK.
 */
const char *public_bytes_mark(const unsigned char *bytes, size_t length);

#endif
