/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/printable.h"

#include <string.h>

/* What was written is UTF-8 without a control; written again it stays so. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum printable_form forms[] = {PRINTABLE_TEXT, PRINTABLE_JSON};

    for (size_t i = 0; i < 2; i++) {
        char *shown[2] = {NULL, NULL};
        size_t lengths[2] = {0, 0};
        const char *text = (const char *)data;
        size_t length = size;

        for (size_t round = 0; round < 2; round++) {
            FILE *out = open_memstream(&shown[round], &lengths[round]);

            MUST(out != NULL);
            printable_write(out, text, length, forms[i]);
            MUST(fclose(out) == 0);
            text = shown[round];
            length = lengths[round];
        }
        MUST(lengths[0] == lengths[1] &&
             memcmp(shown[0], shown[1], lengths[0]) == 0);
        for (size_t at = 0; at < lengths[0];) {
            uint32_t point = 0;
            size_t one = printable_utf8(shown[0] + at, lengths[0] - at, &point);

            MUST(one > 0 && point >= 0x20 && (point < 0x7f || point > 0x9f));
            at += one;
        }
        free(shown[0]);
        free(shown[1]);
    }
    return 0;
}
