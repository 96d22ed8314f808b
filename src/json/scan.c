/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/scan.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#    include <emmintrin.h>
#endif

/* A member name as it stands between its quotes, escapes and all. */
struct name {
    const unsigned char *text;
    uint32_t length;
};

struct level {
    bool is_object;
    bool is_doubtful;  /* two of its names may be the same */
    bool has_escape;   /* in one of its names */
    uint64_t seen;     /* the bits of name_bit() of its names */
    size_t first_name; /* where its names begin in the scan's list */
    size_t node;       /* its own */
};

/* More than a header or most payloads have. */
#define FEW_NAMES 16

/* Nodes for which there is room at first. */
#define FEW_NODES 256

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
    const unsigned char *first; /* of the text */
    struct jsonnodes *nodes;    /* NULL: not wanted */
    uint32_t node_count;
    struct jsonnode *node; /* the next of them, */
    struct jsonnode
        *nodes_end;  /* and behind the last for which there is room */
    bool has_escape; /* in the string that was taken last */
};

static bool
bad(struct scan *scan, const char *what)
{
    if (scan->what == NULL)
        scan->what = what;
    return false;
}

/* Also where no nodes are wanted, for which there is never room. */
static bool
grow_nodes(struct scan *scan)
{
    struct jsonnodes *nodes = scan->nodes;
    struct jsonnode *items;
    size_t room;

    if (nodes == NULL)
        return true;
    if (nodes->room == nodes->max)
        return bad(scan, JSONSCAN_TOO_MANY);
    room = nodes->room > 0 ? 2 * nodes->room : FEW_NODES;
    if (room > nodes->max)
        room = nodes->max;
    items = reallocarray(nodes->items, room, sizeof *items);
    if (items == NULL) {
        scan->no_memory = true;
        return false;
    }
    nodes->items = items;
    nodes->room = room;
    scan->node = items + scan->node_count;
    scan->nodes_end = items + room;
    return true;
}

/* Lists what begins at `at`, where that is wanted. */
static inline bool
add_node(struct scan *scan, enum jsonnode_kind kind, const unsigned char *at,
         size_t length)
{
    struct jsonnode *node;

    if (scan->node == scan->nodes_end) {
        if (!grow_nodes(scan))
            return false;
        if (scan->nodes == NULL)
            return true;
    }
    node = scan->node++;
    node->at = (uint32_t)(at - scan->first);
    node->length = (uint32_t)length;
    node->next = ++scan->node_count;
    node->kind = (uint8_t)kind;
    node->is_escaped = scan->has_escape;
    return true;
}

static inline void
skip_space(struct scan *scan)
{
    const unsigned char *at = scan->at;

    /* White space is rare here, and then mostly one byte. */
    while (at < scan->end && *at <= ' ' &&
           (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    scan->at = at;
}

/* Takes one byte if it is the wanted one. */
static inline bool
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

#ifdef __SSE2__
#    define STRIDE 16

/*
 * How many of the bytes at `at`, where there are STRIDE, stand before the first
 * that is not plain; STRIDE: all are. A byte beyond ASCII is below a blank when
 * it is signed.
 */
static inline size_t
count_plain(const unsigned char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i marks =
        _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                  _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
    unsigned found = (unsigned)_mm_movemask_epi8(marks);

    return found != 0 ? (size_t)__builtin_ctz(found) : STRIDE;
}
#else
#    define STRIDE           8
#    define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/*
 * The same eight at a time: subtracting 0x20 borrows from a control byte, and 1
 * from one that was made 0, so that no high bit is set if and only if all eight
 * are plain. A borrow marks no byte below the first that is not.
 */
static inline size_t
count_plain(const unsigned char *at)
{
    uint64_t word;
    uint64_t quote;
    uint64_t backslash;
    uint64_t marks;

    memcpy(&word, at, sizeof word);
    word = le64toh(word);
    quote = word ^ EACH_BYTE('"');
    backslash = word ^ EACH_BYTE('\\');
    marks = word | (word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) |
            (backslash - EACH_BYTE(1));
    marks &= EACH_BYTE(0x80);
    if (marks == 0)
        return STRIDE;
    return (size_t)__builtin_ctzll(marks) / 8;
}
#endif

/* The end of a run of plain bytes, of which nearly all of a key set is. */
static inline const unsigned char *
skip_plain(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= STRIDE) {
        size_t count = count_plain(at);

        if (count < STRIDE)
            return at + count;
        at += STRIDE;
    }
    while (at < end && is_plain(*at))
        at++;
    return at;
}

/* The rest of a string whose opening quote is taken. */
static bool
take_rest(struct scan *scan)
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
        scan->has_escape = true;
        if (!take_escape(scan))
            return false;
    }
    return bad(scan, "a string without an end");
}

