/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/claims.h"

#include "base/text.h"
#include "base/time_words.h"
#include "json/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The checks, in this order; each ends in its own reason:
 * 1. "iss" and "jti", where present, MUST be strings; "sub" may be an integer.
 * 2. "iss" MUST be the configured one, byte for byte.
 * 3. "aud" MUST have a configured audience; where none is configured, a token
 *    MUST NOT have "aud" (RFC 7519 section 4.1.3).
 * 4. "exp" MUST be there and MUST lie ahead.
 * 5. "nbf" and "iat" MUST NOT lie ahead.
 * 6. It MUST NOT live longer than max_lifetime.
 * 7. The person MUST have authenticated at most max_age ago.
 * 8. The identity MUST be a string of 1 to 256 bytes without control bytes, or
 *    an integer, which only a user_map takes (login.c).
 * 9. Every rule of `require` MUST hold.
 */

static enum reason
missing(struct verdict *verdict, const char *name)
{
    return verdict_refuse(verdict, REASON_MISSING_CLAIM, "%s",
                          text_log_value(name).text);
}

static enum reason
bad(struct verdict *verdict, const char *name, const char *what)
{
    return verdict_refuse(verdict, REASON_BAD_CLAIM, "%s is %s",
                          text_log_value(name).text, what);
}

static struct shown
quote(const char *text)
{
    return text_quote(text, text != NULL ? strlen(text) : 0);
}

/* A claim that may be absent, but if present is a string. */
static enum reason
read_string(struct json_object *payload, const char *name,
            const char **ret_text, struct verdict *verdict)
{
    struct json_object *value;

    *ret_text = NULL;
    if (!jsondoc_find(payload, name, &value) ||
        jsondoc_is_string(value, ret_text))
        return REASON_OK;
    *ret_text = NULL;
    return bad(verdict, name, "not a string");
}

/* RFC 7519 has a string for "sub"; many applications have their own number. */
static enum reason
read_subject(struct json_object *payload, struct claims *claims,
             struct verdict *verdict)
{
    struct json_object *value;

    if (!jsondoc_find(payload, "sub", &value))
        return REASON_OK;
    if (jsondoc_is_bool(value))
        return bad(verdict, "sub", "neither a string nor an integer");
    claims->subject = jsondoc_scalar(value, claims->subject_digits);
    return claims->subject != NULL
               ? REASON_OK
               : bad(verdict, "sub", "neither a string nor an integer");
}

static enum reason
check_issuer(struct json_object *payload, const struct claims_policy *policy,
             struct claims *claims, struct verdict *verdict)
{
    enum reason reason;

    verdict_check(verdict, "issuer", "issuer");
    reason = read_string(payload, "iss", &claims->issuer, verdict);
    if (reason != REASON_OK || policy->issuers.count == 0)
        return reason;
    if (claims->issuer == NULL)
        return missing(verdict, "iss");
    if (strings_have(&policy->issuers, claims->issuer))
        return REASON_OK;
    return verdict_refuse(
        verdict, REASON_UNKNOWN_ISSUER, "token has iss=%s, issuer is %s%s",
        quote(claims->issuer).text, quote(policy->issuers.items[0]).text,
        policy->issuers.count > 1 ? " or another of its names" : "");
}

/* True if `wanted` is "aud" or one of its members, which are all strings. */
static bool
has_audience(struct json_object *aud, const char *wanted)
{
    const char *text;

    if (jsondoc_is_string(aud, &text))
        return text_equal(text, wanted);
    for (size_t i = 0; i < jsondoc_array_size(aud); i++)
        if (jsondoc_is_string(jsondoc_array_item(aud, i), &text) &&
            text_equal(text, wanted))
            return true;
    return false;
}

static bool
is_audience(struct json_object *aud)
{
    const char *text;

    if (!jsondoc_is_array(aud))
        return jsondoc_is_string(aud, &text);
    for (size_t i = 0; i < jsondoc_array_size(aud); i++)
        if (!jsondoc_is_string(jsondoc_array_item(aud, i), &text))
            return false;
    return true;
}

/* The audience a log line shows: the only or the first one. */
static struct shown
show_audience(struct json_object *aud)
{
    const char *text = NULL;

    if (jsondoc_is_array(aud)) {
        if (jsondoc_array_size(aud) == 0)
            return (struct shown){"[]"};
        aud = jsondoc_array_item(aud, 0);
    }
    jsondoc_is_string(aud, &text);
    return quote(text);
}

