/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/token_kind.h"

#include "json/document.h"

#include <criterion/criterion.h>
#include <string.h>

/* Header, payload, the reason, and the reason with refuse_refresh = no. */
static const struct {
    const char *header;
    const char *payload;
    const char *wanted;
    const char *without;
} rows[] = {
    {"{}", "{}", "ok", "ok"},
    {"{}", "{\"refresh\":false}", "ok", "ok"},
    {"{}", "{\"refresh\":true}", "refresh_token", "ok"},
    {"{}", "{\"refresh\":null}", "refresh_token", "ok"},
    {"{}", "{\"refresh\":\"false\"}", "refresh_token", "ok"},
    {"{}", "{\"token_use\":\"Access\"}", "ok", "ok"},
    {"{}", "{\"token_use\":\"access_token\"}", "ok", "ok"},
    {"{}", "{\"token_use\":\"id\"}", "refresh_token", "ok"},
    {"{}", "{\"token_use\":[\"access\"]}", "refresh_token", "ok"},
    {"{}", "{\"typ\":\"Bearer\"}", "ok", "ok"},
    {"{}", "{\"typ\":\"JWT\"}", "ok", "ok"},
    {"{}", "{\"typ\":\"AT+JWT\"}", "ok", "ok"},
    {"{}", "{\"typ\":\"Refresh\"}", "refresh_token", "ok"},
    {"{}", "{\"typ\":\"logout\"}", "refresh_token", "ok"},
    {"{}", "{\"use\":1}", "refresh_token", "ok"},
    {"{}", "{\"use\":null}", "refresh_token", "ok"},
    {"{}", "{\"token_type\":\"x\"}", "refresh_token", "ok"},
    {"{}", "{\"token_type\":\"DPoP\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"person\"}", "ok", "ok"},
    {"{}", "{\"type\":1}", "ok", "ok"},
    {"{}", "{\"type\":\"refresh\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"Refresh_Token\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"ID_token\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"id\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"reset\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"verify\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"invite\"}", "refresh_token", "ok"},
    {"{}", "{\"type\":\"refreshing\"}", "ok", "ok"},
    {"{}", "{\"type\":[\"person\",\"refresh\"]}", "refresh_token", "ok"},
    {"{}", "{\"type\":[\"refresh\",\"person\"]}", "refresh_token", "ok"},
    {"{}", "{\"type\":[\"person\",1]}", "ok", "ok"},
    {"{}", "{\"events\":{}}", "refresh_token", "ok"},
    {"{}", "{\"events\":null}", "refresh_token", "ok"},
    {"{\"typ\":\"at+jwt\"}", "{\"events\":{}}", "refresh_token", "ok"},
    {"{}", "{\"nonce\":\"n\"}", "refresh_token", "ok"},
    {"{}", "{\"at_hash\":\"n\"}", "refresh_token", "ok"},
    {"{}", "{\"c_hash\":\"n\"}", "refresh_token", "ok"},
    {"{}", "{\"s_hash\":\"n\"}", "refresh_token", "ok"},
    {"{}", "{\"nonce\":null}", "refresh_token", "ok"},
    {"{\"typ\":\"JWT\"}", "{\"nonce\":\"n\"}", "refresh_token", "ok"},
    {"{\"typ\":\"at+jwt\"}", "{\"nonce\":\"n\"}", "ok", "ok"},
    {"{\"typ\":\"application/AT+JWT\"}", "{\"nonce\":\"n\"}", "ok", "ok"},
    {"{\"typ\":1}", "{\"nonce\":\"n\"}", "refresh_token", "ok"},
    {"{\"nonce\":\"n\"}", "{}", "ok", "ok"},
    {"{}", "{\"nonce\":\"n\",\"typ\":\"Bearer\"}", "ok", "ok"},
    {"{}", "{\"nonce\":\"n\",\"token_use\":\"access\"}", "ok", "ok"},
    {"{}", "{\"nonce\":\"n\",\"type\":\"access\"}", "ok", "ok"},
    {"{}", "{\"nonce\":\"n\",\"use\":\"at+jwt\"}", "ok", "ok"},
    {"{}", "{\"nonce\":\"n\",\"typ\":\"JWT\"}", "refresh_token", "ok"},
    {"{}", "{\"nonce\":\"n\",\"typ\":\"ID\"}", "refresh_token", "ok"},
    {"{\"typ\":\"at+jwt\"}", "{\"typ\":\"ID\"}", "refresh_token", "ok"},
    {"{}", "{\"cnf\":{\"jkt\":\"x\"}}", "not_confirmed", "not_confirmed"},
    {"{}", "{\"cnf\":{}}", "not_confirmed", "not_confirmed"},
    {"{}", "{\"cnf\":\"x\"}", "not_confirmed", "not_confirmed"},
    {"{}", "{\"cnf\":null}", "not_confirmed", "not_confirmed"},
    {"{}", "{\"cnf\":false}", "not_confirmed", "not_confirmed"},
    {"{\"typ\":\"at+jwt\"}", "{\"cnf\":{}}", "not_confirmed", "not_confirmed"},
    {"{}", "{\"cnf\":{},\"typ\":\"DPoP\"}", "not_confirmed", "not_confirmed"},
    {"{}", "{\"typ\":\"dpop\"}", "not_confirmed", "not_confirmed"},
    {"{}", "{\"CNF\":{}}", "ok", "ok"},
};

static struct json_object *
parse(const char *text)
{
    char what[JSONDOC_WHAT_MAX] = "";
    struct json_object *object = NULL;

    cr_assert_eq(jsondoc_parse(text, strlen(text), &object, what), REASON_OK,
                 "%s: %s", text, what);
    return object;
}

Test(token_kind, takes_access_tokens_that_are_bound_to_nothing)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct json_object *header = parse(rows[i].header);
        struct json_object *payload = parse(rows[i].payload);
        struct verdict verdict = {0};

        cr_expect_str_eq(
            reason_name(token_kind_check(header, payload, true, &verdict)),
            rows[i].wanted, "%s %s", rows[i].header, rows[i].payload);
        cr_expect_str_eq(
            reason_name(token_kind_check(header, payload, false, &verdict)),
            rows[i].without, "%s %s", rows[i].header, rows[i].payload);
        jsondoc_free(header);
        jsondoc_free(payload);
    }
}

Test(token_kind, says_which_claim_it_was)
{
    static const struct {
        const char *payload;
        const char *said;
    } cases[] = {
        {"{\"at_hash\":\"x\"}",
         "claim at_hash marks an ID token, and refuse_refresh is yes: the "
         "access token is needed"},
        {"{\"typ\":\"ID\",\"events\":1}",
         "claim typ is \"ID\", and refuse_refresh is yes"},
        {"{\"use\":1}", "claim use is set, and refuse_refresh is yes"},
        {"{\"events\":{}}",
         "claim events marks a logout token or a security event, and "
         "refuse_refresh is yes"},
    };
    struct json_object *header = parse("{}");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_object *payload = parse(cases[i].payload);
        struct verdict verdict = {0};

        cr_expect_eq(token_kind_check(header, payload, true, &verdict),
                     REASON_REFRESH_TOKEN);
        cr_expect_str_eq(verdict.detail, cases[i].said);
        cr_expect_eq(verdict.count, 2);
        jsondoc_free(payload);
    }
    jsondoc_free(header);
}
