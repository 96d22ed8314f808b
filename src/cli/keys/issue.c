/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/keys/sign.h"
#include "cli/keys/signing_key.h"
#include "config/config.h"
#include "keys/algorithm.h"
#include "json/scan.h"

#include <getopt.h>
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

struct options {
    const char *key_file;
    enum secret_encoding encoding;
    const char *algorithm;
    const char *subject;
    const char *audience;
    const char *issuer;
    const char *kid;
    const char *type;
    double lifetime;
    const char **claims; /* NAME=JSON */
    int claim_count;
    bool json;
};

static bool
read_options(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"key", required_argument, NULL, 'k'},
        {"secret-encoding", required_argument, NULL, 'e'},
        {"alg", required_argument, NULL, 'a'},
        {"sub", required_argument, NULL, 's'},
        {"aud", required_argument, NULL, 'u'},
        {"iss", required_argument, NULL, 'i'},
        {"kid", required_argument, NULL, 'd'},
        {"typ", required_argument, NULL, 't'},
        {"ttl", required_argument, NULL, 'l'},
        {"claim", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    const struct setting *encoding = setting_find("secret_encoding");
    int option;
    bool good = true;

    while (good && (option = cli_option("issue", argc, argv, table)) != -1) {
        switch (option) {
        case 'k':
            good = options->key_file == NULL;
            options->key_file = optarg;
            break;
        case 'e':
            good = encoding->set_text(encoding, &options->encoding, optarg) ==
                   NULL;
            break;
        case 'a':
            options->algorithm = optarg;
            break;
        case 's':
            options->subject = optarg;
            break;
        case 'u':
            options->audience = optarg;
            break;
        case 'i':
            options->issuer = optarg;
            break;
        case 'd':
            options->kid = optarg;
            break;
        case 't':
            options->type = optarg;
            break;
        case 'l':
            good = cli_duration(optarg, &options->lifetime);
            break;
        case 'c':
            options->claims[options->claim_count++] = optarg;
            break;
        case 'j':
            options->json = true;
            break;
        default:
            good = false;
        }
    }
    return good && optind == argc && options->key_file != NULL &&
           options->subject != NULL;
}

/* Adds NAME=JSON; what it names may be one of our own claims. */
static bool
add_claim(struct json_object *payload, const char *claim)
{
    const char *equals = strchr(claim, '=');
    const char *what;
    size_t values;
    size_t at;
    struct json_object *value;
    char *name;

    if (equals == NULL || equals == claim ||
        jsonscan(equals + 1, strlen(equals + 1), &values, &what, &at) !=
            JSONSCAN_OK)
        return false;
    name = strndup(claim, (size_t)(equals - claim));
    if (name == NULL)
        return false;
    /* json-c gives NULL for the text null too, which the scan let pass. */
    value = json_tokener_parse(equals + 1);
    cli_add(payload, name, value);
    free(name);
    return true;
}

static struct json_object *
make_payload(const struct options *options, time_t now)
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
    cli_add_number(payload, "exp", now + (time_t)options->lifetime);
    cli_add_string(payload, "jti", token_id);
    for (int i = 0; i < options->claim_count; i++)
        if (!add_claim(payload, options->claims[i])) {
            json_object_put(payload);
            return NULL;
        }
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
           const struct options *options, time_t now)
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

static int
issue(const struct options *options)
{
    const struct algorithm *algorithm = NULL;
    struct key key = {0};
    char what[KEY_WHAT_MAX] = "out of memory"; /* where nothing says more */
    time_t now = (time_t)cli_now();
    int code = EXIT_YES;

    if (options->algorithm != NULL) {
        algorithm = algorithm_find(options->algorithm);
        if (algorithm == NULL)
            return cli_fail(EXIT_USAGE, "issue", "--alg %s is not known",
                            options->algorithm);
        if (!algorithm_is_available(algorithm))
            return cli_needs("issue", algorithm->name);
    }
    if (!signingkey_load(options->key_file, options->encoding, options->kid,
                         &algorithm, &key, what))
        return cli_fail(EXIT_UNREADABLE, "issue", "%s: %s", options->key_file,
                        what);
    if (!make_token(algorithm, &key, options, now))
        code = cli_fail(EXIT_USAGE, "issue",
                        "a --claim is no NAME=JSON, or OpenSSL could not sign");
    key_done(&key);
    return code;
}

int
cli_issue(int argc, char **argv)
{
    struct options options = {.type = "JWT", .lifetime = 300};
    int code;

    options.claims = calloc((size_t)argc, sizeof *options.claims);
    if (options.claims == NULL || !read_options(argc, argv, &options))
        code = cli_usage("issue");
    else
        code = issue(&options);
    free(options.claims);
    return code;
}
