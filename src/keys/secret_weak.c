/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/secret_weak.h"

#include "base/secret.h"
#include "keys/secret_words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One random secret of 32 hexadecimal digits in 2^24 has fewer. */
#define DIFFERENT_MIN 8

/* A unit that is repeated is only worth its own length. */
#define UNIT_MAX 31

/* Digits of 32 bytes, which `openssl rand -hex 32` prints to be used as text.
 */
#define TEXT_HEX_MIN 64

/* Longer texts are judged by their beginning. */
#define SCORED_MAX 128

/*
 * Cost of guessing, in tenths of a bit. It is rough, but random secrets of 128
 * bits lie far above the limit, and six words of a dictionary just below it.
 */
#define SCORE_MIN     800
#define SCORE_DIGIT   33
#define SCORE_LETTER  47
#define SCORE_OTHER   50
#define SCORE_NEXT    25 /* the byte before or its neighbour */
#define SCORE_GOES_ON 10 /* by the same step again; a sign that was used */
#define SCORE_COMMON  50 /* a word of secret_words */
#define SCORE_WORD    50 /* any other word, and for each of its letters ... */
#define SCORE_SOUND   15
#define SCORE_COPY    60 /* four characters or more that came before */
#define COPY_MIN      4
#define WORDLIKE_MAX  15
#define CONSONANT_MAX 3

static bool
is_lower(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

static bool
is_upper(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool
is_letter(unsigned char c)
{
    return is_lower(c) || is_upper(c);
}

static bool
is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_text(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] < ' ' || bytes[i] > '~')
            return length > 0 && i + 1 == length && bytes[i] == '\n';
    return true;
}

/* Compares with a published secret, or with the beginning of one. */
static bool
matches(const unsigned char *secret, size_t length, const char *published)
{
    size_t size = strlen(published);

    if (published[size - 1] == '*')
        return length >= size - 1 && memcmp(secret, published, size - 1) == 0;
    return length == size && memcmp(secret, published, size) == 0;
}

/* A published key may be used as its text, or as what the text stands for. */
static bool
is_published(const unsigned char *secret, size_t length)
{
    unsigned char bytes[128 + 3];
    size_t size;

    for (size_t i = 0; secret_published[i] != NULL; i++) {
        const char *row = secret_published[i];

        if (matches(secret, length, row))
            return true;
        for (int e = SECRET_HEX; e <= SECRET_BASE64URL; e++)
            if (secret_form_decode(row, strcspn(row, "*"),
                                   (enum secret_encoding)e, bytes, &size) &&
                size >= 16 && size == length &&
                memcmp(bytes, secret, size) == 0)
                return true;
    }
    return false;
}

static bool
has_few_bytes(const unsigned char *secret, size_t length)
{
    bool seen[256] = {false};
    size_t different = 0;

    for (size_t i = 0; i < length; i++) {
        different += !seen[secret[i]];
        seen[secret[i]] = true;
    }
    return different < DIFFERENT_MIN;
}

static bool
is_repeated(const unsigned char *secret, size_t length)
{
    for (size_t unit = 1; unit <= UNIT_MAX && unit <= length / 2; unit++)
        if (memcmp(secret, secret + unit, length - unit) == 0)
            return true;
    return false;
}

/* True if half of the steps from byte to byte are the same. */
static bool
is_sequence(const unsigned char *secret, size_t length)
{
    size_t steps[256] = {0};

    for (size_t i = 1; i < length; i++)
        if (++steps[(unsigned char)(secret[i] - secret[i - 1])] >= length / 2)
            return true;
    return false;
}

/* A letter, or the letter that a digit or a sign is often written for. */
static int
plain_letter(unsigned char c, bool reads_signs)
{
    static const char signs[] = "013457@$!";
    static const char letters[] = "oleastasi";
    const char *at = reads_signs && c != '\0' ? strchr(signs, c) : NULL;

    if (is_upper(c))
        return c | 0x20;
    return at != NULL ? letters[at - signs] : c;
}

