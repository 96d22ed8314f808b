/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include "base/text.h"
#include "support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN "allow_users = *\n"

static struct config
configure(const char *text)
{
    struct config config;
    char *path = scratch_file("conf", text, strlen(text), 0600);

    cr_assert(config_read(path, 0, NULL, &config), "%s",
              config.errors.count > 0 ? config.errors.items[0] : "");
    free(path);
    return config;
}

/* ssh and sudo have rules of their own; two issuers for what is left. */
static const char several[] = OPEN "[issuer ssh]\nservices = sshd\n"
                                   "issuer = a\nkey_file = /a\n"
                                   "[issuer sudo]\nservices = sudo sudo-i\n"
                                   "issuer = a\nkey_file = /a\n"
                                   "[issuer rest-a]\nissuer = a\n"
                                   "key_file = /a\n"
                                   "[issuer rest-b]\nissuer = b\n"
                                   "key_file = /b\n";

/* sudo stands for sudo-i; su does not stand for su-l, which has a section. */
static const char step_up[] = OPEN "[issuer rest]\nkey_file = /a\n"
                                   "[issuer su]\nservices = su\n"
                                   "key_file = /a\n"
                                   "[issuer login]\nservices = su-l\n"
                                   "key_file = /a\n"
                                   "[issuer step-up]\nservices = sudo\n"
                                   "key_file = /a\n";

static const char two_sudo[] = OPEN "[issuer a]\nservices = sudo\nissuer = a\n"
                                    "key_file = /a\n"
                                    "[issuer b]\nservices = sudo\nissuer = b\n"
                                    "key_file = /b\n"
                                    "[issuer c]\nissuer = c\nkey_file = /c\n";

/* One issuer while it moves; another one beside it. */
static const char moving[] = OPEN "[issuer a]\nissuer = https://a a\n"
                                  "key_file = /a\n"
                                  "[issuer b]\nissuer = b \"b c\"\n"
                                  "key_file = /b\n";

static const char limited[] = "services = sshd\nkey_file = /a\n";

/* Each place of a section among those of a service. */
static const char three[] = OPEN "[issuer first]\nissuer = a\nkey_file = /a\n"
                                 "[issuer middle]\nissuer = b\nkey_file = /b\n"
                                 "[issuer last]\nissuer = c\nkey_file = /c\n";

static const struct {
    const char *config;
    const char *service;
    const char *payload;
    const char *section; /* or the reason */
} rows[] = {
    {moving, "sshd", "{\"iss\":\"https://a\"}", "a"},
    {moving, "sshd", "{\"iss\":\"a\"}", "a"},
    {moving, "sshd", "{\"iss\":\"b\"}", "b"},
    {moving, "sshd", "{\"iss\":\"b c\"}", "b"},
    {moving, "sshd", "{\"iss\":\"c\"}", "unknown_issuer"},
    {moving, "sshd", "{\"iss\":\"https://a a\"}", "unknown_issuer"},
    {several, "sshd", "{\"iss\":\"a\"}", "ssh"},
    {several, "sshd", "{\"iss\":\"b\"}", "ssh"},
    {several, "sshd", "{}", "ssh"},
    {several, "sudo", "{\"iss\":\"a\"}", "sudo"},
    {several, "sudo-i", "{\"iss\":\"a\"}", "sudo"},
    {several, "sudo-", "{\"iss\":\"a\"}", "rest-a"},
    {several, "su-l", "{\"iss\":\"a\"}", "rest-a"},
    {several, "su", "{\"iss\":\"b\"}", "rest-b"},
    {several, NULL, "{\"iss\":\"b\"}", "rest-b"},
    {several, "su", "{\"iss\":\"c\"}", "unknown_issuer"},
    {several, "su", "{\"iss\":\"A\"}", "unknown_issuer"},
    {several, "su", "{\"iss\":\"a/\"}", "unknown_issuer"},
    {several, "su", "{\"iss\":[\"a\"]}", "bad_claim"},
    {several, "su", "{\"iss\":null}", "bad_claim"},
    {several, "su", "{\"sub\":\"a\"}", "missing_claim"},
    {several, "su", "[\"a\"]", "malformed"},
    {several, "su", "{\"iss\":\"a\",\"iss\":\"b\"}", "malformed"},
    {step_up, "sudo", "{}", "step-up"},
    {step_up, "sudo-i", "{}", "step-up"},
    {step_up, "su", "{}", "su"},
    {step_up, "su-l", "{}", "login"},
    {step_up, "sshd", "{}", "rest"},
    {step_up, "sudo-l", "{}", "rest"},
    {step_up, "su-i", "{}", "rest"},
    {step_up, NULL, "{}", "rest"},
    {two_sudo, "sudo", "{\"iss\":\"a\"}", "a"},
    {two_sudo, "sudo-i", "{\"iss\":\"a\"}", "a"},
    {two_sudo, "sudo-i", "{\"iss\":\"b\"}", "b"},
    {two_sudo, "sudo-i", "{\"iss\":\"c\"}", "unknown_issuer"},
    {three, "sshd", "{\"iss\":\"a\"}", "first"},
    {three, "sshd", "{\"iss\":\"b\"}", "middle"},
    {three, "sshd", "{\"iss\":\"c\"}", "last"},
    {three, "sshd", "{\"iss\":\"d\"}", "unknown_issuer"},
    {three, "sshd", "{\"iss\":1}", "bad_claim"},
    {limited, "sshd", "{}", NULL},
    {limited, "SSHD", "{}", "service_not_allowed"},
    {limited, "sudo", "{}", "service_not_allowed"},
    {limited, NULL, "{}", "service_not_allowed"},
};

