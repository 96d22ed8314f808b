/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The limits of the headers, each of them one below, at it and one above. The
 * limits of an account's groups are in test_account.c; those of lists, maps and
 * records are with their own tests.
 */
#include "account/usermap.h"
#include "base/base64.h"
#include "base/pattern.h"
#include "base/text.h"
#include "config/config.h"
#include "keys/jwk.h"
#include "keys/key.h"
#include "keys/keyset.h"
#include "login/export.h"
#include "store/store_uri.h"
#include "support.h"
#include "token/jws.h"
#include "json/document.h"
#include "json/scan.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY "key_file = /k\n"

static bool
read_config(const char *text, size_t length, struct config *ret_config)
{
    char *path = scratch_file("conf", text, length, 0600);
    bool valid = config_read(path, 0, NULL, ret_config);

    free(path);
    return valid;
}

Test(limits, sections)
{
    for (size_t count = CONFIG_SECTIONS_MAX - 1;
         count <= CONFIG_SECTIONS_MAX + 1; count++) {
        char text[128 * (CONFIG_SECTIONS_MAX + 2)] = "allow_users = *\n";
        struct config config;
        size_t used = strlen(text);

        for (size_t i = 0; i < count; i++)
            used += (size_t)sprintf(text + used,
                                    "[issuer s%zu]\nissuer = i%zu\n" KEY, i, i);
        cr_expect_eq(read_config(text, used, &config),
                     count <= CONFIG_SECTIONS_MAX, "%zu", count);
        if (count > CONFIG_SECTIONS_MAX)
            cr_expect(config.errors.count > 0 &&
                      strstr(config.errors.items[0],
                             "\"s64\" is one section too many") != NULL);
        cr_expect_leq(config.policy.issuer_count, CONFIG_SECTIONS_MAX);
        config_done(&config);
    }
}

Test(limits, the_name_of_a_section)
{
    for (int length = 63; length <= 65; length++) {
        char text[128];
        char name[66];
        struct config config;

        memset(name, 'n', sizeof name);
        snprintf(text, sizeof text, "[issuer %.*s]\n" KEY, length, name);
        cr_expect_eq(read_config(text, strlen(text), &config), length <= 64,
                     "%d", length);
        config_done(&config);
    }
}

/* More mistakes than are told are mistakes all the same. */
Test(limits, mistakes_that_are_told)
{
    for (size_t count = 19; count <= 21; count++) {
        char text[512] = KEY;
        struct config config;

        for (size_t i = 0; i < count; i++)
            strcat(text, "x = y\n");
        cr_expect_not(read_config(text, strlen(text), &config));
        cr_expect(config.is_mistaken);
        cr_expect_eq(config.errors.count, count < 20 ? count : 20, "%zu",
                     count);
        config_done(&config);
    }
}

Test(limits, the_file_of_the_configuration)
{
    static char text[CONFIG_FILE_MAX + 1];
    struct config config;

    memset(text, '#', sizeof text);
    memcpy(text, KEY, strlen(KEY));
    for (size_t size = CONFIG_FILE_MAX - 1; size <= CONFIG_FILE_MAX + 1;
         size++) {
        cr_expect_eq(read_config(text, size, &config), size <= CONFIG_FILE_MAX,
                     "%zu", size);
        config_done(&config);
    }
}

static struct json_object *
parse(const char *text)
{
    char what[JSONDOC_WHAT_MAX];
    struct json_object *object = NULL;

    cr_assert_eq(jsondoc_parse(text, strlen(text), &object, what), REASON_OK,
                 "%s: %s", text, what);
    return object;
}

/* The verdict on a JWK, whose text may be changed. */
static enum key_result
make_key(char *text)
{
    char what[KEY_WHAT_MAX] = "";
    struct jsontext json = {0};
    struct jwk jwk;
    struct key key = {0};
    enum key_result result;

    cr_assert_eq(jsontext_read(text, strlen(text), SIZE_MAX, &json, what),
                 REASON_OK);
    jwk_read(&json, jsontext_root(&json), &jwk);
    result = key_from_jwk(&jwk, &key, what);
    if (result == KEY_GOOD)
        result = key_build(&key, what);
    key_done(&key);
    jsontext_done(&json);
    return result;
}