/* Tries each configured audience; all of them must be expandable. */
static enum reason
match_audience(struct json_object *aud, const struct claims_policy *policy,
               const struct template_facts *facts, struct verdict *verdict)
{
    struct shown wanted = {""};
    bool found = false;

    for (size_t i = 0; i < policy->audience.count; i++) {
        const char *template = policy->audience.items[i];
        const char *unknown;
        char *text;

        if (!template_expand(template, facts, &text, &unknown))
            return unknown == NULL
                       ? verdict_refuse(verdict, REASON_NO_MEMORY,
                                        "expanding audience")
                       : verdict_refuse(verdict, REASON_WRONG_AUDIENCE,
                                        "audience %s needs %s, which is not "
                                        "known",
                                        quote(template).text, unknown);
        found = found || has_audience(aud, text);
        if (i == 0)
            wanted = quote(text);
        free(text);
    }
    if (found)
        return REASON_OK;
    return verdict_refuse(
        verdict, REASON_WRONG_AUDIENCE, "token has aud=%s%s, audience is %s%s",
        show_audience(aud).text,
        jsondoc_array_size(aud) > 1 ? " and others" : "", wanted.text,
        policy->audience.count > 1 ? " or others" : "");
}

static enum reason
check_audience(struct json_object *payload, const struct claims_policy *policy,
               const struct template_facts *facts, struct verdict *verdict)
{
    struct json_object *aud;
    bool configured = policy->audience.count > 0;

    verdict_check(verdict, "audience", "audience");
    if (!jsondoc_find(payload, "aud", &aud))
        return configured ? missing(verdict, "aud") : REASON_OK;
    if (!is_audience(aud))
        return bad(verdict, "aud", "neither a string nor an array of strings");
    if (configured)
        return match_audience(aud, policy, facts, verdict);
    return verdict_refuse(verdict, REASON_WRONG_AUDIENCE,
                          "token has aud=%s%s, audience is unset",
                          show_audience(aud).text,
                          jsondoc_array_size(aud) > 1 ? " and others" : "");
}

/* A time that may be absent (NAN), but if present is a NumericDate. */
static enum reason
read_time(struct json_object *payload, const char *name, double *ret_seconds,
          struct verdict *verdict)
{
    struct json_object *value;

    *ret_seconds = (double)NAN;
    if (!jsondoc_find(payload, name, &value) ||
        jsondoc_is_time(value, ret_seconds))
        return REASON_OK;
    return bad(verdict, name, "not a number from 0 to 2^53-1");
}

static enum reason
check_expiry(struct json_object *payload, const struct claims_policy *policy,
             double now, struct claims *claims, struct verdict *verdict)
{
    enum reason reason;

    verdict_check(verdict, "exp", "clock_skew");
    reason = read_time(payload, "exp", &claims->expires, verdict);
    if (reason != REASON_OK)
        return reason;
    if (isnan(claims->expires))
        return missing(verdict, "exp");
    if (now < claims->expires + policy->clock_skew)
        return REASON_OK;
    return verdict_refuse(verdict, REASON_EXPIRED,
                          "%s ago (exp=%s, clock_skew %.0fs)",
                          time_words_span(now - claims->expires).text,
                          text_time(claims->expires).text, policy->clock_skew);
}

/* A time that lies ahead, though it must have passed. */
static enum reason
refuse_ahead(struct verdict *verdict, enum reason reason, const char *name,
             double moment, const struct claims_policy *policy, double now)
{
    const char *unit = time_unit(moment, now);

    if (unit != NULL)
        return verdict_refuse(verdict, reason, "%s=%.0f%s", name, moment, unit);
    return verdict_refuse(verdict, reason,
                          "by %s (%s=%s, clock_skew %.0fs), check this host's "
                          "clock",
                          time_words_span(moment - now).text, name,
                          text_time(moment).text, policy->clock_skew);
}

static enum reason
check_not_before(struct json_object *payload,
                 const struct claims_policy *policy, double now,
                 struct verdict *verdict)
{
    double not_before;
    enum reason reason;

    verdict_check(verdict, "nbf", "clock_skew");
    reason = read_time(payload, "nbf", &not_before, verdict);
    if (reason != REASON_OK || isnan(not_before) ||
        not_before <= now + policy->clock_skew)
        return reason;
    return refuse_ahead(verdict, REASON_NOT_YET_VALID, "nbf", not_before,
                        policy, now);
}

/* "iat" or "auth_time": a moment that has passed. */
static enum reason
check_past(double moment, const char *name, const struct claims_policy *policy,
           double now, struct verdict *verdict)
{
    if (isnan(moment) || moment <= now + policy->clock_skew)
        return REASON_OK;
    return refuse_ahead(verdict, REASON_ISSUED_IN_FUTURE, name, moment, policy,
                        now);
}

static enum reason
check_lifetime(double issued, double expires,
               const struct claims_policy *policy, double now,
               struct verdict *verdict)
{
    double lifetime = expires - (isnan(issued) ? now : issued);
    const char *unit = time_unit(expires, now);

