/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "config/config.h"

/* A configuration is whole, or it is mistaken and says why. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    bool good = config_read(fuzz_file(data, size), 0, NULL, &config);

    MUST(good == !config.is_mistaken);
    MUST(good == (config.errors.count == 0));
    MUST(config.prompt != NULL && config.policy.issuer_count > 0);
    for (size_t i = 0; good && i < config.policy.issuer_count; i++) {
        const struct issuer *issuer = &config.policy.issuers[i];

        MUST((issuer->key_files.count > 0) != (issuer->secret_files.count > 0));
        MUST(issuer->account.user_pattern != NULL);
        MUST((issuer->name != NULL) == (config.policy.issuers[0].name != NULL));
    }
    config_done(&config);
    return 0;
}