Test(limits, the_name_of_a_key)
{
    for (int length = KEY_KID_MAX - 1; length <= KEY_KID_MAX + 1; length++) {
        enum reason wanted =
            length <= KEY_KID_MAX ? REASON_OK : REASON_MALFORMED;
        char text[1024];
        char header[512];
        char kid[KEY_KID_MAX + 2];
        struct verdict verdict = {0};
        struct jws jws;

        memset(kid, 'k', sizeof kid);
        snprintf(text, sizeof text,
                 "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
                 "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
                 "\"kid\":\"%.*s\"}",
                 length, kid);
        cr_expect_eq(make_key(text), length <= KEY_KID_MAX ? KEY_GOOD : KEY_BAD,
                     "%d", length);

        snprintf(header, sizeof header, "{\"alg\":\"HS256\",\"kid\":\"%.*s\"}",
                 length, kid);
        base64url_encode((const unsigned char *)header, strlen(header), text);
        strcat(text, ".e30.AAAA");
        cr_expect_str_eq(
            reason_name(jws_parse(text, strlen(text), 4096, &jws, &verdict)),
            reason_name(wanted), "%d: %s", length, verdict.detail);
        jws_done(&jws);
    }
}

/* The range in which a double has each integer, RFC 7493 section 2.2. */
Test(limits, integers)
{
    static const struct {
        const char *text;
        bool is_taken;
    } rows[] = {
        {"9007199254740990", true},      {"9007199254740991", true},
        {"9007199254740992", false},     {"-9007199254740990", true},
        {"-9007199254740991", true},     {"-9007199254740992", false},
        {"9223372036854775807", false},  {"9223372036854775808", false},
        {"-9223372036854775808", false}, {"-9223372036854775809", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char array[64];
        char text[JSONDOC_SCALAR_MAX];
        struct json_object *object;
        struct json_object *value = NULL;
        const char *got;

        snprintf(array, sizeof array, "{\"a\":%s}", rows[i].text);
        object = parse(array);
        cr_assert(jsondoc_find(object, "a", &value));
        got = jsondoc_scalar(value, text);
        if (rows[i].is_taken)
            cr_expect(text_equal(got, rows[i].text), "%s", rows[i].text);
        else
            cr_expect_null(got, "%s", rows[i].text);
        jsondoc_free(object);
    }
}

Test(limits, depth_of_json)
{
    for (int depth = JSONSCAN_DEPTH_MAX - 1; depth <= JSONSCAN_DEPTH_MAX + 1;
         depth++) {
        char what[JSONDOC_WHAT_MAX];
        char text[8 * JSONSCAN_DEPTH_MAX] = "{\"a\":";
        struct json_object *object = NULL;

        for (int i = 1; i < depth; i++)
            strcat(text, "[");
        for (int i = 1; i < depth; i++)
            strcat(text, "]");
        strcat(text, depth > 1 ? "}" : "1}");
        cr_expect_eq(jsondoc_parse(text, strlen(text), &object, what),
                     depth <= JSONSCAN_DEPTH_MAX ? REASON_OK : REASON_MALFORMED,
                     "%d: %s", depth, what);
        jsondoc_free(object);
    }
}

/* The account that a line of the map gives. */
static char *
map_gives(const char *map, const char *identity)
{
    char *path = scratch_file("map", map, strlen(map), 0600);
    struct verdict verdict = {0};
    char *given = NULL;
    enum reason reason = usermap_choose(path, identity, NULL, &given, &verdict);

    cr_expect_eq(reason == REASON_OK, given != NULL, "%s", verdict.detail);
    free(path);
    return given;
}

Test(limits, the_account_that_an_expression_makes)
{
    for (size_t length = USERMAP_USER_MAX - 1; length <= USERMAP_USER_MAX + 1;
         length++) {
        char identity[USERMAP_USER_MAX + 2] = "";
        char *copied;
        char *longer;

        memset(identity, 'u', length);
        copied = map_gives("/(u+)/ \\1\n", identity);
        identity[length - 1] = '\0';
        longer = map_gives("/(u+)/ \\1x\n", identity);
        cr_expect_eq(copied != NULL, length <= USERMAP_USER_MAX, "%zu", length);
        cr_expect_eq(longer != NULL, length <= USERMAP_USER_MAX, "%zu", length);
        if (copied != NULL)
            cr_expect_eq(strlen(copied), length);
        free(copied);
        free(longer);
    }
}

/* Two fields; the line may be as long as a line may be, each field too. */
Test(limits, the_fields_of_a_map)
{
    for (size_t length = USERMAP_LINE_MAX - 1; length <= USERMAP_LINE_MAX + 1;
         length++) {
        char map[USERMAP_LINE_MAX + 4] = "";
        char identity[USERMAP_LINE_MAX + 4] = "";
        char *given;

        memset(identity, 'i', length - 2);
        snprintf(map, sizeof map, "%s u\n", identity);
        given = map_gives(map, identity);
        cr_expect_eq(given != NULL, length <= USERMAP_LINE_MAX, "%zu", length);
        free(given);
        snprintf(map, sizeof map, "u %s\n", identity);
        given = map_gives(map, "u");
        cr_expect_eq(given != NULL, length <= USERMAP_LINE_MAX, "%zu", length);
        free(given);
        /* Without a newline at its end. */
        map[strlen(map) - 1] = '\0';
        given = map_gives(map, "u");
        cr_expect_eq(given != NULL, length <= USERMAP_LINE_MAX, "%zu", length);
        free(given);
    }
}

Test(limits, the_file_of_a_map)
{
    char *path = scratch_file("map", "a u\n", 4, 0600);

    for (off_t size = USERMAP_FILE_MAX - 1; size <= USERMAP_FILE_MAX + 1;
         size++) {
        struct verdict verdict = {0};
        char *given = NULL;
        char *line = calloc(1, 4096);
        FILE *file = fopen(path, "w");

        cr_assert(line != NULL && file != NULL);
        memset(line, '#', 4096);
        line[4095] = '\n';
        for (off_t written = 0; written < size; written += 4096)
            fwrite(line, 1,
                   (size_t)(size - written < 4096 ? size - written : 4096),
                   file);
        fseek(file, 0, SEEK_SET);
        fputs("a u\n", file);
        cr_assert_eq(fclose(file), 0);
        cr_expect_eq(usermap_choose(path, "a", NULL, &given, &verdict),
                     size <= USERMAP_FILE_MAX ? REASON_OK : REASON_BAD_CONFIG,
                     "%ld: %s", (long)size, verdict.detail);
        free(given);
        free(line);
    }
    unlink(path);
    free(path);
}

Test(limits, the_groups_of_an_expression)
{
    char *given =
        map_gives("/(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)/ \\9\\8\\1\n", "abcdefghij");

    cr_expect(text_equal(given, "iha"));
    free(given);
    /* A tenth has no number: this is the first, and a zero. */
    given = map_gives("/(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)/ \\10\n", "abcdefghij");
    cr_expect(text_equal(given, "a0"));
    free(given);
}

Test(limits, the_length_of_an_expression)
{
    for (size_t length = PATTERN_LENGTH_MAX - 1;
         length <= PATTERN_LENGTH_MAX + 1; length++) {
        char what[PATTERN_WHAT_MAX];
        char text[PATTERN_LENGTH_MAX + 2] = "";
        struct pattern *pattern;

        memset(text, 'a', length);
        pattern = pattern_new(text, what);
        cr_expect_eq(pattern != NULL, length <= PATTERN_LENGTH_MAX, "%zu",
                     length);
        if (pattern != NULL)
            cr_expect(pattern_matches(pattern, text));
        pattern_free(pattern);
    }
}

Test(limits, a_value_of_the_environment)
{
    for (size_t length = ENVIRONMENT_VALUE_MAX - 1;
         length <= ENVIRONMENT_VALUE_MAX + 1; length++) {
        char text[ENVIRONMENT_VALUE_MAX + 2] = "";

        memset(text, 'v', length);
        cr_expect_eq(environment_is_value(text),
                     length <= ENVIRONMENT_VALUE_MAX, "%zu", length);
    }
}

/* An RSA key whose modulus has exactly so many bits. */
static enum key_result
make_rsa(int bits)
{
    unsigned char modulus[KEY_RSA_BITS_MAX / 8 + 1];
    char number[BASE64URL_ENCODED_SIZE(sizeof modulus)];
    char text[2048];
    size_t size = (size_t)(bits + 7) / 8;

    for (size_t i = 0; i < size; i++)
        modulus[i] = (unsigned char)(i * 37 + 11);
    modulus[0] = (unsigned char)(1 << (bits + 7) % 8);
    modulus[size - 1] |= 1;
    base64url_encode(modulus, size, number);
    snprintf(text, sizeof text, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}",
             number);
    return make_key(text);
}