    verdict_check(verdict, "lifetime", "max_lifetime");
    if (policy->max_lifetime == 0 || lifetime <= policy->max_lifetime)
        return REASON_OK;
    if (unit != NULL)
        return verdict_refuse(verdict, REASON_LIFETIME_TOO_LONG, "exp=%.0f%s",
                              expires, unit);
    return verdict_refuse(
        verdict, REASON_LIFETIME_TOO_LONG, "%.0fs > max_lifetime %.0fs%s (%s)",
        lifetime, policy->max_lifetime,
        isnan(issued) ? ", counted from now as it has no iat" : "",
        time_words_span(lifetime).text);
}

static enum reason
check_age(struct json_object *payload, double issued,
          const struct claims_policy *policy, double now,
          struct verdict *verdict)
{
    double moment;
    const char *name = "auth_time";
    enum reason reason;

    verdict_check(verdict, "age", "max_age");
    if (policy->max_age == 0)
        return REASON_OK;
    reason = read_time(payload, name, &moment, verdict);
    if (reason == REASON_OK)
        reason = check_past(moment, name, policy, now, verdict);
    if (reason != REASON_OK)
        return reason;
    if (isnan(moment)) {
        name = "iat";
        moment = issued;
    }
    if (isnan(moment))
        return missing(verdict, "auth_time or iat");
    if (now - moment <= policy->max_age)
        return REASON_OK;
    return verdict_refuse(verdict, REASON_TOO_OLD,
                          "%.0fs since %s > max_age %.0fs (%s)", now - moment,
                          name, policy->max_age,
                          time_words_span(now - moment).text);
}

static enum reason
check_times(struct json_object *payload, const struct claims_policy *policy,
            double now, struct claims *claims, struct verdict *verdict)
{
    enum reason reason;

    reason = check_expiry(payload, policy, now, claims, verdict);
    if (reason == REASON_OK)
        reason = check_not_before(payload, policy, now, verdict);
    if (reason != REASON_OK)
        return reason;
    verdict_check(verdict, "iat", "clock_skew");
    reason = read_time(payload, "iat", &claims->issued, verdict);
    if (reason == REASON_OK)
        reason = check_past(claims->issued, "iat", policy, now, verdict);
    if (reason == REASON_OK)
        reason = check_lifetime(claims->issued, claims->expires, policy, now,
                                verdict);
    if (reason == REASON_OK)
        reason = check_age(payload, claims->issued, policy, now, verdict);
    return reason;
}

static const char *
lower_case(const char *text, char into[CLAIMS_IDENTITY_MAX + 1])
{
    size_t at = 0;

    for (; text[at] != '\0'; at++)
        into[at] = text[at] >= 'A' && text[at] <= 'Z'
                       ? (char)(text[at] - 'A' + 'a')
                       : text[at];
    into[at] = '\0';
    return into;
}

static enum reason
check_identity(struct json_object *payload, const struct claims_policy *policy,
               struct claims *claims, struct verdict *verdict)
{
    const char *name = policy->user_claim;
    struct json_object *value;
    const char *text;
    size_t length = 0;

    verdict_check(verdict, "identity", "user_claim");
    if (!jsondoc_find(payload, name, &value))
        return missing(verdict, name);
    if (!jsondoc_is_string(value, &text)) {
        text = jsondoc_is_bool(value)
                   ? NULL
                   : jsondoc_scalar(value, claims->identity_digits);
        if (text == NULL)
            return bad(verdict, name, "neither a string nor an integer");
        claims->is_integer = true;
    }
    for (; text[length] != '\0'; length++)
        if ((unsigned char)text[length] < 0x20 || text[length] == 0x7f)
            return bad(verdict, name, "a string with a control byte");
    if (length == 0)
        return bad(verdict, name, "an empty string");
    if (length > CLAIMS_IDENTITY_MAX)
        return bad(verdict, name, "longer than 256 bytes");
    claims->identity = policy->lowers_identity
                           ? lower_case(text, claims->identity_lower)
                           : text;
    return REASON_OK;
}

enum reason
claims_check(struct json_object *payload, const struct claims_policy *policy,
             const struct template_facts *facts, double now,
             struct claims *ret_claims, struct verdict *verdict)
{
    enum reason reason;

    *ret_claims = (struct claims){0};
    /* For revocations, whatever user_claim is. */
    reason = read_subject(payload, ret_claims, verdict);
    if (reason == REASON_OK)
        reason = check_issuer(payload, policy, ret_claims, verdict);
    if (reason == REASON_OK)
        reason = read_string(payload, "jti", &ret_claims->token_id, verdict);
    if (reason == REASON_OK)
        reason = check_audience(payload, policy, facts, verdict);
    if (reason == REASON_OK)
        reason = check_times(payload, policy, now, ret_claims, verdict);
    if (reason == REASON_OK)
        reason = check_identity(payload, policy, ret_claims, verdict);
    if (reason == REASON_OK)
        reason =
            requirements_check(&policy->requirements, payload, facts, verdict);
    return reason;
}
