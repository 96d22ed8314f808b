/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct json_object *
shared_vectors(const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "../shared/vectors/%s", name);
    return access(path, R_OK) == 0 ? json_object_from_file(path) : NULL;
}

const char *
member(struct json_object *object, const char *name)
{
    struct json_object *value;

    return json_object_object_get_ex(object, name, &value)
               ? json_object_get_string(value)
               : "";
}

size_t
from_base64(const char *text, unsigned char *into)
{
    size_t length = strlen(text);
    int size = EVP_DecodeBlock(into, (const unsigned char *)text, (int)length);

    cr_assert_geq(size, 0, "not base64: %s", text);
    while (length > 0 && text[--length] == '=')
        size--;
    return (size_t)size;
}

/* Each Criterion test is a process: one folder for each, left in /tmp. */
static const char *
scratch_folder(void)
{
    static char folder[] = "/tmp/pam_jwt_unit.XXXXXX";
    static int made;

    if (!made) {
        cr_assert_not_null(mkdtemp(folder));
        made = 1;
    }
    return folder;
}

char *
scratch_file(const char *name, const char *data, size_t size, unsigned mode)
{
    char *path = NULL;
    FILE *file;

    cr_assert_geq(asprintf(&path, "%s/%s", scratch_folder(), name), 0);
    file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(data, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(path, mode), 0);
    return path;
}

char *
key_copy(const char *name)
{
    static char data[65536];
    char path[256];
    size_t size;
    FILE *file;

    snprintf(path, sizeof path, "tests/vectors/keys/%s", name);
    file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size = fread(data, 1, sizeof data, file);
    fclose(file);
    return scratch_file(name, data, size, 0600);
}
