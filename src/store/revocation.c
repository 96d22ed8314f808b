/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/revocation.h"

#include "base/base64.h"
#include "json/scan.h"

#include <json-c/json.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By jti, all, by subject; of any issuer, or of one. */
#define SCOPES_OF_ONE 3

size_t
ticket_name_count(const struct ticket *ticket)
{
    if (ticket->known_as != NULL && ticket->known_as->count > 0)
        return ticket->known_as->count;
    return ticket->issuer != NULL;
}

const char *
ticket_name(const struct ticket *ticket, size_t at)
{
    return ticket->known_as != NULL && ticket->known_as->count > 0
               ? ticket->known_as->items[at]
               : ticket->issuer;
}

size_t
revocation_count(const struct ticket *ticket)
{
    return SCOPES_OF_ONE * (1 + ticket_name_count(ticket));
}

bool
revocation_at(const struct ticket *ticket, size_t at,
              struct revocation *ret_revocation)
{
    const size_t issuer = at / SCOPES_OF_ONE;
    const bool is_by_id = at % SCOPES_OF_ONE == 0;
    const bool is_by_subject = at % SCOPES_OF_ONE == 2;

    if ((is_by_id && ticket->token_id == NULL) ||
        (is_by_subject && ticket->subject == NULL))
        return false;
    *ret_revocation = (struct revocation){
        .issuer = issuer > 0 ? ticket_name(ticket, issuer - 1) : NULL,
        .subject = is_by_subject ? ticket->subject : NULL,
        .token_id = is_by_id ? ticket->token_id : NULL,
    };
    return true;
}

bool
revocation_covers(double issued, double before)
{
    /* The second it lies in, without libm, which a login would have to load. */
    if (issued < (double)INT64_MAX)
        issued = (double)(int64_t)issued;
    /* An "iat" that is not a number is covered too. */
    return !(issued > before);
}

static bool
add(struct json_object *object, const char *name, const char *text)
{
    struct json_object *value;

    if (text == NULL)
        return true;
    value = json_object_new_string(text);
    if (value != NULL && json_object_object_add(object, name, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

char *
revocation_scope(const struct revocation *revocation)
{
    struct json_object *object = json_object_new_object();
    const char *text = NULL;
    char *copy = NULL;

    if (object != NULL && add(object, "iss", revocation->issuer) &&
        add(object, "sub", revocation->subject) &&
        add(object, "jti", revocation->token_id))
        text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
    if (text != NULL)
        copy = strdup(text);
    json_object_put(object);
    return copy;
}

/* More than max_token_size may be; a record of it stays readable. */
#define STRING_MAX (20 * 1024)

/* A scope that is read back is one: json-c writes what it would not read. */
bool
revocation_can_match(const struct revocation *revocation, const char **ret_what)
{
    const char *const strings[] = {revocation->issuer, revocation->subject,
                                   revocation->token_id};
    char *scope = NULL;
    size_t values;
    size_t at;
    bool can = false;

    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        if (strings[i] != NULL && strlen(strings[i]) > STRING_MAX) {
            *ret_what = "it is longer than any token";
            return false;
        }
    *ret_what = "out of memory";
    scope = revocation_scope(revocation);
    if (scope != NULL)
        can = jsonscan(scope, strlen(scope), &values, ret_what, &at) ==
              JSONSCAN_OK;
    free(scope);
    return can;
}

void
revocation_words(const struct revocation *revocation,
                 char ret_words[REVOCATION_WORDS_MAX])
{
    const struct {
        const char *name;
        const char *value;
    } facts[] = {{" jti=", revocation->token_id},
                 {" sub=", revocation->subject},
                 {" iss=", revocation->issuer}};
    const bool is_one = revocation->token_id != NULL;
    const bool is_every =
        revocation->subject == NULL && revocation->issuer == NULL;
    int length = snprintf(ret_words, REVOCATION_WORDS_MAX, "%s",
                          is_one     ? "the token"
                          : is_every ? "all tokens"
                                     : "all tokens of");

    /* There is room for all three, each cut to TEXT_SHOWN_MAX. */
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].value != NULL)
            length += snprintf(
                ret_words + length, REVOCATION_WORDS_MAX - (size_t)length,
                "%s%s", facts[i].name, text_log_value(facts[i].value).text);
    if (!is_one)
        snprintf(ret_words + length, REVOCATION_WORDS_MAX - (size_t)length,
                 " issued until %s", text_time(revocation->before).text);
}

bool
revocation_name(const char *scope, char ret_name[REVOCATION_NAME_SIZE])
{
    unsigned char digest[32];
    size_t length;

    if (EVP_Q_digest(NULL, "SHA256", NULL, scope, strlen(scope), digest,
                     &length) != 1)
        return false;
    base64url_encode(digest, length, ret_name);
    return true;
}

size_t
used_name_count(const struct ticket *ticket)
{
    const size_t count = ticket_name_count(ticket);

    return count > 0 ? count : 1;
}

bool
used_name(const struct ticket *ticket, size_t at,
          char ret_name[REVOCATION_NAME_SIZE])
{
    const struct revocation one = {.issuer = ticket_name(ticket, at),
                                   .token_id = ticket->token_id};
    char *scope = revocation_scope(&one);
    bool done = scope != NULL && revocation_name(scope, ret_name);

    free(scope);
    return done;
}
