/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JWS_H
#define JWS_H

#include "base/verdict.h"

#include <stddef.h>

struct json_object;

/*
 * A JSON Web Signature in compact form (RFC 7515 section 7.1), taken apart and
 * not verified. It owns what it points to but for the signing input, which
 * lies in the token's text.
 */
struct jws {
    const char *signing_input; /* header '.' payload, as received */
    size_t signing_length;
    char *bytes; /* the three parts decoded, one behind the other */
    size_t bytes_size;
    const char *payload;
    size_t payload_length;
    const unsigned char *signature;
    size_t signature_length;
    struct json_object *header;
    const char *algorithm; /* "alg", never NULL */
    const char *kid;       /* NULL when absent */
};

/*
 * Takes a token apart, in this order: length, characters, dots, base64url,
 * header. OK, TOKEN_TOO_LARGE, MALFORMED, UNSUPPORTED_HEADER or NO_MEMORY.
 * jws_done() is due in every case; `text` must outlive the JWS.
 */
enum reason jws_parse(const char *text, size_t length, size_t size_max,
                      struct jws *ret_jws, struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Wipes and frees; a zeroed JWS is allowed. */
void jws_done(struct jws *jws);

#endif
