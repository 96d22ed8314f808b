/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/keys/private_key.h"
#include "cli/options.h"
#include "cli/replace_file.h"
#include "keys/algorithm.h"
#include "keys/key.h"

#include <json-c/json.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#define SECRET_MAX 64

/* 128 bits of security (NIST SP 800-57 part 1, table 2). */
#define RSA_BITS 3072

#define PUBLIC_SUFFIX ".pub"

/* The texts of a new key; a secret has no public one. */
struct texts {
    char *secret;
    char *public_text;
    char *kid; /* of a JWK */
};

static void
texts_done(struct texts *texts)
{
    secret_free_string(texts->secret);
    free(texts->public_text);
    free(texts->kid);
}

/* An absolute path, which settings take alone; the caller frees it. */
static char *
whole_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    char *folder =
        slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    char *real = folder != NULL ? realpath(folder, NULL) : NULL;
    char *whole = NULL;

    if (folder == NULL ||
        (real == NULL ? asprintf(&whole, "%s", path)
                      : asprintf(&whole, "%s/%s",
                                 text_equal(real, "/") ? "" : real, name)) < 0)
        cli_no_memory();
    free(folder);
    free(real);
    return whole;
}

/* The settings that use the key; the caller frees them. */
static char *
settings_text(const struct options *options, const struct texts *texts,
              const char *public_path)
{
    bool is_pair = texts->public_text != NULL;
    const char *setting = is_pair ? "key_file" : "secret_file";
    const struct algorithm *algorithm = options->algorithm;
    char *path = whole_path(is_pair ? public_path : options->path);
    struct json_object *object;

    cli_hold();
    if (!options->json) {
        cli_print("%s = %s\n", setting, path);
        if (!algorithm->is_default)
            cli_print("algorithms = %s\n", algorithm->name);
    } else {
        object = cli_object();
        cli_add_string(object, setting, path);
        cli_add_string(object, "algorithms", algorithm->name);
        if (texts->kid != NULL)
            cli_add_string(object, "kid", texts->kid);
        cli_print_json(object);
    }
    free(path);
    return cli_held();
}

/* Makes both files, or the only one. False: `ret_failed` is the path. */
static bool
make_files(struct replacement *secret, struct replacement *shown,
           const struct texts *texts, const char **ret_failed, char *what)
{
    const char *text = texts->public_text;

    *ret_failed = secret->target;
    if (!replacement_make(secret, texts->secret, strlen(texts->secret), what))
        return false;
    *ret_failed = shown->target;
    if (text != NULL && (!replacement_make(shown, text, strlen(text), what) ||
                         !replacement_add(shown, what)))
        return false;
    *ret_failed = secret->target;
    return replacement_add(secret, what);
}

/* Both files and the settings are there, or nothing is. */
static int
write_files(const struct options *options, const struct texts *texts,
            const char *public_path)
{
    const double now = cli_now();
    struct replacement secret = {
        .target = options->path, .mode = 0600, .changed = now};
    struct replacement shown = {
        .target = public_path, .mode = 0644, .changed = now};
    char what[REPLACEMENT_WHAT_MAX] = "";
    char *settings = settings_text(options, texts, public_path);
    const char *failed = NULL;
    bool made = make_files(&secret, &shown, texts, &failed, what);
    bool good = made && cli_put(settings);

    if (!good) {
        replacement_take_back(&secret);
        replacement_take_back(&shown);
    }
    if (!made)
        cli_fail(0, "keygen", "%s: %s", failed, what);
    replacement_done(&secret);
    replacement_done(&shown);
    free(settings);
    return good ? EXIT_YES : EXIT_UNREADABLE;
}

/* Less its final newline. */
static void
add_line(struct json_object *object, const char *name, const char *text)
{
    struct json_object *value =
        json_object_new_string_len(text, (int)strlen(text) - 1);

    if (value == NULL)
        cli_no_memory();
    cli_add(object, name, value);
}

static void
print_texts(const struct options *options, const struct texts *texts)
{
    struct json_object *object;

    if (!options->json) {
        printf("%s%s", texts->secret,
               texts->public_text != NULL ? texts->public_text : "");
        return;
    }
    object = cli_object();
    add_line(object, "secret", texts->secret);
    if (texts->public_text != NULL)
        add_line(object, "public", texts->public_text);
    cli_print_json(object);
}

/* "kid", "use" and "alg" behind a JWK's numbers; the text ends in a newline. */
static char *
finish_jwk(struct json_object *jwk, const struct options *options,
           const char *kid)
{
    char *text = NULL;

    if (kid != NULL)
        cli_add_string(jwk, "kid", kid);
    cli_add_string(jwk, "use", "sig");
    cli_add_string(jwk, "alg", options->algorithm->name);
    if (asprintf(&text, "%s\n",
                 json_object_to_json_string_ext(jwk, JSON_C_TO_STRING_PLAIN)) <
        0)
        text = NULL;
    json_object_put(jwk);
    return text;
}

/* Hexadecimal text, as `openssl rand -hex` makes it, or a JWK. */
static bool
make_secret(const struct options *options, struct texts *ret_texts)
{
    unsigned char bytes[SECRET_MAX];
    char text[2 * SECRET_MAX + 2];
    size_t size = options->algorithm->hash_size;
    struct json_object *jwk;

    if (RAND_bytes(bytes, (int)size) != 1)
        return false;
    if (options->is_jwk) {
        base64url_encode(bytes, size, text);
        jwk = cli_object();
        cli_add_string(jwk, "kty", "oct");
        cli_add_string(jwk, "k", text);
        ret_texts->secret = finish_jwk(jwk, options, options->kid);
    } else {
        for (size_t i = 0; i < size; i++)
            snprintf(text + 2 * i, 3, "%02x", bytes[i]);
        text[2 * size] = '\n';
        text[2 * size + 1] = '\0';
        ret_texts->secret = strdup(text);
    }
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return ret_texts->secret != NULL;
}

