/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_H
#define SIGN_H

struct algorithm;
struct key;

/*
 * Signs the JWS signing input (RFC 7515 section 5.1) with a key that fits and
 * has its private part. The signature as base64url, for the caller to free;
 * NULL when it could not be made.
 */
char *sign(const struct algorithm *algorithm, struct key *key,
           const char *input);

#endif
