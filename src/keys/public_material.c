/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/public_material.h"

#include "base/secret.h"
#include "keys/public_bytes.h"
#include "keys/public_digits.h"
#include "keys/public_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text in a text in a text: base64 of a JSON string of base64, say. */
#define DEPTH_MAX 2

/* Shorter texts among decoded bytes are chance. */
#define TEXT_MIN 12

/* A word of fewer characters holds no key. */
#define WORD_MIN 16

/* Numbers in a row that are the bytes of something. */
#define NUMBERS_MIN 16

/* A judgement in progress. */
struct judgement {
    const char *name; /* of what was found; NULL: nothing so far */
    const char *how;  /* the outermost reading that found it, or NULL */
    int depth;
    bool only_marks; /* the bytes are perhaps not all, or by chance */
    bool no_memory;
};

/*
 * Reads `length` characters in some way into `into`, which has room for as
 * many bytes; returns how many it wrote, 0 where the text is not written so.
 */
typedef size_t reading(const char *text, size_t length, unsigned char *into);

static void judge(struct judgement *judgement, const unsigned char *bytes,
                  size_t length);

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/*
 * Hexadecimal as programs print it: with blanks, colons, commas, hyphens or
 * "0x" between the digits. A last digit without its pair was cut off.
 */
static size_t
read_hex(const char *text, size_t length, unsigned char *into)
{
    size_t digits = 0;

    for (size_t i = 0; i < length; i++) {
        int value = public_digit_value(text[i]);

        if (text[i] == '0' && i + 1 < length && (text[i + 1] | 0x20) == 'x') {
            i++;
            continue;
        }
        if (value < 0 && !is_blank(text[i]) &&
            strchr(":,-{}[]", text[i]) == NULL)
            return 0;
        if (value < 0)
            continue;
        if (digits % 2 == 0)
            into[digits / 2] = (unsigned char)(value << 4);
        else
            into[digits / 2] |= (unsigned char)value;
        digits++;
    }
    return digits / 2;
}

/*
 * Either alphabet, blanks between the digits, any padding. Stricter readers
 * would miss what a looser one reads.
 */
static size_t
read_base64(const char *text, size_t length, unsigned char *into)
{
    unsigned held = 0;
    unsigned bits = 0;
    size_t used = 0;

    while (length > 0 &&
           (text[length - 1] == '=' || is_blank(text[length - 1])))
        length--;
    for (size_t i = 0; i < length; i++) {
        int value = base64_value(text[i]);

        if (value < 0 && !is_blank(text[i]))
            return 0;
        if (value < 0)
            continue;
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            into[used++] = (unsigned char)(bits >> held);
        }
    }
    return used;
}

/* Decimal numbers below 256, as a program prints an array of bytes. */
static size_t
read_numbers(const char *text, size_t length, unsigned char *into)
{
    size_t count = 0;
    int number = -1;

    for (size_t i = 0; i <= length; i++) {
        char c = i < length ? text[i] : ' ';

        if (c >= '0' && c <= '9') {
            number = (number < 0 ? 0 : number * 10) + (c - '0');
            if (number > 255)
                return 0;
        } else if (is_blank(c) || strchr(",;[](){}", c) != NULL) {
            if (number >= 0)
                into[count++] = (unsigned char)number;
            number = -1;
        } else {
            return 0;
        }
    }
    return count >= NUMBERS_MIN ? count : 0;
}

/* %XX of RFC 3986 section 2.1. */
static size_t
read_percent(const char *text, size_t length, unsigned char *into)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        bool is_code = text[i] == '%' && length - i > 2 &&
                       public_digit_value(text[i + 1]) >= 0 &&
                       public_digit_value(text[i + 2]) >= 0;

        into[used] = (unsigned char)text[i];
        if (is_code) {
            into[used] = (unsigned char)(public_digit_value(text[i + 1]) << 4 |
                                         public_digit_value(text[i + 2]));
            i += 2;
        }
        used++;
    }
    return used;
}

