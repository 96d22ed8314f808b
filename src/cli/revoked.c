/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli.h"

#include "states.h"
#include "text.h"

#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>

struct listing {
    const char *state;
    struct json_object *list; /* NULL: text */
};

static bool
show(const struct revocation *revocation, void *data)
{
    const struct listing *listing = data;
    const struct {
        const char *name;
        const char *value;
    } facts[] = {
        {"jti", revocation->token_id},
        {"sub", revocation->subject},
        {"iss", revocation->issuer},
    };
    struct json_object *object = NULL;

    if (listing->list != NULL) {
        object = cli_object();
        cli_append(listing->list, object);
        cli_add_string(object, "state", listing->state);
    }
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (facts[i].value == NULL)
            continue;
        if (object != NULL)
            cli_add_string(object, facts[i].name, facts[i].value);
        else
            cli_print("%s=%s ", facts[i].name, text_bare(facts[i].value).text);
    }
    if (object != NULL)
        cli_add_number(object, "before", (int64_t)revocation->before);
    else if (revocation->token_id == NULL)
        cli_print("%sissued until %.0f\n",
                  revocation->subject == NULL ? "all " : "",
                  revocation->before);
    else
        cli_print("\n");
    return true;
}

static bool
list_state(const struct states_one *one, void *data, char *ret_what)
{
    struct listing *listing = data;

    listing->state = one->place->state;
    return one->ledger.store->list(one->ledger.state, show, listing, ret_what);
}

int
cli_revoked(int argc, char **argv)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    struct listing listing = {NULL, NULL};
    const char *config = CONFIG_PATH;
    bool json = false;
    int option;
    int code;

    while ((option = cli_option("revoked", argc, argv, table)) != -1) {
        if (option == 'c')
            config = optarg;
        else if (option == 'j')
            json = true;
        else
            return cli_usage("revoked");
    }
    if (optind != argc)
        return cli_usage("revoked");
    if (json)
        listing.list = cli_array(NULL);
    code = states_each("revoked", config, NULL, true, list_state, &listing);
    if (json)
        cli_print_json(listing.list);
    return code;
}
