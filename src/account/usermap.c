/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/usermap.h"

#include "base/pattern.h"
#include "base/text.h"
#include "base/trusted_file.h"
#include "base/words.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * A line, in this order:
 * 1. It MUST NOT hold a control byte but the tab, nor a byte order mark.
 * 2. It MUST be empty, a comment, or exactly two words (words.h), each of which
 *    may be quoted, and maybe a comment behind them.
 * 3. An identity that begins with a slash MUST end in another and be a regular
 *    expression between them; any other is compared byte for byte.
 * 4. Behind an expression, each \ of the user MUST be \\, a backslash, or \1
 *    to \9, a group that the expression has.
 * A mistake in any line refuses everybody: half a map may let the wrong in.
 *
 * A map may have a million lines, and each login reads all of them. So it is
 * read in blocks, and a plain line, two fields and the space between them, is
 * recognised many bytes at a time; any other goes through parse_line().
 */

#define BLOCK_SIZE (128 * 1024)

_Static_assert(BLOCK_SIZE > 2 * USERMAP_LINE_MAX, "a line fits a block");

typedef const char *(*see_line)(void *context, const struct usermap_line *line);

struct reading {
    see_line see;
    void *context;
    const char *identity; /* the only one to be told of plain lines; or NULL */
    size_t identity_length;
    size_t number; /* of the line */
};

/* The two fields of a line, and nothing behind them; 0 or 1 at an end. */
static const char *
take_fields(char *text, struct word fields[2])
{
    struct cursor cursor = {text, true};
    struct word more = {0};
    const char *wrong = word_take(&cursor, &fields[0]);

    if (wrong == NULL)
        wrong = word_take(&cursor, &fields[1]);
    if (wrong == NULL)
        wrong = word_take(&cursor, &more);
    if (wrong == NULL && more.text != NULL)
        wrong = "is not IDENTITY LOCAL-USER";
    return wrong;
}

/* NULL, or what is wrong; an identity that is NULL is a comment's. */
static const char *
parse_line(char *text, size_t length, struct usermap_line *ret_line)
{
    struct word fields[2] = {{0}};
    const char *wrong = line_fault(text, length);
    char *identity;

    if (wrong == NULL)
        wrong = take_fields(text, fields);
    if (wrong != NULL || fields[0].text == NULL)
        return wrong;
    if (fields[1].text == NULL)
        return "is not IDENTITY LOCAL-USER";
    identity = fields[0].text;
    if (*identity == '/') {
        length = strlen(identity);
        if (length < 2 || identity[length - 1] != '/')
            return "has an expression without a slash at its end";
        identity[length - 1] = '\0';
        identity++;
        ret_line->is_expression = true;
    }
    ret_line->identity = identity;
    ret_line->user = fields[1].text;
    return NULL;
}

static const char *
see_text(const struct reading *reading, char *text, size_t length)
{
    struct usermap_line line = {.number = reading->number};
    const char *wrong = length > USERMAP_LINE_MAX
                            ? "is too long"
                            : parse_line(text, length, &line);

    return wrong != NULL || line.identity == NULL
               ? wrong
               : reading->see(reading->context, &line);
}

/*
 * True if a plain line may have the identity. memcmp() with a fixed size is not
 * a call, which would cost more than all else that is done for a line.
 */
static inline bool
is_wanted(const struct reading *reading, const char *line, size_t length)
{
    size_t at = 0;

    if (reading->identity == NULL)
        return true;
    if (reading->identity_length != length)
        return false;
    for (; at + 8 <= length; at += 8)
        if (memcmp(line + at, reading->identity + at, 8) != 0)
            return false;
    return memcmp(line + at, reading->identity + at, length - at) == 0;
}

static const char *
see_plain(const struct reading *reading, char *text, char *space, char *newline)
{
    const struct usermap_line line = {reading->number, text, space + 1, false};

    *space = '\0';
    *newline = '\0';
    return reading->see(reading->context, &line);
}

/* Bytes looked at together: a vector of each machine, four times. */
#define VECTOR 16
#define STRIDE 64

