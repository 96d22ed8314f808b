/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stddef.h>

struct json_object;

/* A file of ../shared/vectors as json-c reads it; NULL: it is not there. */
struct json_object *shared_vectors(const char *name);

/* A member's text, or "" when there is none. */
const char *member(struct json_object *object, const char *name);

/* Decodes padded base64 by OpenSSL, not by the code under test. */
size_t from_base64(const char *text, unsigned char *into);

/* Writes a file below a folder that ends with the test; its path. */
char *scratch_file(const char *name, const char *data, size_t size,
                   unsigned mode);

/* A copy of tests/vectors/keys/`name` with mode 0600; its path. */
char *key_copy(const char *name);

#endif