/* Digits of a number in a base behind a backslash, at most `most` of them. */
static size_t
read_digits(const char *text, size_t length, int base, size_t most,
            unsigned *ret_number)
{
    size_t count = 0;

    *ret_number = 0;
    while (count < most && count < length &&
           public_digit_value(text[count]) >= 0 &&
           public_digit_value(text[count]) < base) {
        *ret_number = *ret_number * (unsigned)base +
                      (unsigned)public_digit_value(text[count]);
        count++;
    }
    return count;
}

/* One escape of JSON, C or Python behind its backslash; returns its length. */
static size_t
read_escape(const char *text, size_t length, unsigned char *ret_byte)
{
    static const char names[] = "nrtvfbae0";
    static const char bytes[] = "\n\r\t\v\f\b\a\033";
    const char *name = strchr(names, text[0]);
    unsigned number;
    size_t count;

    if (text[0] == 'x' || text[0] == 'u') {
        count = read_digits(text + 1, length - 1, 16, text[0] == 'x' ? 2 : 4,
                            &number);
        *ret_byte = (unsigned char)(number < 256 ? number : '?');
        return 1 + count;
    }
    count = read_digits(text, length, 8, 3, &number);
    if (count > 0) {
        *ret_byte = (unsigned char)number;
        return count;
    }
    *ret_byte =
        (unsigned char)(name != NULL && *name != '\0' ? bytes[name - names]
                                                      : text[0]);
    return 1;
}

static size_t
read_escaped(const char *text, size_t length, unsigned char *into)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        into[used] = (unsigned char)text[i];
        if (text[i] == '\\' && i + 1 < length)
            i += read_escape(text + i + 1, length - i - 1, &into[used]);
        used++;
    }
    return used;
}

/* The entities that stand for quotes and brackets in HTML and XML. */
static size_t
read_entities(const char *text, size_t length, unsigned char *into)
{
    static const struct {
        const char *name;
        char byte;
    } rows[] = {{"&quot;", '"'},
                {"&#34;", '"'},
                {"&lt;", '<'},
                {"&#60;", '<'},
                {"&#39;", '\''}};
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        into[used] = (unsigned char)text[i];
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            if (length - i >= strlen(rows[k].name) &&
                memcmp(text + i, rows[k].name, strlen(rows[k].name)) == 0) {
                into[used] = (unsigned char)rows[k].byte;
                i += strlen(rows[k].name) - 1;
                break;
            }
        used++;
    }
    return used;
}

static bool
is_constant(const unsigned char *bytes, size_t length)
{
    return length >= WORD_MIN && memcmp(bytes, bytes + 1, length - 1) == 0;
}

/* Reads a text in one way and judges what that gives. */
static void
judge_reading(struct judgement *judgement, const char *text, size_t length,
              reading *read, const char *how)
{
    unsigned char *bytes;
    size_t size;

    if (judgement->name != NULL || judgement->no_memory || length == 0)
        return;
    bytes = malloc(length);
    judgement->no_memory = bytes == NULL;
    if (bytes == NULL)
        return;
    size = read(text, length, bytes);
    if (size > 0) {
        judgement->depth++;
        judge(judgement, bytes, size);
        judgement->depth--;
    }
    if (judgement->name != NULL && judgement->depth == 0)
        judgement->how = how;
    secret_free(bytes, length);
}

static void
judge_readings(struct judgement *judgement, const char *text, size_t length)
{
    static const struct {
        reading *read;
        char sign; /* without it there is nothing to read in this way */
        const char *how;
    } rows[] = {
        {read_hex, '\0', "hexadecimal"},
        {read_base64, '\0', "base64"},
        {read_numbers, '\0', "numbers"},
        {read_percent, '%', "percent-encoded text"},
        {read_escaped, '\\', "quoted text"},
        {read_entities, '&', "HTML"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].sign == '\0' || memchr(text, rows[i].sign, length) != NULL)
            judge_reading(judgement, text, length, rows[i].read, rows[i].how);
}

/*
 * Digits with other characters around or between them. Good secrets have such
 * digits too, so that a mark must stand in their bytes. A long row of
 * hexadecimal digits is not there by chance: it is judged like a whole text.
 */
