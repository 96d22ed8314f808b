/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "usermap.h"

#include <string.h>

/* What a map gives without a wish, it gives when that is wished for. */
static void
check(const char *path, const char *identity)
{
    struct verdict verdict = {0};
    char *first = NULL;
    char *again = NULL;

    if (usermap_choose(path, identity, NULL, &first, &verdict) != REASON_OK)
        return;
    MUST(first != NULL && *first != '\0' && strlen(first) <= 4096);
    MUST(usermap_choose(path, identity, first, &again, &verdict) == REASON_OK);
    MUST(strcmp(first, again) == 0);
    free(first);
    free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);

    check(path, "alice");
    check(path, "alice@example.com");
    check(path, "");
    return 0;
}
