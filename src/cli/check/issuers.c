/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/check/finding.h"
#include "login/issuer.h"

#include <string.h>

static bool
is_address(const char *name)
{
    return strncmp(name, "https://", strlen("https://")) == 0;
}

/* Keys are fetched from the first name. */
static void
check_first(const struct issuer *issuer, struct findings *findings)
{
    const struct strings *names = &issuer->token.claims.issuers;

    if (issuer_key_kind(issuer) != KEYSET_PUBLIC || names->count < 2 ||
        is_address(names->items[0]))
        return;
    for (size_t i = 1; i < names->count; i++)
        if (is_address(names->items[i])) {
            finding_add(findings, FINDING_WARNING,
                        cli_setting_of(issuer, "issuer").text,
                        "jwks fetch --section asks the first name for the keys",
                        "put the https:// name first",
                        "its first name, %s, is not an address, and %s is",
                        text_log_value(names->items[0]).text,
                        text_log_value(names->items[i]).text);
            return;
        }
}

/* A token of the name that is left out logs in for the one service only. */
static void
check_missing(const struct policy *policy, const struct issuer *issuer,
              struct findings *findings)
{
    const struct strings *own = &issuer->token.claims.issuers;

    for (size_t i = 0; i < policy->issuer_count; i++) {
        const struct issuer *other = &policy->issuers[i];
        const struct strings *names = &other->token.claims.issuers;

        if (!issuer_is_same(issuer, other))
            continue;
        for (size_t k = 0; k < names->count; k++)
            if (!strings_have(own, names->items[k])) {
                finding_add(findings, FINDING_WARNING,
                            cli_setting_of(issuer, "issuer").text,
                            "its tokens by that name are refused here",
                            "give both sections all names of the issuer",
                            "it lacks %s, a name of the same issuer in "
                            "[issuer %s]",
                            text_log_value(names->items[k]).text, other->name);
                return;
            }
    }
}

void
cli_check_issuer(const struct policy *policy, const struct issuer *issuer,
                 struct findings *findings)
{
    check_first(issuer, findings);
    check_missing(policy, issuer, findings);
}