static void
judge_digits(struct judgement *judgement, const char *text, size_t length)
{
    static const struct {
        reading *read;
        bool is_whole;
        const char *how;
    } rows[] = {
        {public_digits_all, false, "hexadecimal"},
        {public_digits_shifted, false, "hexadecimal"},
        {public_digits_run, true, "hexadecimal"},
        {public_digits_behind_x, false, "hexadecimal"},
        {public_digits_list, false, "numbers"},
        {public_digits_octal, false, "numbers"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        judgement->only_marks = !rows[i].is_whole;
        judge_reading(judgement, text, length, rows[i].read, rows[i].how);
    }
    judgement->only_marks = false;
}

/* True for what stands between words; a dot between the parts of a token. */
static bool
is_between(char c)
{
    return is_blank(c) ||
           (c != '\0' && strchr("\"'`,;:=.()[]{}<>|&?#\\*$@!~", c) != NULL);
}

/*
 * Judges the words of a text, all of which has been read before. The base64 of
 * a key may have lost its first characters, so that a word is read from each of
 * its first four.
 */
static void
judge_words(struct judgement *judgement, const char *text, size_t length)
{
    size_t size;

    for (size_t at = 0; at < length; at += size + 1) {
        size = 0;
        while (at + size < length && !is_between(text[at + size]))
            size++;
        if (size < WORD_MIN)
            continue;
        if (size < length)
            judge_reading(judgement, text + at, size, read_hex, "hexadecimal");
        if (size < length)
            judge_reading(judgement, text + at, size, read_base64, "base64");
        judgement->only_marks = true;
        for (size_t skip = 1; skip < 4; skip++)
            judge_reading(judgement, text + at + skip, size - skip, read_base64,
                          "base64");
        judgement->only_marks = false;
    }
}

static const char *
name_words(const char *text, size_t length)
{
    const char *name = public_text_name(text, length);

    for (size_t at = 1; name == NULL && at < length; at++)
        if (is_blank(text[at - 1]) && !is_blank(text[at]))
            name = public_text_name(text + at, length - at);
    return name;
}

/* True for the three parts of a token, the first of them JSON in base64url. */
static bool
is_token(const char *text, size_t length)
{
    size_t dots = 0;

    for (size_t i = 0; i < length; i++)
        dots += text[i] == '.';
    return dots >= 2 && length > 2 && text[0] == 'e' &&
           (text[1] == 'y' || text[1] == 'w');
}

static void
judge(struct judgement *judgement, const unsigned char *bytes, size_t length)
{
    const char *text = (const char *)bytes;

    if (judgement->only_marks) {
        judgement->name = public_bytes_mark(bytes, length);
        return;
    }
    if (is_constant(bytes, length))
        judgement->name = "one byte, repeated";
    else
        judgement->name = public_bytes_name(bytes, length);
    if (judgement->name != NULL || judgement->depth > DEPTH_MAX ||
        (judgement->depth > 0 && length < TEXT_MIN) ||
        !public_text_is(text, length))
        return;
    judgement->name = name_words(text, length);
    if (judgement->name == NULL)
        judgement->name = public_text_mark(text, length);
    judge_readings(judgement, text, length);
    judge_digits(judgement, text, length);
    judge_words(judgement, text, length);
    if (judgement->name != NULL && is_token(text, length))
        judgement->name = "a token";
}

enum reason
public_material_judge(const unsigned char *bytes, size_t length,
                      char ret_what[KEY_WHAT_MAX])
{
    struct judgement judgement = {0};

    judge(&judgement, bytes, length);
    if (judgement.no_memory)
        return REASON_NO_MEMORY;
    if (judgement.name == NULL)
        return REASON_OK;
    if (judgement.how != NULL)
        snprintf(ret_what, KEY_WHAT_MAX, "not a secret: read as %s it is %s",
                 judgement.how, judgement.name);
    else
        snprintf(ret_what, KEY_WHAT_MAX, "not a secret: it is %s",
                 judgement.name);
    return REASON_KEY_UNAVAILABLE;
}
