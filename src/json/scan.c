/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A member name as it stands between its quotes, escapes and all. */
struct name {
    const unsigned char *text;
    uint32_t length;
};

struct level {
    bool is_object;
    size_t first_name; /* where its names begin in the scan's list */
};

/* More than a header or most payloads have. */
#define FEW_NAMES 16

struct scan {
    const unsigned char *at;
    const unsigned char *end;
    const char *what; /* what is wrong, NULL while nothing is */
    bool no_memory;
    struct level levels[JSONSCAN_DEPTH_MAX];
    size_t depth;
    size_t values;      /* begun so far */
    struct name *names; /* of the open objects, the innermost last */
    size_t name_count;
    size_t name_room;
    struct name few[FEW_NAMES]; /* where `names` lie while they are few */
};

static bool
bad(struct scan *scan, const char *what)
{
    if (scan->what == NULL)
        scan->what = what;
    return false;
}

static void
skip_space(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' ||
                                    *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

/* Takes one byte if it is the wanted one. */
static bool
take(struct scan *scan, unsigned char wanted)
{
    if (scan->at == scan->end || *scan->at != wanted)
        return false;
    scan->at++;
    return true;
}

static bool
take_word(struct scan *scan, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(scan->end - scan->at) < length ||
        memcmp(scan->at, word, length) != 0)
        return bad(scan, "not a JSON value");
    scan->at += length;
    return true;
}

static bool
take_digits(struct scan *scan)
{
    const unsigned char *first = scan->at;

    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return scan->at > first;
}

/* RFC 8259 section 6. */
static bool
take_number(struct scan *scan)
{
    take(scan, '-');
    if (!take(scan, '0') && !take_digits(scan))
        return bad(scan, "not a JSON number");
    if (take(scan, '.') && !take_digits(scan))
        return bad(scan, "not a JSON number");
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            take(scan, '-');
        if (!take_digits(scan))
            return bad(scan, "not a JSON number");
    }
    return true;
}

/* Four hexadecimal digits, which the caller knows to be there, or -1. */
static int32_t
hex4(const unsigned char *text)
{
    int32_t value = 0;

    for (int i = 0; i < 4; i++) {
        unsigned char c = text[i];

        value <<= 4;
        if (c >= '0' && c <= '9')
            value |= c - '0';
        else if (c >= 'a' && c <= 'f')
            value |= c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            value |= c - 'A' + 10;
        else
            return -1;
    }
    return value;
}

static bool
take_unicode_escape(struct scan *scan)
{
    int32_t unit = scan->end - scan->at >= 4 ? hex4(scan->at) : -1;

    if (unit < 0)
        return bad(scan, "not an escape");
    if (unit == 0)
        return bad(scan, "U+0000");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return bad(scan, "a lone surrogate");
    scan->at += 4;
    if (unit < 0xd800 || unit > 0xdbff)
        return true;

    if (scan->end - scan->at < 6 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return bad(scan, "a lone surrogate");
    unit = hex4(scan->at + 2);
    if (unit < 0xdc00 || unit > 0xdfff)
        return bad(scan, "a lone surrogate");
    scan->at += 6;
    return true;
}

static bool
take_escape(struct scan *scan)
{
    unsigned char c;

    if (scan->at == scan->end)
        return bad(scan, "a string without an end");
    c = *scan->at++;
    if (c == 'u')
        return take_unicode_escape(scan);
    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
        return bad(scan, "not an escape");
    return true;
}

/* One character beyond ASCII, by the table of RFC 3629 section 4. */
static bool
take_utf8(struct scan *scan)
{
    const unsigned char *s = scan->at;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    int more;

    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        more = 1;
    else if (s[0] >= 0xe0 && s[0] <= 0xef)
        more = 2;
    else if (s[0] >= 0xf0 && s[0] <= 0xf4)
        more = 3;
    else
        return bad(scan, "not UTF-8");
    if (s[0] == 0xe0)
        low = 0xa0;
    if (s[0] == 0xed)
        high = 0x9f;
    if (s[0] == 0xf0)
        low = 0x90;
    if (s[0] == 0xf4)
        high = 0x8f;
    if (scan->end - s <= more || s[1] < low || s[1] > high)
        return bad(scan, "not UTF-8");
    for (int i = 2; i <= more; i++)
        if ((s[i] & 0xc0) != 0x80)
            return bad(scan, "not UTF-8");
    scan->at += more + 1;
    return true;
}

/* ASCII that stands for itself in a string. */
static bool
is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/*
 * The end of a run of plain bytes, of which nearly all of a key set is. Eight
 * at a time: subtracting 0x20 borrows from a control byte, and 1 from one that
 * was made 0, so that no high bit is set if and only if all eight are plain.
 */
static const unsigned char *
skip_plain(const unsigned char *at, const unsigned char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        uint64_t quote;
        uint64_t backslash;
        uint64_t marks;

        memcpy(&word, at, sizeof word);
        quote = word ^ EACH_BYTE('"');
        backslash = word ^ EACH_BYTE('\\');
        marks = word | (word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) |
                (backslash - EACH_BYTE(1));
        if ((marks & EACH_BYTE(0x80)) != 0)
            break;
    }
    while (at < end && is_plain(*at))
        at++;
    return at;
}

