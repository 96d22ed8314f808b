/* SPDX-License-Identifier: BSD-2-Clause */
#include "revocation.h"

#include "encoding.h"

#include <json-c/json.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool
revocation_at(const struct ticket *ticket, size_t at,
              struct revocation *ret_revocation)
{
    /* Which of the ticket's facts a scope is made of. */
    static const struct {
        bool token_id;
        bool subject;
        bool issuer;
    } scopes[REVOCATION_SCOPES] = {
        {true, false, false}, {true, false, true},  {false, false, false},
        {false, false, true}, {false, true, false}, {false, true, true},
    };

    if ((scopes[at].token_id && ticket->token_id == NULL) ||
        (scopes[at].subject && ticket->subject == NULL) ||
        (scopes[at].issuer && ticket->issuer == NULL))
        return false;
    *ret_revocation = (struct revocation){
        .issuer = scopes[at].issuer ? ticket->issuer : NULL,
        .subject = scopes[at].subject ? ticket->subject : NULL,
        .token_id = scopes[at].token_id ? ticket->token_id : NULL,
    };
    return true;
}

bool
revocation_covers(double issued, double before)
{
    /* The second it lies in, without libm, which a login would have to load. */
    if (issued < (double)INT64_MAX)
        issued = (double)(int64_t)issued;
    /* An "iat" that is none has no way out, either. */
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

bool
revocation_ticket_name(const struct ticket *ticket,
                       char ret_name[REVOCATION_NAME_SIZE])
{
    const struct revocation one = {.issuer = ticket->issuer,
                                   .token_id = ticket->token_id};
    char *scope = revocation_scope(&one);
    bool done = scope != NULL && revocation_name(scope, ret_name);

    free(scope);
    return done;
}