Test(issuer, service_first_then_iss)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config config = configure(rows[i].config);
        const struct token token = {
            .jws = {.payload = rows[i].payload,
                    .payload_length = strlen(rows[i].payload)}};
        const struct issuer *issuer = NULL;
        struct verdict verdict = {0};
        enum reason reason = issuer_choose(&config.policy, rows[i].service,
                                           &token, &issuer, &verdict);

        cr_expect_eq(reason == REASON_OK, issuer != NULL, "%zu", i);
        if (issuer != NULL)
            cr_expect(rows[i].section == NULL
                          ? issuer->name == NULL
                          : text_equal(issuer->name, rows[i].section),
                      "%zu: %s", i, issuer->name);
        else
            cr_expect_str_eq(reason_name(reason), rows[i].section, "%zu", i);
        /* Its signature was not looked at: nothing of it may be said. */
        cr_expect_null(strstr(verdict.detail, "\"c\""));
        config_done(&config);
    }
}

/* Two sections with two issuers, and the keys of each. */
static enum reason
share(const char *setting, const char *one, const char *other,
      const char *other_issuer, struct verdict *verdict)
{
    char text[1024];
    struct config config;
    enum reason reason;

    snprintf(text, sizeof text,
             OPEN "[issuer one]\nservices = a\nissuer = i\n%s = %s\n"
                  "[issuer other]\nservices = b\nissuer = %s\n%s = %s\n",
             setting, one, other_issuer, setting, other);
    config = configure(text);
    reason = issuers_check_keys(&config.policy, 1900000000, verdict);
    config_done(&config);
    return reason;
}

Test(issuer, no_key_is_in_two_sections_of_different_issuers)
{
    static const char secret[] = "0123456789abcdef0123456789abcdef\n";
    char *rsa = key_copy("rsa-a.pub.pem");
    char *jwks = key_copy("jwks-main.json");
    char *jwk = key_copy("rsa-a.pub.jwk");
    char *pkcs1 = key_copy("rsa-a.pkcs1.pub.pem");
    char *ec = key_copy("p256-a.pub.pem");
    char *one = scratch_file("one", secret, strlen(secret), 0600);
    char *same = scratch_file("same", secret, strlen(secret) - 1, 0600);
    char *two = scratch_file("two", secret + 1, strlen(secret) - 1, 0600);
    char both[512];
    const struct {
        const char *setting;
        const char *one;
        const char *other;
        const char *issuer;
        enum reason wanted;
    } pairs[] = {
        {"key_file", rsa, rsa, "j", REASON_BAD_CONFIG},
        {"key_file", rsa, rsa, "i", REASON_OK},
        {"key_file", rsa, ec, "j", REASON_OK},
        {"secret_file", one, same, "j", REASON_BAD_CONFIG},
        {"secret_file", one, two, "j", REASON_OK},
        {"key_file", both, ec, "j", REASON_BAD_CONFIG},
        {"key_file", jwks, jwks, "j", REASON_BAD_CONFIG},
        {"key_file", rsa, jwk, "j", REASON_BAD_CONFIG},
        {"key_file", jwk, pkcs1, "j", REASON_BAD_CONFIG},
        {"key_file", "/nonexistent", "/nonexistent", "j", REASON_OK},
    };

    snprintf(both, sizeof both, "%s %s", rsa, ec);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct verdict verdict = {0};

        cr_expect_str_eq(
            reason_name(share(pairs[i].setting, pairs[i].one, pairs[i].other,
                              pairs[i].issuer, &verdict)),
            reason_name(pairs[i].wanted), "%zu: %s", i, verdict.detail);
        if (pairs[i].wanted == REASON_BAD_CONFIG)
            cr_expect_not_null(strstr(verdict.detail,
                                      "[issuer one] and [issuer other] have a "
                                      "key in common"));
    }
    free(rsa);
    free(jwks);
    free(jwk);
    free(pkcs1);
    free(ec);
    free(one);
    free(same);
    free(two);
}

