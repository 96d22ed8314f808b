/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/claims.h"

#include "json/document.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* now = 1000000, skew 30, max_lifetime 3600, max_age as the row says. */
static const struct {
    const char *payload;
    double max_age;
    const char *wanted;
} rows[] = {
    {"{\"sub\":\"a\",\"exp\":1000001}", 0, "ok"},
    {"{\"sub\":\"a\",\"exp\":999970}", 0, "expired"},
    {"{\"sub\":\"a\",\"exp\":999970.5}", 0, "ok"},
    {"{\"sub\":\"a\",\"exp\":999971}", 0, "ok"},
    {"{\"sub\":\"a\",\"exp\":0}", 0, "expired"},
    {"{\"sub\":\"a\",\"exp\":-1}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":null}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":true}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":9007199254740992}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":1e400}", 0, "bad_claim"},
    {"{\"sub\":\"a\"}", 0, "missing_claim"},
    {"{\"sub\":\"a\",\"exp\":1003600}", 0, "ok"},
    {"{\"sub\":\"a\",\"exp\":1003601}", 0, "lifetime_too_long"},
    {"{\"sub\":\"a\",\"exp\":1003600,\"iat\":1000000}", 0, "ok"},
    {"{\"sub\":\"a\",\"exp\":1003600,\"iat\":999999}", 0, "lifetime_too_long"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":1000030}", 0, "ok"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":1000031}", 0, "issued_in_future"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":\"1\"}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"nbf\":1000030}", 0, "ok"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"nbf\":1000031}", 0, "not_yet_valid"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"nbf\":{}}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":999940}", 60, "ok"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":999939}", 60, "too_old"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":1,\"auth_time\":999940}", 60,
     "lifetime_too_long"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":999000,\"auth_time\":999940}", 60,
     "ok"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iat\":999999,\"auth_time\":999939}", 60,
     "too_old"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"auth_time\":1000031}", 60,
     "issued_in_future"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"auth_time\":\"x\"}", 60, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":1000100}", 60, "missing_claim"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"iss\":1}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"jti\":1}", 0, "bad_claim"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"aud\":\"x\"}", 0, "wrong_audience"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"aud\":[]}", 0, "wrong_audience"},
    {"{\"sub\":\"a\",\"exp\":1000100,\"aud\":null}", 0, "bad_claim"},
    {"{\"exp\":1000100}", 0, "missing_claim"},
    {"{\"sub\":null,\"exp\":1000100}", 0, "bad_claim"},
    {"{\"sub\":7,\"exp\":1000100}", 0, "ok"},
    {"{\"sub\":7.5,\"exp\":1000100}", 0, "bad_claim"},
    {"{\"sub\":true,\"exp\":1000100}", 0, "bad_claim"},
    {"{\"sub\":[\"a\"],\"exp\":1000100}", 0, "bad_claim"},
    {"{\"sub\":9007199254740992,\"exp\":1000100}", 0, "bad_claim"},
    {"{\"sub\":\"\",\"exp\":1000100}", 0, "bad_claim"},
    {"{\"sub\":\"a\\u007f\",\"exp\":1000100}", 0, "bad_claim"},
};

static const struct template_facts facts = {
    .hostname = "web1", .service = "sshd", .user = "alice"};

static const char *
judge(const char *text, const struct claims_policy *policy)
{
    char what[JSONDOC_WHAT_MAX] = "";
    struct json_object *payload = NULL;
    struct claims claims;
    struct verdict verdict = {0};
    enum reason reason;

    cr_assert_eq(jsondoc_parse(text, strlen(text), &payload, what), REASON_OK,
                 "%s: %s", text, what);
    reason = claims_check(payload, policy, &facts, 1000000, &claims, &verdict);
    jsondoc_free(payload);
    return reason_name(reason);
}

Test(claims, are_judged_at_a_given_moment)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char user_claim[] = "sub";
        const struct claims_policy policy = {
            .user_claim = user_claim,
            .clock_skew = 30,
            .max_lifetime = 3600,
            .max_age = rows[i].max_age,
        };

        cr_expect_str_eq(judge(rows[i].payload, &policy), rows[i].wanted, "%s",
                         rows[i].payload);
    }
}

