/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool
is_plain(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') ||
           (byte != '\0' && strchr("._@+-", byte) != NULL);
}

/* Writes one byte as it may stand between quotes; returns its length. */
static size_t
escape(unsigned char byte, char into[5])
{
    if (byte == '"' || byte == '\\')
        return (size_t)sprintf(into, "\\%c", byte);
    if (byte >= 0x20 && byte < 0x7f)
        return (size_t)sprintf(into, "%c", byte);
    return (size_t)sprintf(into, "\\x%02x", byte);
}

struct shown
text_quote(const char *value, size_t length)
{
    struct shown shown = {"(none)"};
    char one[5];
    size_t used = 0;
    size_t i;

    if (value == NULL)
        return shown;
    shown.text[used++] = '"';
    for (i = 0; i < length; i++) {
        size_t size = escape((unsigned char)value[i], one);

        if (used - 1 + size > TEXT_SHOWN_MAX)
            break;
        memcpy(shown.text + used, one, size);
        used += size;
    }
    memcpy(shown.text + used, i < length ? "\"..." : "\"", i < length ? 5 : 2);
    return shown;
}

struct shown
text_log_value(const char *value)
{
    struct shown shown = {""};
    size_t length = value != NULL ? strlen(value) : 0;
    size_t i;

    for (i = 0; i < length; i++)
        if (!is_plain((unsigned char)value[i]) &&
            strchr(":/", value[i]) == NULL)
            break;
    if (length == 0 || i < length || length > TEXT_SHOWN_MAX)
        return text_quote(value, length);
    memcpy(shown.text, value, length + 1);
    return shown;
}

struct shown
text_field(const char *value, const char *also)
{
    struct shown shown = {""};

    if (value == NULL)
        return shown;
    for (size_t i = 0; i < TEXT_SHOWN_MAX && value[i] != '\0'; i++)
        shown.text[i] =
            is_plain((unsigned char)value[i]) || strchr(also, value[i]) != NULL
                ? value[i]
                : '?';
    return shown;
}

struct shown
text_time(double seconds)
{
    struct shown shown = {"far away"};
    struct tm parts;
    time_t whole;

    if (!(seconds >= 0 && seconds < 253402300800.0 && seconds <= TIME_T_MAX))
        return shown;
    whole = (time_t)seconds;
    if (gmtime_r(&whole, &parts) != NULL)
        snprintf(shown.text, sizeof shown.text,
                 "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                 parts.tm_sec);
    return shown;
}

bool
text_equal(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Not tolower(): its answer depends on the locale of the host program. */
static unsigned char
lower(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a'
                                                      : byte);
}

bool
text_equal_nocase(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return false;
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

static const char *
media_type(const char *text)
{
    static const char prefix[] = "application/";
    char head[sizeof prefix] = "";

    strncpy(head, text, sizeof prefix - 1);
    return text_equal_nocase(head, prefix) ? text + sizeof prefix - 1 : text;
}

bool
text_equal_media_type(const char *a, const char *b)
{
    return text_equal_nocase(media_type(a), media_type(b));
}