/* True if the text goes on with this word; signs count in long words only. */
static bool
goes_on(const unsigned char *text, size_t length, const char *word, size_t size)
{
    if (size > length)
        return false;
    for (size_t i = 0; i < size; i++)
        if (plain_letter(text[i], size >= 5) != word[i] &&
            plain_letter(text[i], false) != word[i])
            return false;
    return true;
}

/* True if a letter's word ends, or begins, between two bytes. */
static bool
is_border(unsigned char before, unsigned char behind)
{
    return !is_letter(before) || !is_letter(behind) ||
           (is_lower(before) && is_upper(behind));
}

/* Length of the longest common word here; 0: none. */
static size_t
common_word(const unsigned char *text, size_t at, size_t length)
{
    size_t longest = 0;

    for (size_t i = 0; secret_words[i] != NULL; i++) {
        size_t size = strlen(secret_words[i]);

        if (size <= longest ||
            !goes_on(text + at, length - at, secret_words[i], size))
            continue;
        if (size < 3 && ((at > 0 && !is_border(text[at - 1], text[at])) ||
                         (at + size < length &&
                          !is_border(text[at + size - 1], text[at + size]))))
            continue;
        longest = size;
    }
    return longest;
}

static bool
is_vowel(unsigned char c)
{
    return strchr("aeiouy", c | 0x20) != NULL;
}

/*
 * Length of what could be a word of some language here, in small letters behind
 * the first; 0: nothing.
 */
static size_t
likely_word(const unsigned char *text, size_t at, size_t length)
{
    size_t size = 1;
    size_t vowels = 0;
    size_t consonants = 0;

    if (!is_letter(text[at]) || (at > 0 && !is_border(text[at - 1], text[at])))
        return 0;
    while (at + size < length &&
           !is_border(text[at + size - 1], text[at + size]))
        size++;
    for (size_t i = at; i < at + size; i++) {
        consonants = is_vowel(text[i]) ? 0 : consonants + 1;
        vowels += is_vowel(text[i]);
        if (consonants > CONSONANT_MAX || (i > at && is_upper(text[i])))
            return 0;
    }
    return size >= 3 && size <= WORDLIKE_MAX && vowels * 10 >= size * 3 ? size
                                                                        : 0;
}

/* Length of the longest part here that came before; 0: less than COPY_MIN. */
static size_t
copied_part(const unsigned char *text, size_t at, size_t length)
{
    size_t longest = 0;

    for (size_t from = 0; from < at; from++) {
        size_t size = 0;

        while (at + size < length && from + size < at &&
               text[from + size] == text[at + size])
            size++;
        longest = size > longest ? size : longest;
    }
    return longest >= COPY_MIN ? longest : 0;
}

/*
 * True for a sentence, however long: half of its words are common ones, and
 * little else is in it.
 */
static bool
is_sentence(const unsigned char *text, size_t length)
{
    size_t words = 0;
    size_t common = 0;
    size_t letters = 0;

    for (size_t at = 0; at < length; at++) {
        size_t size = 0;

        while (at + size < length && is_letter(text[at + size]))
            size++;
        words += size > 0;
        common += size > 1 && is_lower(text[at + 1]) &&
                  common_word(text, at, at + size) == size;
        letters += size;
        at += size;
    }
    return words >= 6 && common * 2 >= words && letters * 10 >= length * 7;
}

static unsigned
score_byte(const unsigned char *text, size_t at)
{
    unsigned char c = text[at];
    int step = at > 0 ? c - text[at - 1] : 2;

    if (step >= -1 && step <= 1)
        return at > 1 && text[at - 1] - text[at - 2] == step ? SCORE_GOES_ON
                                                             : SCORE_NEXT;
    if (is_digit(c))
        return SCORE_DIGIT;
    if (is_letter(c))
        return SCORE_LETTER;
    return memchr(text, c, at) != NULL ? SCORE_GOES_ON : SCORE_OTHER;
}

static void
reach(unsigned scores[SCORED_MAX + 1], size_t at, size_t size, unsigned score)
{
    if (size > 0 && scores[at] + score < scores[at + size])
        scores[at + size] = scores[at] + score;
}

