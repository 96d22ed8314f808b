/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/wrapping_names.h"

const char *
wrapping_behind(struct span behind)
{
    return span_is_plain(*behind.text)
               ? "other text behind the token"
               : "white space or control bytes inside the token";
}

const char *
wrapping_in_front(struct span before)
{
    const char *last = before.text + before.length - 1;

    if (span_contains(before, "\xef\xbb\xbf"))
        return "a byte order mark in front of the token";
    if (span_contains(before, "\033["))
        return "a terminal's sequence (bracketed paste) around the token";
    if (span_contains(before, "uthorization") ||
        span_contains(before, "UTHORIZATION"))
        return "\"Authorization:\" in front of the token";
    if (*before.text == '{' || *before.text == '[')
        return "JSON around the token";
    if (span_contains(before, "://"))
        return "a URL around the token";
    if (span_contains(before, "%22") || span_contains(before, "%3D"))
        return "percent encoding around the token";
    while (last > before.text && (span_is_quote(*last) || span_is_space(*last)))
        last--;
    return span_is_quote(*last) ? "more than one pair of quotes, or half of one"
           : *last == '='       ? "\"NAME=\" in front of the token"
           : *last == ':'       ? "a name and a colon in front of the token"
                                : "other text in front of the token";
}
