/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/words.h"

#include <string.h>

#define WORDS_MAX 512

/* A second reading of a value, byte by byte, without changing it. */
struct second {
    char texts[WORDS_MAX][WORDS_MAX];
    bool is_quoted[WORDS_MAX];
    size_t count;
    bool is_wrong;
};

static bool
is_end(char c)
{
    return c == '\0' || c == ' ' || c == '\t';
}

static size_t
second_quoted(const char *at, struct second *second)
{
    char *into = second->texts[second->count];
    size_t used = 1;
    size_t length = 0;

    for (;; used++) {
        if (at[used] == '"' && at[used + 1] == '"')
            used++;
        else if (at[used] == '"' || at[used] == '\0')
            break;
        into[length++] = at[used];
    }
    into[length] = '\0';
    if (length == 0 || at[used] == '\0' || !is_end(at[used + 1]))
        second->is_wrong = true;
    second->is_quoted[second->count++] = true;
    return at[used] == '\0' ? used : used + 1;
}

static size_t
second_bare(const char *at, struct second *second)
{
    char *into = second->texts[second->count];
    size_t length = 0;

    for (; !is_end(at[length]); length++) {
        into[length] = at[length];
        if (at[length] == '"' ||
            (at[length] == '#' && (length == 0 || is_end(at[length + 1]))))
            second->is_wrong = true;
    }
    into[length] = '\0';
    second->is_quoted[second->count++] = false;
    return length;
}

static void
second_read(const char *text, struct second *second)
{
    size_t at = 0;

    second->count = 0;
    second->is_wrong = false;
    while (!second->is_wrong) {
        bool white = false;

        for (; text[at] == ' ' || text[at] == '\t'; at++)
            white = true;
        if (text[at] == '\0' || (text[at] == '#' && white))
            return;
        at += text[at] == '"' ? second_quoted(text + at, second)
                              : second_bare(text + at, second);
        /* Behind a word there is white space or the end, or it is wrong. */
        second->is_wrong = second->is_wrong || !is_end(text[at]);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct second second;
    char text[WORDS_MAX] = "";
    struct words words;
    bool has_other_bytes = false;
    const char *wrong;

    if (size >= sizeof text || memchr(data, 0, size) != NULL)
        return 0;
    memcpy(text, data, size);
    for (size_t i = 0; i < size; i++)
        has_other_bytes = has_other_bytes || data[i] >= 0x80;
    wrong = words_read(text, WORDS_FILE, &words);
    second_read(text, &second);
    /* White space outside ASCII is one more fault, and the tests have it. */
    MUST((wrong != NULL) == second.is_wrong ||
         (wrong != NULL && has_other_bytes));
    for (size_t i = 0; wrong == NULL && i < words.count; i++) {
        MUST(words.count == second.count);
        MUST(strcmp(words.items[i].text, second.texts[i]) == 0);
        MUST(words.items[i].is_quoted == second.is_quoted[i]);
        MUST(text[strspn(text, " \t") + words.items[i].at] ==
             (second.is_quoted[i] ? '"' : second.texts[i][0]));
    }
    words_done(&words);
    MUST(words_read(text, WORDS_PLAIN, &words) == NULL);
    words_done(&words);
    return 0;
}