typedef unsigned char vector __attribute__((vector_size(VECTOR)));
typedef signed char signed_vector __attribute__((vector_size(VECTOR)));

/* One bit for each byte of which all or no bits are set. */
static inline uint64_t
to_bits(vector v)
{
#if defined(__SSE2__) && !defined(PORTABLE)
    typedef char bytes __attribute__((vector_size(VECTOR)));

    return (uint64_t)__builtin_ia32_pmovmskb128((bytes)v);
#else
    static const vector weights = {1, 2, 4, 8, 16, 32, 64, 128,
                                   1, 2, 4, 8, 16, 32, 64, 128};
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t halves[2];

    v &= weights;
    memcpy(halves, &v, sizeof halves);
    /* A product's highest byte is the sum of all: each has its bit. */
    return (le64toh(halves[0]) * ones >> 56) | (le64toh(halves[1]) * ones >> 56)
                                                   << 8;
#endif
}

/*
 * One bit for each of the bytes that is below 0x24 or above 0x7e: spaces, line
 * ends, control bytes, quotes, the # of a comment; '!' and what is not ASCII,
 * which do no harm.
 */
static inline uint64_t
find_special(const char *bytes)
{
    uint64_t bits = 0;

    for (int i = 0; i < STRIDE; i += VECTOR) {
        vector v;

        memcpy(&v, bytes + i, sizeof v);
        bits |= to_bits((vector)((signed_vector)(v + 1) < 0x25)) << i;
    }
    return bits;
}

/* The bits of the bytes in front of `end` alone. */
static inline uint64_t
cut_bits(uint64_t bits, const char *at, const char *end)
{
    return end - at >= STRIDE ? bits : bits & ((UINT64_C(1) << (end - at)) - 1);
}

/*
 * Sees the lines of a block, whose last byte is a newline and behind which
 * STRIDE bytes of any value can be read.
 */
static const char *
see_block(struct reading *reading, char *block, size_t size)
{
    char *end = block + size;
    char *line = block;
    char *special = block; /* the last in the line, if any */
    size_t count = 0;      /* of those in the line */

    for (char *at = block; at < end; at += STRIDE)
        for (uint64_t bits = cut_bits(find_special(at), at, end); bits != 0;
             bits &= bits - 1) {
            char *byte = at + __builtin_ctzll(bits);
            const char *wrong = NULL;

            if (*byte != '\n') {
                special = byte;
                count++;
                continue;
            }
            reading->number++;
            if (count != 1 || *special != ' ' || special == line ||
                byte == special + 1 || *line == '/' ||
                byte - line > USERMAP_LINE_MAX) {
                *byte = '\0';
                wrong = see_text(reading, line, (size_t)(byte - line));
            } else if (is_wanted(reading, line, (size_t)(special - line))) {
                wrong = see_plain(reading, line, special, byte);
            }
            if (wrong != NULL)
                return wrong;
            line = byte + 1;
            count = 0;
        }
    return NULL;
}

/* The length up to and with the last newline. */
static size_t
whole_lines(const char *block, size_t length)
{
    const char *last = memrchr(block, '\n', length);

    return last != NULL ? (size_t)(last - block) + 1 : 0;
}

static const char *
see_file(struct reading *reading, int descriptor, char *block, char *what)
{
    const char *wrong = NULL;
    size_t left = 0;
    size_t total = 0;
    size_t got = 1;

    while (wrong == NULL && got > 0) {
        size_t whole;

        if (!readfile_block(descriptor, block + left, BLOCK_SIZE - left, &got,
                            what))
            return what;
        total += got;
        left += got;
        if (total > USERMAP_FILE_MAX)
            return "the file is too large";
        if (got == 0 && left > 0)
            block[left++] = '\n';
        whole = whole_lines(block, left);
        if (whole > 0)
            wrong = see_block(reading, block, whole);
        left -= whole;
        memmove(block, block + whole, left);
        if (wrong == NULL && left > USERMAP_LINE_MAX) {
            reading->number++;
            wrong = "is too long";
        }
    }
    return wrong;
}