/* A section has what stands before the first one, and its own over it. */
Test(issuer, sections_inherit_and_add_rules)
{
    struct config config = configure(
        OPEN "max_age = 5m\nrequire = a = b\nprompt = P\nmin_uid = 500\n"
             "[issuer one]\nissuer = a\nkey_file = /a\nmax_age = 1m\n"
             "require = c = d\n[issuer other]\nissuer = b\nkey_file = /b\n");
    const struct issuer *one = &config.policy.issuers[0];
    const struct issuer *other = &config.policy.issuers[1];

    cr_assert_eq(config.policy.issuer_count, 2);
    cr_expect(text_equal(one->name, "one") && text_equal(other->name, "other"));
    cr_expect(one->token.claims.max_age == 60);
    cr_expect(other->token.claims.max_age == 300);
    cr_expect_eq(one->token.claims.requirements.count, 2);
    cr_expect_eq(other->token.claims.requirements.count, 1);
    cr_expect(one->account.min_uid == 500 && other->account.min_uid == 500);
    cr_expect(text_equal(one->key_files.items[0], "/a") &&
              other->key_files.count == 1);
    cr_expect(text_equal(config.prompt, "P"));
    config_done(&config);
}

Test(issuer, an_argument_on_trial_counts_for_every_section)
{
    static const char *const arguments[] = {"max_age=7m", "prompt=Q",
                                            "key_file=/c"};
    char *path = scratch_file("conf", several, strlen(several), 0600);
    struct config config;

    cr_expect(config_try(path, 2, arguments, &config));
    cr_expect(text_equal(config.prompt, "Q"));
    for (size_t i = 0; i < config.policy.issuer_count; i++)
        cr_expect(config.policy.issuers[i].token.claims.max_age == 420);
    config_done(&config);
    cr_expect_not(config_try(path, 3, arguments, &config));
    cr_expect_eq(config.errors.count, 1);
    cr_expect_str_eq(config.errors.items[0], "--set: \"key_file\" "
                                             "belongs into a section of the "
                                             "file");
    config_done(&config);
    free(path);
}

/* Lists that share a name are one issuer's, from list to list. */
Test(issuer, names_that_meet_are_one_issuers)
{
    struct config config =
        configure(OPEN "[issuer a]\nservices = a\nissuer = 2 1\nkey_file = /a\n"
                       "[issuer b]\nservices = b\nissuer = 4 3\nkey_file = /a\n"
                       "[issuer c]\nservices = c\nissuer = 5\nkey_file = /a\n"
                       "[issuer d]\nservices = d\nissuer = 3 2\nkey_file = /a\n"
                       "[issuer e]\nservices = e\nkey_file = /a\n"
                       "[issuer f]\nservices = f\nkey_file = /a\n");
    const struct issuer *all = config.policy.issuers;

    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) {
            const bool one = i < 4 && i != 2 && j < 4 && j != 2;
            const bool any = i > 3 && j > 3;

            cr_expect_eq(issuer_is_same(&all[i], &all[j]), i == j || one || any,
                         "%zu %zu", i, j);
        }
    for (size_t i = 0; i < 4; i += i == 1 ? 2 : 1) {
        cr_assert_eq(all[i].known_as.count, 4);
        for (size_t k = 0; k < 4; k++)
            cr_expect_eq(all[i].known_as.items[k][0], "1234"[k]);
    }
    cr_expect_str_eq(all[0].token.claims.issuers.items[0], "2");
    cr_expect_eq(all[2].known_as.count, 1);
    cr_expect_eq(all[4].known_as.count, 0);
    cr_expect(issuers_share_iss(&all[0], &all[3]));
    cr_expect_not(issuers_share_iss(&all[0], &all[1]));
    config_done(&config);
}