/* The same; nearly all strings are plain to their end. */
static inline bool
take_string(struct scan *scan)
{
    const unsigned char *at = skip_plain(scan->at, scan->end);

    scan->has_escape = false;
    if (at == scan->end || *at != '"')
        return take_rest(scan);
    scan->at = at + 1;
    return true;
}

uint32_t
jsonscan_character(const unsigned char **at)
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
        uint32_t p = jsonscan_character(&x);
        uint32_t q = jsonscan_character(&y);

        if (p != q)
            return p < q ? -1 : 1;
    }
    return (x < x_end) - (y < y_end);
}

static inline bool
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

/*
 * A bit that is the same for names of the same bytes. Nearly all that stand
 * together in keys and in tokens have each another one. Of an empty name the
 * quotes are read, which are there.
 */
static inline uint64_t
name_bit(const unsigned char *text, size_t length)
{
    unsigned sum = text[0] + 29U * text[(ptrdiff_t)length - 1];

    return UINT64_C(1) << ((sum + 35U * (unsigned)length) % 64);
}

/* "name" and the colon behind it. */
static inline bool
take_name(struct scan *scan)
{
    const unsigned char *first;
    struct level *level;
    size_t length;
    uint64_t bit;

    skip_space(scan);
    if (!take(scan, '"'))
        return bad(scan, "not a member name");
    first = scan->at;
    if (!take_string(scan))
        return false;
    length = (size_t)(scan->at - 1 - first);
    /* Nodes are a list of names, too. */
    if (scan->nodes != NULL ? !add_node(scan, JSONNODE_NAME, first, length)
                            : !add_name(scan, first, length))
        return false;
    level = &scan->levels[scan->depth - 1];
    bit = name_bit(first, length);
    level->is_doubtful |= (level->seen & bit) != 0;
    level->has_escape |= scan->has_escape;
    level->seen |= bit;
    if (take(scan, ':'))
        return true;
    skip_space(scan);
    return take(scan, ':') || bad(scan, "no colon after a member name");
}

static bool
open_level(struct scan *scan, bool is_object)
{
    struct level *level;

    if (scan->depth == JSONSCAN_DEPTH_MAX)
        return bad(scan, "nested too deep");
    level = &scan->levels[scan->depth++];
    *level =
        (struct level){.is_object = is_object, .first_name = scan->name_count};
    level->node = scan->node_count;
    if (scan->nodes != NULL)
        scan->nodes->objects += is_object;
    return add_node(scan, is_object ? JSONNODE_OBJECT : JSONNODE_ARRAY,
                    scan->at - 1, 0);
}

static bool
are_distinct(struct name *names, size_t count)
{
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++)
        if (compare_names(&names[i - 1], &names[i]) == 0)
            return false;
    return true;
}

/* Lists the names of the innermost object from its nodes. */
static bool
list_names(struct scan *scan, size_t object)
{
    const struct jsonnode *items = scan->nodes->items;

    for (size_t i = object + 1; i < scan->node_count; i = items[i + 1].next)
        if (!add_name(scan, scan->first + items[i].at, items[i].length))
            return false;
    return true;
}

static bool
close_level(struct scan *scan)
{
    const struct level *level = &scan->levels[--scan->depth];
    bool is_good = true;

    if (scan->nodes != NULL)
        scan->nodes->items[level->node].next = scan->node_count;
    if (level->is_doubtful || level->has_escape) {
        if (scan->nodes != NULL && !list_names(scan, level->node))
            return false;
        is_good = are_distinct(scan->names + level->first_name,
                               scan->name_count - level->first_name);
    }
    scan->name_count = level->first_name;
    return is_good || bad(scan, "a member name twice");
}

