/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/options.h"
#include "cli/state/each_store.h"

#include <math.h>

struct cleaning {
    double now;
    bool has_odd;
};

static void
say_odd(const char *what, void *data)
{
    struct cleaning *cleaning = data;

    cleaning->has_odd = true;
    cli_fail(0, "clean", "%s", what);
}

static bool
clean_state(const struct states_one *one, void *data, char *ret_what)
{
    struct cleaning *cleaning = data;
    const struct retention retention = {
        .now = cleaning->now, .used = one->keep_used, .revoked = one->keep};

    return one->replay.store->clean(one->replay.state, &retention, say_odd,
                                    cleaning, ret_what);
}

int
cli_clean(const struct options *options)
{
    struct states_wanted wanted = {.command = "clean",
                                   .config = options->config};
    struct cleaning cleaning = {.now = cli_now()};
    int code;

    code = states_each(&wanted, clean_state, &cleaning);
    return code == EXIT_YES && cleaning.has_odd ? EXIT_UNAVAILABLE : code;
}
