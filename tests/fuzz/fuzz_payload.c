/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "token/claims.h"
#include "token/token_kind.h"
#include "json/document.h"

#include <string.h>

#define NOW 1900000000.0

/* What passes for an access token has none of the marks of another kind. */
static void
check_kind(struct json_object *payload)
{
    static const char *const bound[] = {"cnf", NULL};
    static const char *const other[] = {"events", "cnf", NULL};
    struct verdict verdict = {0};
    struct json_object *value;

    if (token_kind_check(NULL, payload, false, &verdict) == REASON_OK)
        MUST(!jsondoc_has_any(payload, bound));
    if (token_kind_check(NULL, payload, true, &verdict) != REASON_OK)
        return;
    MUST(!jsondoc_has_any(payload, other));
    MUST(!jsondoc_find(payload, "refresh", &value) || jsondoc_is_false(value));
}

/* Claims that are accepted have an identity, and have not expired. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char user_claim[] = "/user/email";
    static char issuer[] = "https://issuer.example";
    static char moved[] = "issuer.example";
    static char *issuers[] = {issuer, moved};
    static char host_audience[] = "ssh://%h";
    static char service_audience[] = "%s";
    static char *audiences[] = {host_audience, service_audience};
    const struct template_facts facts = {
        .hostname = "host.example", .service = "sshd", .user = "alice"};
    struct claims_policy policies[] = {
        {.user_claim = user_claim + 6, .clock_skew = 30},
        {.user_claim = user_claim,
         .issuers = {issuers, 2},
         .audience = {audiences, 2},
         .max_lifetime = 86400,
         .max_age = 3600},
    };
    char what[JSONDOC_WHAT_MAX];
    struct json_object *payload = NULL;

    if (jsondoc_parse((const char *)data, size, &payload, what) != REASON_OK)
        return 0;
    check_kind(payload);
    for (size_t i = 0; i < 2; i++) {
        struct verdict verdict = {0};
        struct claims claims = {0};

        if (claims_check(payload, &policies[i], &facts, NOW, &claims,
                         &verdict) != REASON_OK)
            continue;
        MUST(claims.identity != NULL &&
             strlen(claims.identity) <= CLAIMS_IDENTITY_MAX);
        MUST(claims.expires > NOW - policies[i].clock_skew);
    }
    jsondoc_free(payload);
    return 0;
}
