/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store_uri.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
after(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* Copies `length` bytes that must be there and fit. */
static bool
take(const char *text, size_t length, char *into, size_t size)
{
    if (length == 0 || length >= size)
        return false;
    memcpy(into, text, length);
    into[length] = '\0';
    return true;
}

static bool
take_path(const char *text, struct address *address)
{
    return text[0] == '/' &&
           take(text, strlen(text), address->path, sizeof address->path);
}

/* Digits up to the end, at most `max`. */
static bool
take_number(const char *text, unsigned max, unsigned *ret_number)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long number;

    if (digits == 0 || digits > 5 || text[digits] != '\0')
        return false;
    number = strtoul(text, NULL, 10);
    *ret_number = (unsigned)number;
    return number <= max;
}

static bool
take_host(const char *text, size_t length, struct address *address)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    static const char digits[] = "0123456789abcdefABCDEF:.";
    bool is_bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

    if (is_bracketed) {
        text++;
        length -= 2;
    }
    return take(text, length, address->host, sizeof address->host) &&
           strspn(address->host, is_bracketed ? digits : allowed) == length;
}

/* [USER@]HOST[:PORT][/DB] */
static const char *
parse_server(const char *text, struct address *address)
{
    size_t length = strcspn(text, "/");
    const char *at = memchr(text, '@', length);
    const char *colon;
    unsigned port = 6379;

    if (text[length] == '/' && text[length + 1] != '\0' &&
        !take_number(text + length + 1, 65535, &address->database))
        return "has a database that is not a number";
    if (at != NULL) {
        if (memchr(text, ':', (size_t)(at - text)) != NULL)
            return "has a password, which belongs into state_password_file";
        if (!take(text, (size_t)(at - text), address->user,
                  sizeof address->user))
            return "has a user of no or more than 63 bytes";
        length -= (size_t)(at + 1 - text);
        text = at + 1;
    }
    colon = text[0] == '[' ? memchr(text, ']', length) : text;
    if (colon != NULL)
        colon = memchr(colon, ':', length - (size_t)(colon - text));
    if (colon != NULL) {
        char digits[6];

        if (!take(colon + 1, length - (size_t)(colon + 1 - text), digits,
                  sizeof digits) ||
            !take_number(digits, 65535, &port) || port == 0)
            return "has an invalid port";
        length = (size_t)(colon - text);
    }
    snprintf(address->port, sizeof address->port, "%u", port & 65535);
    return take_host(text, length, address) ? NULL : "has no host";
}

const char *
store_uri_parse(const char *state, struct address *ret_address)
{
    const char *rest;

    *ret_address = (struct address){.kind = STORE_URI_FILE};
    if ((rest = after(state, "file:")) != NULL)
        return take_path(rest, ret_address)
                   ? NULL
                   : "needs file: and an absolute path";
    ret_address->kind = STORE_URI_UNIX;
    if ((rest = after(state, "unix:")) != NULL)
        return take_path(rest, ret_address)
                   ? NULL
                   : "needs unix: and an absolute path";
    ret_address->kind = STORE_URI_TCP;
    if ((rest = after(state, "redis://")) != NULL)
        return parse_server(rest, ret_address);
    ret_address->kind = STORE_URI_TLS;
    if ((rest = after(state, "rediss://")) != NULL)
        return parse_server(rest, ret_address);
    return "is not one of file:DIR, redis://HOST:PORT/DB, "
           "rediss://HOST:PORT/DB, "
           "unix:PATH";
}

bool
store_uri_same(const struct store_uri *a, const struct store_uri *b)
{
    return text_equal(a->state, b->state) &&
           text_equal(a->revocation_key, b->revocation_key);
}

const char *
store_uri_mistake(const struct store_uri *store_uri)
{
    struct address address;

    if (store_uri->state == NULL ||
        store_uri_parse(store_uri->state, &address) != NULL)
        return "state is not set";
    if (address.kind == STORE_URI_FILE && store_uri->password_file != NULL)
        return "state_password_file is for a Redis state, and state is file:";
    /* The server would take the connection for its default user's. */
    if (address.user[0] != '\0' && store_uri->password_file == NULL)
        return "state names a user, who needs state_password_file";
    if (address.kind != STORE_URI_TLS &&
        (store_uri->ca_file != NULL || store_uri->client_file != NULL))
        return "state_ca_file and state_client_file are for a state of "
               "rediss://";
    return NULL;
}

void
store_uri_done(struct store_uri *store_uri)
{
    free(store_uri->state);
    free(store_uri->password_file);
    free(store_uri->ca_file);
    free(store_uri->client_file);
    free(store_uri->revocation_key);
    *store_uri = (struct store_uri){0};
}
