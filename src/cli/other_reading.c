/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/other_reading.h"

#include "base/secret.h"
#include "base/trusted_file.h"
#include "keys/algorithm.h"
#include "keys/secret_form.h"
#include "login/issuer.h"
#include "login/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part of a file, and how it is said. */
struct part {
    const char *text;
    size_t length;
    const char *said;
};

#define PARTS_MAX 4

/* The file with its line end, without, and without quotes around the rest. */
static size_t
find_parts(const struct file *file, struct part ret_parts[PARTS_MAX])
{
    size_t length = file->size;
    size_t count = 0;

    if (length > 0 && file->data[length - 1] == '\n')
        length--;
    ret_parts[count++] = (struct part){file->data, length, ""};
    if (length < file->size)
        ret_parts[count++] =
            (struct part){file->data, file->size, ", its newline included"};
    if (length > 0 && file->data[length - 1] == '\r')
        ret_parts[count++] =
            (struct part){file->data, --length, ", less its final CR"};
    if (length > 2 && file->data[0] == file->data[length - 1] &&
        (file->data[0] == '"' || file->data[0] == '\''))
        ret_parts[count++] =
            (struct part){file->data + 1, length - 2, ", less its quotes"};
    return count;
}

static bool
verifies(const struct part *part, enum secret_encoding encoding,
         const struct jws *jws)
{
    const struct algorithm *algorithm = algorithm_find(jws->algorithm);
    unsigned char *bytes = malloc(part->length + 3);
    struct key key = {0};
    char what[KEY_WHAT_MAX];
    size_t length;
    bool good = bytes != NULL && algorithm != NULL &&
                secret_form_decode(part->text, part->length, encoding, bytes,
                                   &length) &&
                key_from_secret(bytes, length, &key, what) == KEY_GOOD &&
                algorithm_fits(algorithm, &key) &&
                algorithm_verify(algorithm, &key, jws->signing_input,
                                 jws->signing_length, jws->signature,
                                 jws->signature_length) == ALGORITHM_RIGHT;

    key_done(&key);
    secret_free(bytes, part->length + 3);
    return good;
}

static bool
find_in_file(const char *path, const struct jws *jws, char *said, size_t size)
{
    struct part parts[PARTS_MAX];
    struct file file = {0};
    char what[READFILE_WHAT_MAX];
    bool found = false;
    size_t count;

    if (!readfile(path, SECRET_FORM_MAX, &file, what))
        return false;
    count = find_parts(&file, parts);
    for (size_t i = 0; !found && i < count; i++)
        for (int e = SECRET_TEXT; !found && e <= SECRET_BASE64URL; e++) {
            found = verifies(&parts[i], (enum secret_encoding)e, jws);
            if (found)
                snprintf(said, size, "; it would verify with %s read as %s%s",
                         path,
                         secret_form_encoding_name((enum secret_encoding)e),
                         parts[i].said);
        }
    file_done(&file);
    return found;
}

void
otherreading_add(struct login *login)
{
    const struct strings *paths = &login->issuer->secret_files;
    char *detail = login->verdict.detail;
    size_t used = strlen(detail);

    for (size_t i = 0; i < paths->count; i++)
        if (find_in_file(paths->items[i], &login->token.jws, detail + used,
                         sizeof login->verdict.detail - used))
            return;
}
