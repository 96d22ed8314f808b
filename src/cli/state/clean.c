/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/state/each_store.h"

#include <getopt.h>
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
cli_clean(int argc, char **argv)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    struct states_wanted wanted = {.command = "clean", .config = CONFIG_PATH};
    struct cleaning cleaning = {.now = cli_now()};
    int option;
    int code;

    while ((option = cli_option("clean", argc, argv, table)) != -1) {
        if (option != 'c')
            return cli_usage("clean");
        wanted.config = optarg;
    }
    if (optind != argc)
        return cli_usage("clean");
    code = states_each(&wanted, clean_state, &cleaning);
    return code == EXIT_YES && cleaning.has_odd ? EXIT_UNAVAILABLE : code;
}
