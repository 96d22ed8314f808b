/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store_uri.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *state;
    enum store_uri_kind kind; /* of a good one, which has a `where` */
    const char *where;        /* path, or host; NULL: it is none */
    const char *port;
    const char *user;
    unsigned database;
} rows[] = {
    {"file:/var/lib/x", STORE_URI_FILE, "/var/lib/x", "", "", 0},
    {"unix:/run/redis.sock", STORE_URI_UNIX, "/run/redis.sock", "", "", 0},
    {"redis://h", STORE_URI_TCP, "h", "6379", "", 0},
    {"redis://h/", STORE_URI_TCP, "h", "6379", "", 0},
    {"redis://h:7/3", STORE_URI_TCP, "h", "7", "", 3},
    {"redis://10.0.0.1:65535", STORE_URI_TCP, "10.0.0.1", "65535", "", 0},
    {"redis://[::1]", STORE_URI_TCP, "::1", "6379", "", 0},
    {"redis://u@[fd00::1]:8/65535", STORE_URI_TCP, "fd00::1", "8", "u", 65535},
    {"rediss://u@h.example:6380/1", STORE_URI_TLS, "h.example", "6380", "u", 1},
    {"", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"/var/lib/x", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"file:", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"file:x", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"FILE:/x", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"unix:x", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis:h", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis:///1", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://:6379", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h:", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h:0", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h:65536", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h:655361", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h:7x", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h:7:8", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h/65536", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h/-1", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h/1/2", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://@h", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://u:p@h", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h h", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://[::1", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://[]", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://[::1]x", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://::1", STORE_URI_FILE, NULL, NULL, NULL, 0},
    {"redis://h?x", STORE_URI_FILE, NULL, NULL, NULL, 0},
};

Test(store_uri, takes_what_is_right_apart_and_nothing_else)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address address;
        const char *wrong = store_uri_parse(rows[i].state, &address);

        cr_expect_eq(wrong == NULL, rows[i].where != NULL, "%s: %s",
                     rows[i].state, wrong != NULL ? wrong : "taken");
        if (wrong != NULL || rows[i].where == NULL)
            continue;
        cr_expect_eq(address.kind, rows[i].kind, "%s", rows[i].state);
        cr_expect_str_eq(address.host[0] != '\0' ? address.host : address.path,
                         rows[i].where);
        cr_expect_str_eq(address.port, rows[i].port, "%s", rows[i].state);
        cr_expect_str_eq(address.user, rows[i].user, "%s", rows[i].state);
        cr_expect_eq(address.database, rows[i].database, "%s", rows[i].state);
    }
}

Test(store_uri, what_is_too_long_is_none)
{
    char state[5000] = "redis://";
    struct address address;

    memset(state + 8, 'h', 255);
    cr_expect_null(store_uri_parse(state, &address));
    state[8 + 255] = 'h';
    cr_expect_not_null(store_uri_parse(state, &address));
    memset(state, 'x', sizeof state - 1);
    memcpy(state, "file:/", 6);
    cr_expect_not_null(store_uri_parse(state, &address));
    state[5 + PATH_MAX - 1] = '\0';
    cr_expect_null(store_uri_parse(state, &address));
}

Test(store_uri, settings_that_do_not_go_together_are_a_mistake)
{
    static char file[] = "file:/x";
    static char redis[] = "redis://h";
    static char rediss[] = "rediss://h";
    static char user[] = "redis://u@h";
    static char local[] = "unix:/h";
    static char path[] = "/p";
    const struct {
        struct store_uri store_uri;
        bool wanted;
    } cases[] = {
        {{.state = file}, true},
        {{.state = NULL}, false},
        {{.state = file, .password_file = path}, false},
        {{.state = file, .ca_file = path}, false},
        {{.state = redis, .password_file = path}, true},
        {{.state = user}, false},
        {{.state = user, .password_file = path}, true},
        {{.state = redis, .client_file = path}, false},
        {{.state = local, .ca_file = path}, false},
        {{.state = rediss, .ca_file = path, .client_file = path}, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(store_uri_mistake(&cases[i].store_uri) == NULL,
                     cases[i].wanted, "case %zu", i);
}