/* The rest of a string whose opening quote is taken. */
static bool
take_string(struct scan *scan)
{
    while (scan->at < scan->end) {
        const unsigned char *at = skip_plain(scan->at, scan->end);

        scan->at = at;
        if (at == scan->end)
            break;
        if (*at < 0x20)
            return bad(scan, "a control character in a string");
        if (*at >= 0x80) {
            if (!take_utf8(scan))
                return false;
            continue;
        }
        scan->at++;
        if (*at == '"')
            return true;
        if (!take_escape(scan))
            return false;
    }
    return bad(scan, "a string without an end");
}

/* Reads one character of a scanned name as its code point. */
static uint32_t
next_character(const unsigned char **at)
{
    static const char letters[] = "bfnrt";
    static const unsigned char meanings[] = {'\b', '\f', '\n', '\r', '\t'};
    const unsigned char *s = *at;
    const char *letter;
    uint32_t value;
    int more;

    if (s[0] != '\\') {
        more = s[0] < 0x80 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
        value = s[0];
        if (more > 0)
            value &= 0x3fU >> more;
        for (int i = 1; i <= more; i++)
            value = value << 6 | (s[i] & 0x3fU);
        *at += more + 1;
        return value;
    }
    if (s[1] == 'u') {
        value = (uint32_t)hex4(s + 2);
        *at += 6;
        if (value < 0xd800 || value > 0xdbff)
            return value;
        value = (value - 0xd800) << 10;
        value += 0x10000 + ((uint32_t)hex4(s + 8) - 0xdc00);
        *at += 6;
        return value;
    }
    *at += 2;
    letter = strchr(letters, s[1]);
    return letter != NULL ? meanings[letter - letters] : s[1];
}

/* Orders names by what they mean, not by how they are spelt. */
static int
compare_names(const void *a, const void *b)
{
    const struct name *first = a;
    const struct name *second = b;
    const unsigned char *x = first->text;
    const unsigned char *y = second->text;
    const unsigned char *x_end = x + first->length;
    const unsigned char *y_end = y + second->length;

    while (x < x_end && y < y_end) {
        uint32_t p = next_character(&x);
        uint32_t q = next_character(&y);

        if (p != q)
            return p < q ? -1 : 1;
    }
    return (x < x_end) - (y < y_end);
}

static bool
add_name(struct scan *scan, const unsigned char *text, size_t length)
{
    if (scan->name_count == scan->name_room) {
        size_t room = 2 * scan->name_room;
        struct name *old = scan->names != scan->few ? scan->names : NULL;
        struct name *names = reallocarray(old, room, sizeof *names);

        if (names == NULL) {
            scan->no_memory = true;
            return false;
        }
        if (old == NULL)
            memcpy(names, scan->few, sizeof scan->few);
        scan->names = names;
        scan->name_room = room;
    }
    scan->names[scan->name_count++] = (struct name){text, (uint32_t)length};
    return true;
}