Test(limits, bits_of_an_rsa_key)
{
    for (int more = -1; more <= 1; more++) {
        cr_expect_eq(make_rsa(KEY_RSA_BITS_MIN + more),
                     more < 0 ? KEY_BAD : KEY_GOOD, "%d", more);
        cr_expect_eq(make_rsa(KEY_RSA_BITS_MAX + more),
                     more > 0 ? KEY_BAD : KEY_GOOD, "%d", more);
    }
}

Test(limits, bytes_of_a_secret_and_zeros_at_its_end)
{
    for (size_t length = 31; length <= 33; length++) {
        unsigned char secret[33];
        char what[KEY_WHAT_MAX];
        struct key key = {0};

        memset(secret, 's', sizeof secret);
        cr_expect_eq(key_from_secret(secret, length, &key, what),
                     length < 32 ? KEY_BAD : KEY_GOOD, "%zu", length);
        key_done(&key);
    }
    for (size_t zeros = 6; zeros <= 8; zeros++) {
        unsigned char secret[64] = {0};
        char what[KEY_WHAT_MAX];
        struct key key = {0};

        memset(secret, 's', sizeof secret - zeros);
        cr_expect_eq(key_from_secret(secret, sizeof secret, &key, what),
                     zeros > 7 ? KEY_BAD : KEY_GOOD, "%zu", zeros);
        key_done(&key);
    }
}

