/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "states.h"

#include <getopt.h>
#include <math.h>
#include <time.h>

static bool
clean_state(const struct states_one *one, void *data, char *ret_what)
{
    double now = *(const double *)data;

    return one->ledger.store->clean(
        one->ledger.state, now,
        one->keep > 0 ? floor(fmax(now - one->keep, 0)) : 0, ret_what);
}

int
cli_clean(int argc, char **argv)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    const char *config = CONFIG_PATH;
    double now = cli_now();
    int option;

    while ((option = cli_option("clean", argc, argv, table)) != -1) {
        if (option != 'c')
            return cli_usage("clean");
        config = optarg;
    }
    if (optind != argc)
        return cli_usage("clean");
    return states_each("clean", config, NULL, false, clean_state, &now);
}
