/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/jwks/section.h"

#include "cli/cli.h"

#include <errno.h>
#include <unistd.h>

int
jwkssection_read(struct jwkssection *section, const char *command)
{
    const struct policy *policy = &section->config.policy;

    if (section->name == NULL && access(section->config_path, F_OK) != 0 &&
        errno == ENOENT)
        return EXIT_YES;
    if (!config_read(section->config_path, 0, NULL, &section->config)) {
        for (size_t i = 0; i < section->config.errors.count; i++)
            cli_fail(0, command, "bad_config: %s",
                     section->config.errors.items[i]);
        return EXIT_UNREADABLE;
    }
    section->is_there = true;
    for (size_t i = 0; section->name != NULL && i < policy->issuer_count; i++)
        if (text_equal(policy->issuers[i].name, section->name))
            section->issuer = &policy->issuers[i];
    if (section->name != NULL && section->issuer == NULL)
        return cli_fail(EXIT_UNREADABLE, command,
                        "%s has no section [issuer %s]", section->config_path,
                        text_log_value(section->name).text);
    return EXIT_YES;
}

void
jwkssection_done(struct jwkssection *section)
{
    config_done(&section->config);
}
