/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "account/usermap.h"

#include <stdlib.h>
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

/* The next word in front of a comment; false: one that ends in a #. */
static bool
next_word(char *line, char **at, char **ret_word)
{
    *ret_word = strtok_r(line, " \t", at);
    if (*ret_word != NULL && (*ret_word)[0] == '#') {
        *ret_word = NULL;
        *at = *at != NULL ? *at + strlen(*at) : NULL;
    }
    return *ret_word == NULL || (*ret_word)[strlen(*ret_word) - 1] != '#';
}

/*
 * The same by the plainest of parsers, for maps without quotes and expressions:
 * the first line of two words of which the first is `identity`.
 */
static bool
look_up(char *text, const char *identity, const char **ret_user)
{
    char *line_end = NULL;

    *ret_user = NULL;
    for (char *line = strtok_r(text, "\n", &line_end); line != NULL;
         line = strtok_r(NULL, "\n", &line_end)) {
        char *at = NULL;
        char *first;
        char *second = NULL;
        char *third = NULL;

        if (!next_word(line, &at, &first))
            return false;
        if (first == NULL)
            continue;
        if (!next_word(NULL, &at, &second) || second == NULL)
            return false;
        if (!next_word(NULL, &at, &third) || third != NULL)
            return false;
        if (*ret_user == NULL && strcmp(first, identity) == 0)
            *ret_user = second;
    }
    return true;
}

static void
compare(const char *path, const uint8_t *data, size_t size)
{
    struct verdict verdict = {0};
    char *text = calloc(1, size + 1);
    char *given = NULL;
    const char *wanted;
    bool is_good = true;
    enum reason reason;

    MUST(text != NULL);
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)data[i];
        is_good = is_good &&
                  strchr("\"/", text[i] != 0 ? text[i] : '/') == NULL &&
                  (text[i] >= 0x20 || text[i] == '\t' || text[i] == '\n') &&
                  text[i] != 0x7f;
    }
    if (is_good && size < 8192) {
        is_good = look_up(text, "alice", &wanted);
        reason = usermap_choose(path, "alice", NULL, &given, &verdict);
        MUST((reason == REASON_BAD_CONFIG) == !is_good);
        if (is_good)
            MUST(wanted == NULL ? given == NULL
                                : given != NULL && strcmp(given, wanted) == 0);
    }
    free(given);
    free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);

    check(path, "alice");
    check(path, "alice@example.com");
    check(path, "");
    compare(path, data, size);
    return 0;
}
