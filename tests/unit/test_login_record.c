/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/login_record.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char variable_a[] = "JWT_A=x y";
static char variable_b[] = "JWT_B=\"\\";
static char *variables[] = {variable_a, variable_b};
static char store_uri[][20] = {"file:/var/lib/x", "/p", "/c", "/k", "%j"};
static const struct strings environment = {variables, 2};
static const struct strings nothing = {NULL, 0};

static struct login_record
make(void)
{
    return (struct login_record){
        .service = "sshd",
        .user = "alice",
        .identity = "alice@example.com",
        .ticket = {"https://i/", NULL, "j\"1", "s", 1700000000.25,
                   1700000330.5},
        .expires = 1700000300.5,
        .revocation = true,
        .store_uri = {store_uri[0], store_uri[1], store_uri[2], store_uri[3],
                      store_uri[4]},
        .limits_session = true,
        .environment = &environment,
    };
}

static void
expect_same(const char *a, const char *b)
{
    cr_expect((a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0),
              "%s, %s", a, b);
}

static void
round_trip(const struct login_record *record)
{
    struct login_record read;
    char *text = login_record_text(record);

    cr_assert(text != NULL && login_record_parse(text, &read), "%s", text);
    expect_same(read.service, record->service);
    expect_same(read.user, record->user);
    expect_same(read.identity, record->identity);
    expect_same(read.ticket.issuer, record->ticket.issuer);
    expect_same(read.ticket.token_id, record->ticket.token_id);
    cr_expect(read.expires == record->expires &&
              read.ticket.until == record->ticket.until &&
              read.limits_session == record->limits_session &&
              read.is_foreign == record->is_foreign &&
              read.revocation == record->revocation);
    cr_expect_eq(read.environment->count, record->environment->count);
    for (size_t i = 0; i < read.environment->count; i++)
        expect_same(read.environment->items[i], record->environment->items[i]);
    if (record->revocation) {
        expect_same(read.ticket.subject, record->ticket.subject);
        cr_expect_eq(ticket_name_count(&read.ticket),
                     ticket_name_count(&record->ticket));
        for (size_t i = 0; i < ticket_name_count(&read.ticket); i++)
            expect_same(ticket_name(&read.ticket, i),
                        ticket_name(&record->ticket, i));
        expect_same(read.store_uri.state, record->store_uri.state);
        expect_same(read.store_uri.password_file,
                    record->store_uri.password_file);
        expect_same(read.store_uri.ca_file, record->store_uri.ca_file);
        expect_same(read.store_uri.client_file, record->store_uri.client_file);
        expect_same(read.store_uri.revocation_key,
                    record->store_uri.revocation_key);
        cr_expect(isnan(record->ticket.issued)
                      ? isnan(read.ticket.issued)
                      : read.ticket.issued == record->ticket.issued);
    }
    login_record_done(&read);
    free(text);
}

Test(login_record, comes_back_as_it_was)
{
    char one[] = "https://a";
    char other[] = "a";
    char *items[] = {one, other};
    const struct strings names = {items, 2};
    struct login_record record = make();

    round_trip(&record);
    record.ticket.known_as = &names;
    round_trip(&record);
    record.ticket.known_as = NULL;
    record.ticket.issued = NAN;
    record.ticket.subject = NULL;
    record.ticket.token_id = NULL;
    record.ticket.issuer = NULL;
    round_trip(&record);
    record.environment = &nothing;
    record.limits_session = false;
    record.is_foreign = true;
    round_trip(&record);
    record.revocation = false;
    record.expires = record.ticket.until = 9007199254740991.0;
    round_trip(&record);
}

/* One change of a good record's text: each is refused. */
static const struct {
    const char *name;
    const char *from;
    const char *to;
} changes[] = {
    {"another member", "\"user\":", "\"more\":1,\"user\":"},
    {"a member twice", "\"user\":", "\"user\":\"root\",\"user\":"},
    {"another order", "\"service\":\"sshd\",\"user\":\"alice\"",
     "\"user\":\"alice\",\"service\":\"sshd\""},
    {"white space", "\"user\":", "\"user\": "},
    {"another spelling", "\"alice\"", "\"\\u0061lice\""},
    {"a number's", "1700000300.5", "1700000300.50"},
    {"an exponent", "1700000300.5", "17000003005e-1"},
    {"no user", "\"user\":\"alice\",", ""},
    {"no service", "\"service\":\"sshd\",", ""},
    {"no identity", "\"identity\":\"alice@example.com\",", ""},
    {"no end", "\"ends\":1700000330.5,", ""},
    {"no expiry", "\"exp\":1700000300.5,", ""},
    {"no foreign", "\"foreign\":false,", ""},
    {"no limit", "\"limit\":true,", ""},
    {"no word on revocation", "\"revocation\":true,", ""},
    {"no state", "\"state\":\"file:\\/var\\/lib\\/x\",", ""},
    {"no variables", ",\"env\":[\"JWT_A=x y\",\"JWT_B=\\\"\\\\\"]", ""},
    {"a user that is a number", "\"alice\"", "1"},
    {"an end that is text", "1700000330.5", "\"x\""},
    {"a negative end", "1700000330.5", "-1.0"},
    {"a limit that is text", "\"limit\":true", "\"limit\":\"yes\""},
    {"a limit that is null", "\"limit\":true", "\"limit\":null"},
    {"variables that are none", "[\"JWT_A=x y\",\"JWT_B=\\\"\\\\\"]", "{}"},
    {"a variable of another name", "JWT_A=x y", "LD_PRELOAD=x"},
    {"a variable with a newline", "JWT_A=x y", "JWT_A=x\\ny"},
    {"a variable that is a number", "\"JWT_A=x y\"", "1"},
    {"nothing behind it", "}", "} "},
    {"revocation without its place", "\"sub\":\"s\",\"iat\":1700000000.25,",
     "\"sub\":1,"},
};

static char *
change(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *changed = NULL;

    cr_assert(at != NULL, "%s is not in %s", from, text);
    cr_assert(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to,
                       at + strlen(from)) > 0);
    return changed;
}

Test(login_record, refuses_every_other_text)
{
    struct login_record record = make();
    char *text = login_record_text(&record);
    struct login_record read;

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char *changed = change(text, changes[i].from, changes[i].to);

        cr_expect_not(login_record_parse(changed, &read), "%s: %s",
                      changes[i].name, changed);
        login_record_done(&read);
        free(changed);
    }
    for (size_t length = 0; length < strlen(text); length++) {
        char *cut = strndup(text, length);

        cr_expect_not(login_record_parse(cut, &read), "%zu bytes", length);
        login_record_done(&read);
        free(cut);
    }
    free(text);
}