/* A set with spaces behind it, which are JSON. */
Test(limits, the_file_of_a_key_set)
{
    static const char set[] =
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
        "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"kid\":\"a\"}]}";
    static char text[KEYSET_FILE_MAX + 1];

    memset(text, ' ', sizeof text);
    memcpy(text, set, strlen(set));
    for (size_t size = KEYSET_FILE_MAX - 1; size <= KEYSET_FILE_MAX + 1;
         size++) {
        const struct keyset_policy policy = {.kind = KEYSET_PUBLIC,
                                             .allowed = ~0U};
        char *path = scratch_file("set", text, size, 0600);
        const struct strings paths = {&path, 1};
        struct strings problems = {0};
        struct keyset keys = {0};

        cr_expect_eq(
            keyset_load(&paths, &policy, 1900000000, &keys, &problems, NULL),
            size <= KEYSET_FILE_MAX ? REASON_OK : REASON_KEY_UNAVAILABLE, "%zu",
            size);
        keyset_done(&keys);
        strings_done(&problems);
        unlink(path);
        free(path);
    }
}

Test(limits, the_host_of_a_state)
{
    for (size_t length = STORE_URI_HOST_MAX - 1;
         length <= STORE_URI_HOST_MAX + 1; length++) {
        char state[STORE_URI_HOST_MAX + 16] = "redis://";
        struct address address;

        memset(state + strlen("redis://"), 'h', length);
        cr_expect_eq(store_uri_parse(state, &address) == NULL,
                     length <= STORE_URI_HOST_MAX, "%zu", length);
    }
}
