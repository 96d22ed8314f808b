/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/time_words.h"
#include "cli/options.h"
#include "cli/state/each_store.h"

#include <json-c/json.h>
#include <stdio.h>

struct listing {
    const char *state;
    struct json_object *list; /* NULL: text */
    double now;
    bool has_odd;
};

static void
add(struct listing *listing, const struct revocation *revocation)
{
    const struct {
        const char *name;
        const char *value;
    } facts[] = {
        {"jti", revocation->token_id},
        {"sub", revocation->subject},
        {"iss", revocation->issuer},
    };
    struct json_object *object = cli_object();

    cli_append(listing->list, object);
    cli_add_string(object, "state", listing->state);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].value != NULL)
            cli_add_string(object, facts[i].name, facts[i].value);
    cli_add_number(object, "before", (int64_t)revocation->before);
}

static void
show(const struct revocation *revocation, void *data)
{
    struct listing *listing = data;
    char words[REVOCATION_WORDS_MAX];

    if (listing->list != NULL) {
        add(listing, revocation);
        return;
    }
    revocation_words(revocation, words);
    cli_print("%s", words);
    if (revocation->token_id == NULL)
        cli_print(", %s",
                  time_words_age(revocation->before, listing->now).text);
    cli_print("\n");
}

static void
say_odd(const char *what, void *data)
{
    struct listing *listing = data;

    listing->has_odd = true;
    cli_fail(0, "revoked", "%s", what);
}

static bool
list_state(const struct states_one *one, void *data, char *ret_what)
{
    struct listing *listing = data;

    listing->state = one->store_uri->state;
    return one->replay.store->list(one->replay.state, show, say_odd, listing,
                                   ret_what);
}

int
cli_revoked(const struct options *options)
{
    struct states_wanted wanted = {
        .command = "revoked", .config = options->config, .revocation = true};
    struct listing listing = {.now = cli_now()};
    int code;

    if (options->json)
        listing.list = cli_array(NULL);
    code = states_each(&wanted, list_state, &listing);
    if (options->json)
        cli_print_json(listing.list);
    return code == EXIT_YES && listing.has_odd ? EXIT_UNAVAILABLE : code;
}
