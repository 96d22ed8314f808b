/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "claims.h"
#include "jsondoc.h"

#include <string.h>

#define NOW 1900000000.0

/* Claims that are accepted have an identity, and have not expired. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char user_claim[] = "/user/email";
    static char issuer[] = "https://issuer.example";
    static char host_audience[] = "ssh://%h";
    static char service_audience[] = "%s";
    static char *audiences[] = {host_audience, service_audience};
    const struct template_facts facts = {
        .hostname = "host.example", .service = "sshd", .user = "alice"};
    struct claims_policy policies[] = {
        {.user_claim = user_claim + 6, .clock_skew = 30},
        {.user_claim = user_claim,
         .issuer = issuer,
         .audience = {audiences, 2},
         .refuse_refresh = true,
         .max_lifetime = 86400,
         .max_age = 3600},
    };
    char what[JSONDOC_WHAT_MAX];
    struct json_object *payload = NULL;

    if (jsondoc_parse((const char *)data, size, &payload, what) != REASON_OK)
        return 0;
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
