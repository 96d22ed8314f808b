/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/looks_like_token.h"

#include "base/base64.h"
#include "token/hidden_token.h"
#include "token/span.h"
#include "token/wrapping_names.h"

#include <string.h>
#include <strings.h>

static bool
take_quotes(struct span *span)
{
    if (span->length < 2 || !span_is_quote(*span->text) ||
        span->text[span->length - 1] != *span->text)
        return false;
    *span = span_trim((struct span){span->text + 1, span->length - 2});
    return true;
}

static bool
take_scheme(struct span *span)
{
    static const char scheme[] = "Bearer";
    size_t skip = sizeof scheme - 1;

    if (span->length <= skip || strncasecmp(span->text, scheme, skip) != 0 ||
        !span_is_space(span->text[skip]))
        return false;
    *span = span_trim((struct span){span->text + skip, span->length - skip});
    return true;
}

/* Takes off what may stand around a token, each at most once. */
static struct span
peel(struct span span)
{
    bool had_quotes;

    span = span_trim(span);
    had_quotes = take_quotes(&span);
    if (take_scheme(&span) && !had_quotes)
        take_quotes(&span);
    return span;
}

static bool
is_base64url(struct span span)
{
    return base64url_span(span.text, span.length) == span.length;
}

static bool
is_clean(struct span span)
{
    size_t at = 0;

    while (at < span.length && span_is_token_byte(span.text[at]))
        at++;
    return at == span.length;
}

/* True if the answer, without what is taken off, begins as a token does. */
static bool
is_bare(struct span bare, bool may_be_cut)
{
    return span_begins_token(bare) &&
           (memchr(bare.text, '.', bare.length) != NULL ||
            (may_be_cut && is_base64url(bare)));
}

/* Finds a token that stands as it is, with something around it. */
static bool
find_wrapped(struct span whole, struct found_token *ret_token)
{
    struct span run;
    struct span before;

    if (!span_find_run(whole, &run))
        return false;
    before = (struct span){whole.text, (size_t)(run.text - whole.text)};
    *ret_token = (struct found_token){
        run.text, run.length,
        before.length > 0
            ? wrapping_in_front(before)
            : wrapping_behind(span_behind(whole, before.length + run.length))};
    return true;
}

enum reason
answer_unwrap(const char *answer, size_t length, bool may_be_cut,
              struct found_token *ret_token)
{
    struct span whole = span_trim((struct span){answer, length});
    struct span bare = peel(whole);
    bool begins = is_bare(bare, may_be_cut);
    enum reason reason = REASON_NOT_A_TOKEN;

    *ret_token = (struct found_token){0};
    if (whole.length < TOKEN_LENGTH_MIN)
        return reason;
    if (!begins || !is_clean(bare)) {
        if (find_wrapped(begins ? bare : whole, ret_token))
            return REASON_MALFORMED;
        reason = hidden_token_find(whole, may_be_cut, &ret_token->wrapping);
    }
    if (!begins || (reason == REASON_MALFORMED &&
                    ret_token->wrapping != hidden_token_damaged))
        return reason;
    *ret_token = (struct found_token){bare.text, bare.length, NULL};
    return REASON_OK;
}