/* A scalar, or the opening of an array or object; `ret_opened` says which. */
static inline bool
take_value(struct scan *scan, bool *ret_opened)
{
    const unsigned char *first;

    *ret_opened = false;
    scan->values++;
    skip_space(scan);
    first = scan->at;
    if (scan->at == scan->end)
        return bad(scan, "it ends too early");
    switch (*scan->at) {
    case '{':
    case '[':
        *ret_opened = true;
        return open_level(scan, *scan->at++ == '{');
    case '"':
        scan->at++;
        return take_string(scan) && add_node(scan, JSONNODE_STRING, first + 1,
                                             (size_t)(scan->at - 2 - first));
    case 't':
        return take_word(scan, "true") &&
               add_node(scan, JSONNODE_TRUE, first, 0);
    case 'f':
        return take_word(scan, "false") &&
               add_node(scan, JSONNODE_FALSE, first, 0);
    case 'n':
        return take_word(scan, "null") &&
               add_node(scan, JSONNODE_NULL, first, 0);
    default:
        return take_number(scan) && add_node(scan, JSONNODE_NUMBER, first, 0);
    }
}

/*
 * Behind a value: closes what ends here, then a comma, so that more is due; or
 * the end of the text, depth 0.
 */
static inline bool
after_value(struct scan *scan)
{
    while (scan->depth > 0) {
        if (take(scan, ','))
            return true;
        skip_space(scan);
        if (take(scan, ','))
            return true;
        if (!take(scan, scan->levels[scan->depth - 1].is_object ? '}' : ']'))
            return bad(scan, "neither a comma nor an end");
        if (!close_level(scan))
            return false;
    }
    return true;
}

/* Behind an opening: closes an array or object that is empty. */
static inline bool
after_opening(struct scan *scan, bool *ret_is_empty)
{
    skip_space(scan);
    *ret_is_empty =
        take(scan, scan->levels[scan->depth - 1].is_object ? '}' : ']');
    return !*ret_is_empty || close_level(scan);
}

/*
 * Iterative: an attacker's nesting costs a counter, never the host's stack.
 * Each part is called from one place, so that the compiler makes one loop of
 * them.
 */
static bool
scan_text(struct scan *scan)
{
    bool opened;
    bool is_empty;

    do {
        if (scan->depth > 0 && scan->levels[scan->depth - 1].is_object &&
            !take_name(scan))
            return false;
        if (!take_value(scan, &opened))
            return false;
        is_empty = false;
        if (opened && !after_opening(scan, &is_empty))
            return false;
        if ((!opened || is_empty) && !after_value(scan))
            return false;
    } while (scan->depth > 0);
    skip_space(scan);
    return scan->at == scan->end || bad(scan, "something after its end");
}

static enum jsonscan_result
scan_all(const char *text, size_t length, struct jsonnodes *nodes,
         size_t *ret_values, const char **ret_what, size_t *ret_at)
{
    struct scan scan;
    bool good;

    scan.at = (const unsigned char *)text;
    scan.first = scan.at;
    scan.end = scan.at + length;
    scan.what = NULL;
    scan.no_memory = false;
    scan.depth = 0;
    scan.values = 0;
    scan.names = scan.few;
    scan.name_count = 0;
    scan.name_room = FEW_NAMES;
    scan.nodes = nodes;
    scan.node_count = 0;
    scan.node = NULL;
    scan.nodes_end = NULL;
    scan.has_escape = false;
    /* The length of a name is kept in 32 bits. */
    good = length <= UINT32_MAX ? scan_text(&scan) : bad(&scan, "too long");
    if (scan.names != scan.few)
        free(scan.names);
    if (scan.no_memory)
        return JSONSCAN_NO_MEMORY;
    if (good) {
        if (nodes != NULL)
            nodes->count = scan.node_count;
        *ret_values = scan.values;
        return JSONSCAN_OK;
    }
    *ret_what = scan.what;
    *ret_at = (size_t)(scan.at - (const unsigned char *)text);
    return JSONSCAN_BAD;
}

enum jsonscan_result
jsonscan(const char *text, size_t length, size_t *ret_values,
         const char **ret_what, size_t *ret_at)
{
    return scan_all(text, length, NULL, ret_values, ret_what, ret_at);
}

enum jsonscan_result
jsonscan_nodes(const char *text, size_t length, size_t max,
               struct jsonnodes *ret_nodes, const char **ret_what,
               size_t *ret_at)
{
    struct jsonnodes nodes = {.max = max};
    size_t values = 0;
    enum jsonscan_result result =
        scan_all(text, length, &nodes, &values, ret_what, ret_at);

    if (result == JSONSCAN_OK)
        *ret_nodes = nodes;
    else
        free(nodes.items);
    return result;
}