static enum reason
read_map(const char *path, struct reading *reading, struct verdict *verdict)
{
    char what[READFILE_WHAT_MAX];
    int descriptor = readfile_open(path, what);
    char *block = descriptor >= 0 ? calloc(1, BLOCK_SIZE + STRIDE) : NULL;
    const char *wrong = what;

    if (block != NULL)
        wrong = see_file(reading, descriptor, block, what);
    free(block);
    readfile_close(descriptor);
    if (descriptor >= 0 && block == NULL)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "reading user_map");
    if (wrong == NULL)
        return REASON_OK;
    if (reading->number == 0)
        return verdict_refuse(verdict, REASON_BAD_CONFIG, "user_map %s: %s",
                              path, wrong);
    return verdict_refuse(verdict, REASON_BAD_CONFIG, "user_map %s:%zu: %s",
                          path, reading->number, wrong);
}

enum reason
usermap_each(const char *path, see_line see, void *context,
             struct verdict *verdict)
{
    struct reading reading = {.see = see, .context = context};

    return read_map(path, &reading, verdict);
}

/* A search of the map: the identity, and the account found so far. */
struct search {
    const char *identity;
    const char *user; /* NULL: any */
    char *found;      /* the account, for the caller */
    bool is_mapped;   /* some line has the identity */
    bool no_memory;
};

static void
give(struct search *search, const char *user)
{
    search->is_mapped = true;
    if (search->found != NULL || *user == '\0' ||
        (search->user != NULL && !text_equal(search->user, user)))
        return;
    search->found = strdup(user);
    if (search->found == NULL)
        search->no_memory = true;
}

/* Each expression is compiled, used or not: it may be mistaken. */
static const char *
try_expression(struct search *search, const struct usermap_line *line)
{
    char what[PATTERN_WHAT_MAX];
    char given[USERMAP_USER_MAX + 1];
    struct pattern *pattern = pattern_new(line->identity, what);
    enum pattern_result result;

    if (pattern == NULL)
        return "has an expression that is not " PATTERN_RULE;
    if (!pattern_has_groups_of(pattern, line->user)) {
        pattern_free(pattern);
        return "has a \\ in the user that does not name a group of the "
               "expression";
    }
    result = pattern_expand(pattern, search->identity, line->user, given,
                            sizeof given);
    pattern_free(pattern);
    if (result == PATTERN_MATCH)
        give(search, given);
    if (result == PATTERN_NO_MEMORY)
        search->no_memory = true;
    return NULL;
}

static const char *
try_line(void *context, const struct usermap_line *line)
{
    struct search *search = context;

    if (line->is_expression)
        return try_expression(search, line);
    if (text_equal(line->identity, search->identity))
        give(search, line->user);
    return NULL;
}

static enum reason
decide(const struct search *search, const char *path, struct verdict *verdict)
{
    const struct shown identity =
        text_quote(search->identity, strlen(search->identity));

    if (search->no_memory)
        return verdict_refuse(verdict, REASON_NO_MEMORY, "reading user_map");
    if (search->found != NULL)
        return REASON_OK;
    if (!search->is_mapped)
        return verdict_refuse(verdict, REASON_NO_MAPPING,
                              "no line of %s has %s", path, identity.text);
    return verdict_refuse(
        verdict, REASON_USER_MISMATCH,
        "%s gives %s other accounts, asked for was %s", path, identity.text,
        text_quote(search->user,
                   search->user != NULL ? strlen(search->user) : 0)
            .text);
}

enum reason
usermap_choose(const char *path, const char *identity, const char *user,
               char **ret_user, struct verdict *verdict)
{
    struct search search = {.identity = identity, .user = user};
    struct reading reading = {.see = try_line,
                              .context = &search,
                              .identity = identity,
                              .identity_length = strlen(identity)};
    enum reason reason;

    verdict_check(verdict, "mapping", "user_map");
    reason = read_map(path, &reading, verdict);
    if (reason == REASON_OK)
        reason = decide(&search, path, verdict);
    if (reason == REASON_OK)
        *ret_user = search.found;
    else
        free(search.found);
    return reason;
}
