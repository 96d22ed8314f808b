/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/keys/sign.h"
#include "cli/keys/signing_key.h"
#include "cli/options.h"
#include "keys/algorithm.h"

#include <json-c/json.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN_ID_BYTES 16

/* Longest answers, in bytes plus one, that sudo and the ssh client take. */
#define FITS_SUDO 511
#define FITS_SSH  1023

/* Adds NAME=JSON, which may replace one of our own claims. */
static void
add_claim(struct json_object *payload, const char *claim)
{
    size_t length = strcspn(claim, "=");
    char *name = strndup(claim, length);

    if (name == NULL)
        cli_no_memory();
    /* json-c gives NULL for the text null too. */
    cli_add(payload, name, json_tokener_parse(claim + length + 1));
    free(name);
}

static struct json_object *
make_payload(const struct options *options, int64_t now)
{
    struct json_object *payload = cli_object();
    unsigned char bytes[TOKEN_ID_BYTES];
    char token_id[BASE64URL_ENCODED_SIZE(TOKEN_ID_BYTES)];

    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        json_object_put(payload);
        return NULL;
    }
    base64url_encode(bytes, sizeof bytes, token_id);
    cli_add_string(payload, "sub", options->subject);
    if (options->issuer != NULL)
        cli_add_string(payload, "iss", options->issuer);
    if (options->audience != NULL)
        cli_add_string(payload, "aud", options->audience);
    cli_add_number(payload, "iat", now);
    cli_add_number(payload, "exp", now + (int64_t)options->lifetime);
    cli_add_string(payload, "jti", token_id);
    for (size_t i = 0; i < options->claims.count; i++)
        add_claim(payload, options->claims.items[i]);
    return payload;
}

/* With the kid asked for, or else the key's own. */
static struct json_object *
make_header(const struct options *options, const struct algorithm *algorithm,
            const struct key *key)
{
    const char *kid = options->kid != NULL ? options->kid : key->kid;
    struct json_object *header = cli_object();

    cli_add_string(header, "alg", algorithm->name);
    cli_add_string(header, "typ", options->type);
    if (kid != NULL)
        cli_add_string(header, "kid", kid);
    return header;
}

/* base64url of the JSON text, for the caller to free. */
static char *
encode(struct json_object *object)
{
    const char *text = json_object_to_json_string_ext(
        object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

    return base64url_text((const unsigned char *)text, strlen(text));
}

/* Not asprintf(), which grows its buffer and frees the smaller one unwiped. */
static char *
join(const char *left, const char *right)
{
    size_t size = strlen(left) + strlen(right) + sizeof ".";
    char *text = malloc(size);

    if (text != NULL)
        snprintf(text, size, "%s.%s", left, right);
    return text;
}

static void
print_token(const char *signing_input, const char *signature, bool json)
{
    size_t length = strlen(signing_input) + 1 + strlen(signature);
    char *token = NULL;
    struct json_object *object;

    cli_say("%zu bytes: %s\n", length,
            length < FITS_SUDO  ? "fits sudo (511) and ssh (1023)"
            : length < FITS_SSH ? "fits ssh (1023), too long for one answer "
                                  "to sudo (511)"
                                : "too long for one answer to sudo (511) or "
                                  "ssh (1023): give it in parts");
    if (!json) {
        printf("%s.%s\n", signing_input, signature);
        return;
    }
    object = cli_object();
    token = join(signing_input, signature);
    cli_add_string(object, "token", token);
    cli_add_number(object, "length", (int64_t)length);
    cli_add_bool(object, "fits_sudo", length < FITS_SUDO);
    cli_add_bool(object, "fits_ssh", length < FITS_SSH);
    cli_print_json(object);
    secret_free_string(token);
}

static bool
make_token(const struct algorithm *algorithm, struct key *key,
           const struct options *options, int64_t now)
{
    struct json_object *header = make_header(options, algorithm, key);
    struct json_object *payload = make_payload(options, now);
    char *head = payload != NULL ? encode(header) : NULL;
    char *body = payload != NULL ? encode(payload) : NULL;
    char *input = NULL;
    char *signature = NULL;
    bool done;

    if (head != NULL && body != NULL)
        input = join(head, body);
    if (input != NULL)
        signature = sign(algorithm, key, input);
    done = signature != NULL;
    if (done)
        print_token(input, signature, options->json);
    json_object_put(header);
    json_object_put(payload);
    secret_free_string(head);
    secret_free_string(body);
    secret_free_string(input);
    secret_free_string(signature);
    return signature != NULL;
}

int
cli_issue(const struct options *options)
{
    const struct algorithm *algorithm = options->algorithm;
    struct key key = {0};
    char what[KEY_WHAT_MAX] = "out of memory"; /* where nothing says more */
    int64_t now = (int64_t)cli_now();
    int code = EXIT_YES;

    if (algorithm != NULL && !algorithm_is_available(algorithm))
        return cli_needs("issue", algorithm->name);
    if (!signingkey_load(options->key_file, options->encoding, options->kid,
                         &algorithm, &key, what))
        return cli_fail(EXIT_UNREADABLE, "issue", "%s: %s", options->key_file,
                        what);
    if (!make_token(algorithm, &key, options, now))
        code = cli_fail(EXIT_UNREADABLE, "issue", "OpenSSL could not sign");
    key_done(&key);
    return code;
}
