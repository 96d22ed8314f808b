/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/secret.h"
#include "keys/secret_form.h"
#include "keys/secret_weak.h"

#include <string.h>

/* One line of 0x21 to 0x7e with single spaces inside. */
static void
must_be_line(const unsigned char *text, size_t length)
{
    MUST(length > 0 && text[0] != ' ' && text[length - 1] != ' ');
    for (size_t i = 0; i < length; i++)
        MUST(text[i] >= ' ' && text[i] <= '~' &&
             (text[i] != ' ' || text[i - 1] != ' '));
}

/*
 * What a file is does not depend on the encoding that is asked for, and what is
 * a secret has the form of one.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t public_times = 0;

    for (int e = SECRET_TEXT; e <= SECRET_BASE64URL; e++) {
        enum secret_encoding encoding = (enum secret_encoding)e;
        char what[KEY_WHAT_MAX] = "";
        unsigned char *secret = NULL;
        size_t length = 0;
        enum reason reason = secret_form_read((const char *)data, size,
                                              encoding, &secret, &length, what);

        MUST(reason == REASON_OK || reason == REASON_KEY_UNAVAILABLE);
        MUST((reason == REASON_OK) == (what[0] == '\0'));
        public_times += strncmp(what, "not a secret", 12) == 0;
        if (reason != REASON_OK)
            continue;
        if (encoding == SECRET_TEXT) {
            must_be_line(secret, length);
            MUST(length == size - (data[size - 1] == '\n'));
            MUST(memcmp(secret, data, length) == 0);
            secret_misleads((const char *)secret, length, encoding);
        }
        MUST(length <= size);
        secret_weakness(secret, length);
        secret_free(secret, length);
    }
    MUST(public_times == 0 || public_times == SECRET_BASE64URL + 1);
    return 0;
}
