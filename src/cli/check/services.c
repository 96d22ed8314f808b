/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/check/finding.h"
#include "config/config.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/*
 * A section that names its services and is stricter than another is a step-up
 * section. Where the other one answers all the same, for sudo-i where sudo is
 * meant, or because its "iss" is also for sudo, a token that the step-up
 * section refuses gives the same rights.
 */

/* Other ways to another account's rights, root's among them. */
static const char *const powers[] = {"sudo", "sudo-i", "su",
                                     "su-l", "doas",   "polkit-1"};

static bool
is_power(const char *service)
{
    for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++)
        if (text_equal(service, powers[i]))
            return true;
    return false;
}

static bool
has_rule(const struct requirements *rules, const struct requirement *wanted)
{
    for (size_t i = 0; i < rules->count; i++)
        if (requirement_is_same(&rules->items[i], wanted))
            return true;
    return false;
}

/* True if a limit of `a` seconds allows more than one of `b`; 0: any. */
static bool
is_longer(double a, double b)
{
    return b > 0 && (a == 0 || a > b);
}

/* The setting by which a section is laxer than another; NULL: it is not. */
static const char *
laxer_by(const struct issuer *issuer, const struct issuer *than)
{
    const struct claims_policy *a = &issuer->token.claims;
    const struct claims_policy *b = &than->token.claims;

    if (is_longer(a->max_age, b->max_age))
        return "max_age";
    if (than->replay.one_time && !issuer->replay.one_time)
        return "one_time";
    /*
     * The other rules can be compared only where both sections take tokens of
     * one issuer.
     */
    if (!issuers_share_iss(issuer, than))
        return NULL;
    if (is_longer(a->max_lifetime, b->max_lifetime))
        return "max_lifetime";
    for (size_t i = 0; i < b->requirements.count; i++)
        if (!has_rule(&a->requirements, &b->requirements.items[i]))
            return "require";
    return NULL;
}

/* How much the sections' `services` and `service` have to do with each other.
 */
enum relation {
    IS_OTHER,
    IS_POWER, /* both are ways to another account's rights */
    IS_KIN,   /* it is named, or sudo is for sudo-i */
};

static enum relation
relation_of(const struct issuer *issuer, const char *service)
{
    enum relation relation = IS_OTHER;

    for (size_t i = 0; i < issuer->services.count; i++) {
        const char *named = issuer->services.items[i];

        if (service_is_kin(named, service))
            return IS_KIN;
        if (is_power(named) && is_power(service))
            relation = IS_POWER;
    }
    return relation;
}

static const char *
name_of(const struct issuer *issuer)
{
    return issuer->name != NULL ? issuer->name : "";
}

static void
compare(const char *service, const struct issuer *answers,
        const struct issuer *step_up, struct findings *findings)
{
    enum relation relation = relation_of(step_up, service);
    const char *setting =
        relation != IS_OTHER ? laxer_by(answers, step_up) : NULL;

    if (setting != NULL)
        finding_add(
            findings, relation == IS_KIN ? FINDING_ERROR : FINDING_WARNING,
            service,
            "a token that the stricter section refuses gives the same rights "
            "here",
            relation == IS_KIN
                ? "name the service in the stricter section alone"
                : "name the service in the stricter section, if that is meant",
            "[issuer %s] answers, whose %s is laxer than that of [issuer %s]",
            name_of(answers), setting, name_of(step_up));
}

void
cli_check_services(const char *service, const struct config *config,
                   struct findings *findings)
{
    const struct policy *policy = &config->policy;
    const char *named = issuers_named_service(policy, service);

    for (size_t i = 0; i < policy->issuer_count; i++)
        for (size_t j = 0; issuer_answers(&policy->issuers[i], named) &&
                           j < policy->issuer_count;
             j++)
            if (i != j)
                compare(service, &policy->issuers[i], &policy->issuers[j],
                        findings);
}

/* True if libpam finds a file for the service. */
static bool
has_file(const char *folder, const char *service)
{
    const char *const folders[] = {folder, "/usr/lib/pam.d"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folders[i], service);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

/* True if a section without services answers where no other is meant. */
static bool
has_open_section(const struct policy *policy)
{
    for (size_t i = 0; i < policy->issuer_count; i++)
        if (policy->issuers[i].services.count == 0)
            return true;
    return false;
}

/* Says which services of a section are not there. */
static void
check_named(const char *folder, const struct issuer *issuer, bool is_open,
            struct findings *findings)
{
    size_t missing = 0;
    bool never_answers;

    for (size_t i = 0; i < issuer->services.count; i++)
        missing += !has_file(folder, issuer->services.items[i]);
    never_answers = is_open && missing == issuer->services.count;
    for (size_t i = 0; i < issuer->services.count; i++)
        if (!has_file(folder, issuer->services.items[i]))
            finding_add(
                findings, never_answers ? FINDING_ERROR : FINDING_WARNING,
                "services",
                never_answers ? "another section, without services, answers in "
                                "place of this one"
                              : "if the name is wrong, the section does not "
                                "answer there",
                "write it as its file in /etc/pam.d is named",
                "[issuer %s] names %s, and there is no such file in %s",
                name_of(issuer), text_log_value(issuer->services.items[i]).text,
                folder);
}

void
cli_check_named_services(const char *folder, const struct config *config,
                         struct findings *findings)
{
    const struct policy *policy = &config->policy;
    bool is_open = has_open_section(policy);

    for (size_t i = 0; i < policy->issuer_count; i++)
        check_named(folder, &policy->issuers[i], is_open, findings);
}
