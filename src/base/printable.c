/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/printable.h"

#include <stdbool.h>

/*
 * Characters that move the cursor, reverse the order of what is read, or show
 * nothing (Unicode 15, categories Cc, Cf, Zl, Zp; Unicode Technical Report 36).
 */
static const struct {
    uint32_t first;
    uint32_t last;
} hidden[] = {
    {0x00, 0x1f},        {0x7f, 0x9f},       {0xad, 0xad},
    {0x34f, 0x34f},      {0x600, 0x605},     {0x61c, 0x61c},
    {0x6dd, 0x6dd},      {0x70f, 0x70f},     {0x115f, 0x1160},
    {0x17b4, 0x17b5},    {0x180b, 0x180f},   {0x200b, 0x200f},
    {0x2028, 0x202e},    {0x2060, 0x206f},   {0x3164, 0x3164},
    {0xd800, 0xf8ff},    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xfff0, 0xfffb},    {0xfffe, 0xffff},   {0x110bd, 0x110bd},
    {0x13430, 0x1345f},  {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0x10ffff},
};

static bool
is_hidden(uint32_t point)
{
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (point >= hidden[i].first && point <= hidden[i].last)
            return true;
    return false;
}

size_t
printable_utf8(const char *text, size_t length, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size;
    uint32_t point;

    if (length == 0)
        return 0;
    if (bytes[0] < 0x80) {
        *ret_point = bytes[0];
        return 1;
    }
    size = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || size > length)
        return 0;
    point = bytes[0] & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3fU);
    }
    if (point < least[size] || point > 0x10ffff ||
        (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *ret_point = point;
    return size;
}

/* Writes \uHHHH, and for a character above U+FFFF a pair (RFC 8259). */
static void
write_point(FILE *out, uint32_t point)
{
    if (point < 0x10000) {
        fprintf(out, "\\u%04x", (unsigned)point);
        return;
    }
    point -= 0x10000;
    fprintf(out, "\\u%04x\\u%04x", 0xd800U + (unsigned)(point >> 10),
            0xdc00U + (unsigned)(point & 0x3ff));
}

static void
write_bytes(FILE *out, const char *text, size_t length, const char *before)
{
    for (size_t i = 0; i < length; i++)
        fprintf(out, "%sx%02x", before, (unsigned char)text[i]);
}

void
printable_write(FILE *out, const char *text, size_t length,
                enum printable_form form)
{
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t size = printable_utf8(text + at, length - at, &point);

        if (size > 0 && !is_hidden(point))
            fwrite(text + at, 1, size, out);
        else if (form == PRINTABLE_TEXT)
            write_bytes(out, text + at, size > 0 ? size : 1, "\\");
        else if (size > 0)
            write_point(out, point);
        else
            write_bytes(out, text + at, 1, "\\\\");
        at += size > 0 ? size : 1;
    }
}