/* Not EVP_PKEY_Q_keygen(), which in OpenSSL 3.0 knows only names of its own. */
static EVP_PKEY *
make_named(const char *name)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
    EVP_PKEY *pair = NULL;

    if (context == NULL || EVP_PKEY_keygen_init(context) != 1 ||
        EVP_PKEY_generate(context, &pair) != 1)
        pair = NULL;
    EVP_PKEY_CTX_free(context);
    return pair;
}

static EVP_PKEY *
make_pair(const struct options *options)
{
    const unsigned types = options->algorithm->key_types;
    const struct key_kind *kind =
        key_kind(options->curve != 0 ? options->curve : (enum key_type)types);

    if (kind->type == KEY_RSA)
        return EVP_RSA_gen(RSA_BITS);
    return text_equal(kind->kty, "EC") ? EVP_EC_gen(kind->group)
                                       : make_named(kind->group);
}

/*
 * Returns the content of a memory BIO as a string; the BIO is freed and wiped.
 */
static char *
text_of(BIO *memory, bool written)
{
    char *data = NULL;
    long length = written ? BIO_get_mem_data(memory, &data) : 0;
    char *text = length > 0 ? strndup(data, (size_t)length) : NULL;

    BIO_free(memory);
    return text;
}

static bool
write_pem(const struct key *key, struct texts *ret_texts)
{
    BIO *secret = BIO_new(BIO_s_mem());
    BIO *shown = BIO_new(BIO_s_mem());

    ret_texts->secret =
        text_of(secret, secret != NULL && PEM_write_bio_PKCS8PrivateKey(
                                              secret, key->public_key, NULL,
                                              NULL, 0, NULL, NULL) == 1);
    ret_texts->public_text =
        text_of(shown, shown != NULL &&
                           PEM_write_bio_PUBKEY(shown, key->public_key) == 1);
    return ret_texts->secret != NULL && ret_texts->public_text != NULL;
}

static bool
write_jwk(const struct key *key, const struct options *options,
          struct texts *ret_texts)
{
    char thumbprint[KEY_THUMBPRINT_SIZE];
    char *members = key_canonical(key);
    struct json_object *shown =
        members != NULL ? json_tokener_parse(members) : NULL;
    struct json_object *secret = privatekey_to_jwk(key);
    bool good =
        shown != NULL && secret != NULL && key_thumbprint(key, thumbprint);

    free(members);
    if (!good) {
        json_object_put(shown);
        json_object_put(secret);
        return false;
    }
    ret_texts->kid = strdup(options->kid != NULL ? options->kid : thumbprint);
    ret_texts->secret = finish_jwk(secret, options, ret_texts->kid);
    ret_texts->public_text = finish_jwk(shown, options, ret_texts->kid);
    return ret_texts->kid != NULL && ret_texts->secret != NULL &&
           ret_texts->public_text != NULL;
}

/* Adopted only when the module would take its public part. */
static bool
make_texts(const struct options *options, struct texts *ret_texts)
{
    char what[KEY_WHAT_MAX];
    struct key key = {0};
    EVP_PKEY *pair;
    bool made;

    if (options->algorithm->key_types == KEY_SECRET)
        return make_secret(options, ret_texts);
    pair = make_pair(options);
    if (pair == NULL || key_from_public(pair, &key, what) != KEY_GOOD) {
        EVP_PKEY_free(pair);
        return false;
    }
    made = options->is_jwk ? write_jwk(&key, options, ret_texts)
                           : write_pem(&key, ret_texts);
    key_done(&key);
    return made;
}

static int
keygen(const struct options *options)
{
    struct texts texts = {0};
    char *public_path = NULL;
    int code = EXIT_YES;

    if (!make_texts(options, &texts) ||
        asprintf(&public_path, "%s" PUBLIC_SUFFIX,
                 options->path != NULL ? options->path : "") < 0) {
        texts_done(&texts);
        return cli_fail(EXIT_UNREADABLE, "keygen",
                        "no random bytes, or no memory");
    }
    if (options->path == NULL)
        print_texts(options, &texts);
    else
        code = write_files(options, &texts, public_path);
    free(public_path);
    texts_done(&texts);
    return code;
}

/* True if options that are right alone do not go together, which was said. */
static bool
is_mistaken(const struct options *options)
{
    const struct algorithm *algorithm = options->algorithm;

    if (options->curve != 0 &&
        (algorithm->key_types & (unsigned)options->curve) == 0)
        return cli_fail(true, "keygen",
                        "--curve is for --alg EdDSA; leave it out for %s",
                        algorithm->name);
    if (options->kid != NULL && !options->is_jwk)
        return cli_fail(true, "keygen",
                        "--kid needs --format jwk: PEM and a secret's text "
                        "have no key ID");
    if (options->kid != NULL && strlen(options->kid) > KEY_KID_MAX)
        return cli_fail(true, "keygen", "--kid is longer than %d bytes",
                        KEY_KID_MAX);
    return false;
}

int
cli_keygen(const struct options *options)
{
    struct options whole = *options;

    if (is_mistaken(options))
        return EXIT_USAGE;
    if (!algorithm_is_available(options->algorithm))
        return cli_needs("keygen", options->algorithm->name);
    if (options->curve == 0 && (options->algorithm->key_types & KEY_ED25519))
        whole.curve = KEY_ED25519;
    return keygen(&whole);
}