Test(claims, an_integer_identity_is_its_decimal_form)
{
    static const struct {
        const char *payload;
        const char *identity;
        bool is_integer;
    } cases[] = {
        {"{\"sub\":7,\"exp\":1000100}", "7", true},
        {"{\"sub\":-0,\"exp\":1000100}", "0", true},
        {"{\"sub\":\"7\",\"exp\":1000100}", "7", false},
    };
    char user_claim[] = "sub";
    const struct claims_policy policy = {.user_claim = user_claim};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char what[JSONDOC_WHAT_MAX];
        struct json_object *payload = NULL;
        struct claims claims;
        struct verdict verdict = {0};

        cr_assert_eq(jsondoc_parse(cases[i].payload, strlen(cases[i].payload),
                                   &payload, what),
                     REASON_OK);
        cr_assert_eq(
            claims_check(payload, &policy, &facts, 1000000, &claims, &verdict),
            REASON_OK, "%s", verdict.detail);
        cr_expect_str_eq(claims.identity, cases[i].identity);
        cr_expect_str_eq(claims.subject, cases[i].identity);
        cr_expect_eq(claims.is_integer, cases[i].is_integer);
        jsondoc_free(payload);
    }
}

Test(claims, says_how_much_and_in_what_unit)
{
    static const struct {
        const char *times;
        const char *said;
    } cases[] = {
        {"\"exp\":1795000000", "9 d ago (exp=2026-11-18T11:06:40Z, "
                               "clock_skew 30s)"},
        {"\"exp\":1795800040,\"iat\":1795800047",
         "by 47s (iat=2026-11-27T17:20:47Z, clock_skew 30s), check this host's "
         "clock"},
        {"\"exp\":1796404800,\"iat\":1795800000",
         "604800s > max_lifetime 3600s (7 d)"},
        {"\"exp\":1795800100000,\"iat\":1795800000000",
         "iat=1795800000000 is in milliseconds, and must be in seconds"},
        {"\"exp\":1795800100000",
         "exp=1795800100000 is in milliseconds, and must be in seconds"},
        {"\"exp\":1795800100,\"nbf\":1795800000000000",
         "nbf=1795800000000000 is in microseconds, and must be in seconds"},
        {"\"exp\":1795800100,\"iat\":1795720000",
         "80100s > max_lifetime 3600s (22 h)"},
    };
    char user_claim[] = "sub";
    const struct claims_policy policy = {
        .user_claim = user_claim, .clock_skew = 30, .max_lifetime = 3600};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        char what[JSONDOC_WHAT_MAX];
        struct json_object *payload = NULL;
        struct claims claims;
        struct verdict verdict = {0};

        snprintf(text, sizeof text, "{\"sub\":\"a\",%s}", cases[i].times);
        cr_assert_eq(jsondoc_parse(text, strlen(text), &payload, what),
                     REASON_OK);
        cr_expect_neq(claims_check(payload, &policy, &facts, 1795800000,
                                   &claims, &verdict),
                      REASON_OK);
        cr_expect_str_eq(verdict.detail, cases[i].said);
        jsondoc_free(payload);
    }
}

Test(claims, issuer_and_audience_are_exact)
{
    static const struct {
        const char *more;
        const char *wanted;
    } cases[] = {
        {"\"iss\":\"https://i\",\"aud\":\"ssh://web1\"", "ok"},
        {"\"iss\":\"https://i\",\"aud\":[\"x\",\"sshd/alice%\"]", "ok"},
        {"\"iss\":\"i\",\"aud\":\"ssh://web1\"", "ok"},
        {"\"iss\":\"https://i i\",\"aud\":\"ssh://web1\"", "unknown_issuer"},
        {"\"iss\":[\"i\"],\"aud\":\"ssh://web1\"", "bad_claim"},
        {"\"iss\":\"https://i/\",\"aud\":\"ssh://web1\"", "unknown_issuer"},
        {"\"iss\":\"https://I\",\"aud\":\"ssh://web1\"", "unknown_issuer"},
        {"\"aud\":\"ssh://web1\"", "missing_claim"},
        {"\"iss\":\"https://i\"", "missing_claim"},
        {"\"iss\":\"https://i\",\"aud\":\"ssh://web10\"", "wrong_audience"},
        {"\"iss\":\"https://i\",\"aud\":\"ssh://%h\"", "wrong_audience"},
        {"\"iss\":\"https://i\",\"aud\":[\"ssh://web1\",1]", "bad_claim"},
        {"\"iss\":\"https://i\",\"aud\":[[\"ssh://web1\"]]", "bad_claim"},
        {"\"iss\":\"https://i\",\"aud\":{\"a\":\"ssh://web1\"}", "bad_claim"},
    };
    char host[] = "ssh://%h";
    char service[] = "%s/%u%%";
    char *audience[] = {host, service};
    char issuer[] = "https://i";
    char moved[] = "i";
    char *issuers[] = {issuer, moved};
    char user_claim[] = "sub";
    const struct claims_policy policy = {
        .issuers = {issuers, 2},
        .audience = {audience, 2},
        .user_claim = user_claim,
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];

        snprintf(text, sizeof text, "{\"sub\":\"a\",\"exp\":1000100,%s}",
                 cases[i].more);
        cr_expect_str_eq(judge(text, &policy), cases[i].wanted, "%s", text);
    }
}