/* "name" and the colon behind it. */
static bool
take_name(struct scan *scan)
{
    const unsigned char *first;

    skip_space(scan);
    if (!take(scan, '"'))
        return bad(scan, "not a member name");
    first = scan->at;
    if (!take_string(scan) ||
        !add_name(scan, first, (size_t)(scan->at - 1 - first)))
        return false;
    skip_space(scan);
    return take(scan, ':') || bad(scan, "no colon after a member name");
}

static bool
open_level(struct scan *scan, bool is_object)
{
    if (scan->depth == JSONSCAN_DEPTH_MAX)
        return bad(scan, "nested too deep");
    scan->levels[scan->depth++] = (struct level){is_object, scan->name_count};
    return true;
}

static bool
close_level(struct scan *scan)
{
    const struct level *level = &scan->levels[--scan->depth];
    size_t count = scan->name_count - level->first_name;
    struct name *names;

    scan->name_count = level->first_name;
    if (!level->is_object || count < 2)
        return true;
    names = scan->names + level->first_name;
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++)
        if (compare_names(&names[i - 1], &names[i]) == 0)
            return bad(scan, "a member name twice");
    return true;
}

/* A scalar, or the opening of an array or object; `ret_opened` says which. */
static bool
take_value(struct scan *scan, bool *ret_opened)
{
    *ret_opened = false;
    scan->values++;
    skip_space(scan);
    if (scan->at == scan->end)
        return bad(scan, "it ends too early");
    switch (*scan->at) {
    case '{':
    case '[':
        *ret_opened = true;
        return open_level(scan, *scan->at++ == '{');
    case '"':
        scan->at++;
        return take_string(scan);
    case 't':
        return take_word(scan, "true");
    case 'f':
        return take_word(scan, "false");
    case 'n':
        return take_word(scan, "null");
    default:
        return take_number(scan);
    }
}

/*
 * Behind a value: closes what ends here, then a comma and, in an object, the
 * next name, so that a value is due; or the end of the text, depth 0.
 */
static bool
after_value(struct scan *scan)
{
    while (scan->depth > 0) {
        bool is_object = scan->levels[scan->depth - 1].is_object;

        skip_space(scan);
        if (take(scan, ','))
            return !is_object || take_name(scan);
        if (!take(scan, is_object ? '}' : ']'))
            return bad(scan, "neither a comma nor an end");
        if (!close_level(scan))
            return false;
    }
    return true;
}

/* Behind an opening: an empty array or object, or what comes first in it. */
static bool
after_opening(struct scan *scan)
{
    bool is_object = scan->levels[scan->depth - 1].is_object;

    skip_space(scan);
    if (take(scan, is_object ? '}' : ']'))
        return close_level(scan) && after_value(scan);
    return !is_object || take_name(scan);
}

/* Iterative: an attacker's nesting costs a counter, never the host's stack. */
static bool
scan_text(struct scan *scan)
{
    bool opened;

    do {
        if (!take_value(scan, &opened))
            return false;
        if (!(opened ? after_opening(scan) : after_value(scan)))
            return false;
    } while (scan->depth > 0);
    skip_space(scan);
    return scan->at == scan->end || bad(scan, "something after its end");
}

enum jsonscan_result
jsonscan(const char *text, size_t length, size_t *ret_values,
         const char **ret_what, size_t *ret_at)
{
    struct scan scan;
    bool good;

    scan.at = (const unsigned char *)text;
    scan.end = scan.at + length;
    scan.what = NULL;
    scan.no_memory = false;
    scan.depth = 0;
    scan.values = 0;
    scan.names = scan.few;
    scan.name_count = 0;
    scan.name_room = FEW_NAMES;
    /* The length of a name is kept in 32 bits. */
    good = length <= UINT32_MAX ? scan_text(&scan) : bad(&scan, "too long");
    if (scan.names != scan.few)
        free(scan.names);
    if (scan.no_memory)
        return JSONSCAN_NO_MEMORY;
    if (good) {
        *ret_values = scan.values;
        return JSONSCAN_OK;
    }
    *ret_what = scan.what;
    *ret_at = (size_t)(scan.at - (const unsigned char *)text);
    return JSONSCAN_BAD;
}
