/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "token/looks_like_token.h"

#include <string.h>

static const char token[] =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.q-Zk_1hHnXmQy5cV9q0yR3lB4wTtO";
static const char in_lines[] = "eyJhbGciOiJIUzI1NiJ9\n.eyJzdWIi "
                               "OiJhbGljZSJ9.q-Zk_1hHnXmQy5cV9q0yR3lB4wTtO";

/* The verdict on a copy of exactly this size, so that reading behind it shows.
 */
static enum reason
unwrap(const void *before, size_t size, const char *between, int may_be_cut)
{
    size_t length = strlen(between);
    size_t total = length > 0 ? 2 * size + length : size;
    char *answer = malloc(total + 1);
    char *text = answer + 1;
    struct found_token found;
    enum reason reason;

    MUST(answer != NULL);
    memcpy(text, before, size);
    memcpy(text + size, between, length);
    if (length > 0)
        memcpy(text + size + length, before, size);
    reason = answer_unwrap(text, total, may_be_cut, &found);
    MUST(reason != REASON_NO_MEMORY);
    MUST((reason == REASON_MALFORMED) == (found.wrapping != NULL));
    MUST(reason != REASON_OK || found.text != NULL);
    MUST(found.text == NULL ||
         (found.text >= text && found.text + found.length <= text + total));
    free(answer);
    return reason;
}

/* No text in front of a token and behind it makes it a password. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum reason reason = unwrap(data, size, "", 0);

    if (reason != REASON_NOT_A_TOKEN)
        MUST(unwrap(data, size, "", 1) != REASON_NOT_A_TOKEN);
    MUST(unwrap(data, size, token, 0) != REASON_NOT_A_TOKEN);
    MUST(unwrap(data, size, in_lines, 0) != REASON_NOT_A_TOKEN);
    return 0;
}