/* True if the cheapest way to put the text together is a cheap one. */
static bool
is_guessed(const unsigned char *text, size_t length)
{
    unsigned scores[SCORED_MAX + 1] = {0};

    if (length > SCORED_MAX)
        length = SCORED_MAX;
    for (size_t i = 1; i <= length; i++)
        scores[i] = UINT32_MAX / 2;
    for (size_t at = 0; at < length; at++) {
        size_t likely = likely_word(text, at, length);

        reach(scores, at, 1, score_byte(text, at));
        reach(scores, at, common_word(text, at, length), SCORE_COMMON);
        reach(scores, at, likely, SCORE_WORD + SCORE_SOUND * (unsigned)likely);
        reach(scores, at, copied_part(text, at, length), SCORE_COPY);
    }
    return scores[length] < SCORE_MIN;
}

static const char *
judge(const unsigned char *secret, size_t length)
{
    if (is_published(secret, length))
        return "it is printed in a standard, a tutorial or a default "
               "configuration";
    if (has_few_bytes(secret, length))
        return "it has few different bytes";
    if (is_repeated(secret, length))
        return "it is a short text over and over";
    if (is_sequence(secret, length))
        return "its bytes are a sequence";
    if (is_text(secret, length) &&
        (is_guessed(secret, length) || is_sentence(secret, length)))
        return "it is made of words, sequences or repetitions";
    return NULL;
}

/* Decodes and judges; few bytes are no sign of their own in a short one. */
static const char *
judge_decoded(const unsigned char *secret, size_t length,
              enum secret_encoding encoding)
{
    unsigned char *bytes = malloc(length + 3);
    const char *why = NULL;
    size_t size;

    if (bytes == NULL)
        return "out of memory while it was judged";
    if (secret_form_decode((const char *)secret, length, encoding, bytes,
                           &size) &&
        size >= 16 &&
        (is_text(bytes, size) || is_sequence(bytes, size) ||
         is_repeated(bytes, size)))
        why = judge(bytes, size);
    secret_free(bytes, length + 3);
    return why;
}

/* Characters that only base64 has, apart from those of names and words. */
static bool
is_plain_base64(const char *text, size_t length)
{
    bool has_sign = false;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_sign = c == '+' || c == '/' || (c == '=' && i + 2 >= length);

        if (!is_letter(c) && !is_digit(c) && !is_sign)
            return false;
        has_sign |= is_sign;
    }
    return has_sign && length % 4 == 0;
}

static bool
is_hex(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_digit((unsigned char)text[i]) &&
            strchr("abcdefABCDEF", text[i]) == NULL)
            return false;
    return true;
}

/* True if the decoded bytes are a text with a line end behind it. */
static bool
ends_in_newline(const char *text, size_t length, enum secret_encoding encoding)
{
    unsigned char *bytes = malloc(length + 3);
    size_t size;
    bool ends = bytes != NULL &&
                secret_form_decode(text, length, encoding, bytes, &size) &&
                size > 1 && bytes[size - 1] == '\n' && is_text(bytes, size);

    secret_free(bytes, length + 3);
    return ends;
}

const char *
secret_misleads(const char *text, size_t length, enum secret_encoding encoding)
{
    if (encoding != SECRET_TEXT)
        return ends_in_newline(text, length, encoding)
                   ? "what it decodes to ends in a newline, which is part of "
                     "the secret (printf %s, not echo)"
                   : NULL;
    if (length > 1 && (text[0] == '"' || text[0] == '\'' || text[0] == '`') &&
        text[length - 1] == text[0])
        return "the quotes around it are part of the secret";
    if (length < TEXT_HEX_MIN && length % 2 == 0 && is_hex(text, length))
        return "it is hexadecimal of fewer than 32 bytes, and is read as text "
               "(secret_encoding = hex reads the bytes)";
    if (is_plain_base64(text, length))
        return "it looks like base64, and is read as text (secret_encoding = "
               "base64 reads the bytes)";
    return NULL;
}

const char *
secret_weakness(const unsigned char *secret, size_t length)
{
    const char *why = judge(secret, length);

    if (!is_text(secret, length))
        return why;
    for (int e = SECRET_HEX; why == NULL && e <= SECRET_BASE64URL; e++)
        why = judge_decoded(secret, length, (enum secret_encoding)e);
    return why;
}
