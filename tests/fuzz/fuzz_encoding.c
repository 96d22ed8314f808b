/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/base64.h"

#include <string.h>

/* What is decoded has one spelling: it encodes to the same text again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *bytes = malloc(BASE64_DECODED_MAX(size));
    const char *text = (const char *)data;
    char *again;
    size_t length;

    if (base64url_decode(text, size, bytes, &length)) {
        again = base64url_text(bytes, length);
        MUST(strlen(again) == size && memcmp(again, text, size) == 0);
        free(again);
    }
    if (base64_decode(text, size, bytes, &length))
        MUST(size % 4 == 0 && length <= size / 4 * 3);
    if (hex_decode(text, size, bytes, &length))
        MUST(length * 2 == size);
    free(bytes);
    return 0;
}
