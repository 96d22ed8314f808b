/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/looks_like_token.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define X36 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X37 X36 "x"

/* {"alg":"HS256","typ":"JWT"}.{"sub":"alice","exp":1900000000}.32 bytes */
#define HEADER    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
#define PAYLOAD   "eyJzdWIiOiJhbGljZSIsImV4cCI6MTkwMDAwMDAwMH0"
#define SIGNATURE "q-Zk_1hHnXmQy5cV9q0yR3lB4wTtOeJ8uGfSdKzPxYo"
#define TOKEN     HEADER "." PAYLOAD "." SIGNATURE

/* The verdict on an answer, as the name of its reason. */
static const char *
verdict(const char *answer, bool cut, struct found_token *ret_found)
{
    return reason_name(answer_unwrap(answer, strlen(answer), cut, ret_found));
}

static const struct {
    const char *text;
    bool cut;
    const char *wanted;
} rule[] = {
    {"eyJ." X36, false, "ok"},
    {"eyJ.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false, "not_a_token"}, /* 39 */
    {"eyJx" X37, false, "not_a_token"},
    {"eyJx" X37, true, "ok"},
    {"eyJ!" X37, true, "not_a_token"},
    {"exJ." X37, false, "not_a_token"},
    {"e.yJ" X37, false, "not_a_token"},
    {"eyj." X37, false, "not_a_token"},
    {"Bearer eyJ." X37, false, "ok"},
    {"bearer \t eyJ." X37, false, "ok"},
    {"BeareryJ." X37, false, "not_a_token"},
    {"eyJ. spaces and \x01\xff damage do not hide it x", false, "ok"},
    {"", true, "not_a_token"},
    {"eyJ", false, "not_a_token"},
    /* 40 bytes with two dots behind a beginning, anywhere. */
    {"x=eyJxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxx.xx", false, "malformed"},
    {"x=eyJxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxx.x", false, "not_a_token"},
    {"x=eyJxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxx", false, "not_a_token"},
    {"x=eyJxxxxxxxx.xxx!xxxxxxxxxxxxx.xxxxxxxxxx", false, "not_a_token"},
    {"x=eyJxxxxxxxx.xxx xxxxxxxxxxx\r\nx.xxxxxxxxxxxx", false, "malformed"},
    /* Of five parts, and a header alone. */
    {"x=" HEADER "..aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbb.cccccccccc", false,
     "malformed"},
    {HEADER "..aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbb.cccccccccc", false, "ok"},
    {HEADER HEADER, false, "not_a_token"},
    {"\"" HEADER HEADER, true, "malformed"},
    {"\"" HEADER "." PAYLOAD, false, "not_a_token"},
    {"\"" HEADER "." PAYLOAD, true, "malformed"},
    /* Passwords. */
    {"eyebrows. raised by seven surprised owls in the night", false,
     "not_a_token"},
    {"They know. Nobody else knows about it. Not even the cat. Not one.", false,
     "not_a_token"},
    {"key.store.password.is.never.as.long.as.this.one.is", false,
     "not_a_token"},
    {"eyJrIjoiT0tTcG1pUlY2RnVKZTFVaDFsNFZXdE9ZWmNrMkZYbk", false,
     "not_a_token"}, /* a Grafana key: no dots */
    {"https://money.example/a/b/c.d.e.f.g.h.i.j.k.l.m.n.o", false,
     "not_a_token"},
};

Test(looks_like_token, keeps_the_rule)
{
    struct found_token found;

    for (size_t i = 0; i < sizeof rule / sizeof rule[0]; i++)
        cr_expect_str_eq(verdict(rule[i].text, rule[i].cut, &found),
                         rule[i].wanted, "%s", rule[i].text);
}

Test(looks_like_token, begins_as_base64url_of_an_object_does)
{
    char text[] = "e??." X37;
    struct found_token found;
    size_t count = 0;

    for (int a = 1; a < 256; a++)
        for (int b = 1; b < 256; b++) {
            bool wanted = (a == 'y' && strchr("ABCDIJKL", b) != NULL) ||
                          (a == 'w' && strchr("klmnopqr0123", b) != NULL);

            text[1] = (char)a;
            text[2] = (char)b;
            count += wanted;
            cr_expect_str_eq(verdict(text, false, &found),
                             wanted ? "ok" : "not_a_token", "%02x %02x", a, b);
        }
    cr_expect_eq(count, 20);
}

static const struct {
    const char *before;
    const char *behind;
} taken_off[] = {
    {"", ""},         {" \t", "\r\n"},       {"\"", "\""},
    {"'", "'\n"},     {"Bearer ", ""},       {"bearer\t ", " "},
    {"\" ", " \""},   {"Bearer \"", "\"\n"}, {"\"Bearer ", "\""},
    {"\v\f", "\v\f"},
};

Test(looks_like_token, takes_off_white_space_quotes_and_bearer)
{
    for (size_t i = 0; i < sizeof taken_off / sizeof taken_off[0]; i++) {
        char text[1024];
        struct found_token found;

        snprintf(text, sizeof text, "%s%s%s", taken_off[i].before, TOKEN,
                 taken_off[i].behind);
        cr_expect_str_eq(verdict(text, false, &found), "ok", "%s", text);
        cr_expect(found.wrapping == NULL && found.length == strlen(TOKEN) &&
                      memcmp(found.text, TOKEN, found.length) == 0,
                  "%s", text);
    }
}

static const struct {
    const char *before;
    const char *behind;
    const char *named;
} wrappings[] = {
    {"\xef\xbb\xbf", "", "byte order mark"},
    {"\033[200~", "\033[201~", "bracketed paste"},
    {"Authorization: Bearer ", "", "Authorization"},
    {"authorization: Bearer ", "\r\n", "Authorization"},
    {"-H 'Authorization: Bearer ", "'", "Authorization"},
    {"{\"access_token\":\"", "\",\"token_type\":\"Bearer\"}", "JSON"},
    {"{\"access_token\": \"", "\"}", "JSON"},
    {"[\"", "\"]", "JSON"},
    {"{\\\"token\\\":\\\"", "\\\"}", "JSON"},
    {"TOKEN=", "", "NAME="},
    {"export TOKEN=\"", "\"", "NAME="},
    {"token: ", "\n", "name and a colon"},
    {"token: \"", "\"", "name and a colon"},
    {"https://app.example/cb?token=", "&x=1", "URL"},
    {"https://app.example/#id_token=", "", "URL"},
    {"%22", "%22", "percent"},
    {"token%3D", "", "percent"},
    {"\"\"", "\"\"", "quotes"},
    {"\"", "", "quotes"},
    {"", "\"", "behind"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d", "in front"},
    {"`", "`", "in front"},
    {"my token is ", ", please", "in front"},
    {"<token>", "</token>", "in front"},
    {"", "; Path=/; HttpOnly", "behind"},
    {"", " and more", "white space"},
    {"Bearer ", "!", "behind"},
    {"\177", "", "in front"},
};

/* A damaged token is for the parser, which says what is wrong with it. */
Test(looks_like_token, takes_a_damaged_token_for_a_token)
{
    static const char *const damaged[] = {
        HEADER "." PAYLOAD "!" PAYLOAD "." SIGNATURE,
        "Bearer " HEADER "!." PAYLOAD "." SIGNATURE,
        HEADER "." PAYLOAD,
    };

    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        struct found_token found;

        cr_expect_str_eq(verdict(damaged[i], false, &found), "ok", "%s",
                         damaged[i]);
        cr_expect(found.wrapping == NULL && found.text != NULL &&
                  found.text[0] == 'e');
    }
}

Test(looks_like_token, refuses_and_names_any_other_wrapping)
{
    for (size_t i = 0; i < sizeof wrappings / sizeof wrappings[0]; i++) {
        char text[1024];
        struct found_token found;

        snprintf(text, sizeof text, "%s%s%s", wrappings[i].before, TOKEN,
                 wrappings[i].behind);
        cr_expect_str_eq(verdict(text, false, &found), "malformed", "%s", text);
        cr_expect(found.wrapping != NULL &&
                      strstr(found.wrapping, wrappings[i].named) != NULL,
                  "%s: %s", text, found.wrapping);
        cr_expect(found.text != NULL &&
                      memcmp(found.text, TOKEN, strlen(TOKEN)) == 0,
                  "%s", text);
    }
}

/* Every byte that could stand in front of a token, behind it, or both. */
Test(looks_like_token, no_byte_around_it_hides_a_token)
{
    for (int c = 1; c < 256; c++)
        for (int where = 1; where < 4; where++) {
            char text[512];
            size_t used = 0;
            struct found_token found;

            if (where & 1)
                text[used++] = (char)c;
            memcpy(text + used, TOKEN, strlen(TOKEN));
            used += strlen(TOKEN);
            if (where & 2)
                text[used++] = (char)c;
            cr_expect_neq(answer_unwrap(text, used, false, &found),
                          REASON_NOT_A_TOKEN, "byte %02x at %d", c, where);
        }
}

/* White space, control bytes and line breaks at every place inside it. */
Test(looks_like_token, nothing_put_inside_hides_a_token)
{
    static const char *const inside[] = {
        " ",       "\t",       "\n",   "\r\n", "\n  ",         "\\\n",
        "\\n",     "\a",       "\x7f", "\x01", "\033[0m",      "=\r\n",
        "\"\n\"",  "\xc2\xad", "\\",   "\n> ", "\xe2\x80\x8b", "\"  \"",
        "&#8203;", "\xc2\xa0", "*",    "\"\"",
    };

    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        for (size_t at = 1; at < strlen(TOKEN); at++) {
            char text[512];
            struct found_token found;

            snprintf(text, sizeof text, "\"%.*s%s%s", (int)at, TOKEN, inside[i],
                     TOKEN + at);
            cr_expect_neq(answer_unwrap(text, strlen(text), false, &found),
                          REASON_NOT_A_TOKEN, "%zu in %zu", i, at);
            cr_expect_neq(
                answer_unwrap(text + 1, strlen(text) - 1, false, &found),
                REASON_NOT_A_TOKEN, "%zu in %zu", i, at);
        }
}

/* Replaces each dot, minus and underscore. */
static void
spell(const char *token, const char *const by[3], char *into)
{
    for (; *token != '\0'; token++) {
        const char *at = strchr(".-_", *token);

        into += at != NULL ? sprintf(into, "%s", by[at - ".-_"])
                           : sprintf(into, "%c", *token);
    }
}

Test(looks_like_token, no_spelling_hides_a_token)
{
    static const char *const spellings[][3] = {
        {"%2E", "%2D", "%5F"},
        {"%2e", "-", "_"},
        {"%252E", "%252D", "%255F"},
        {"%25252E", "-", "_"},
        {"\\u002e", "\\u002d", "_"},
        {"\\x2e", "-", "\\x5f"},
        {"\\.", "\\-", "\\_"},
        {"&#46;", "&#45;", "&#95;"},
        {"&#x2E;", "&#x2d;", "&#x5f;"},
        {"=2E", "=2D", "=5F"},
        {".", "+", "/"},
        {"=.", "-", "_"},
        {" . ", "-", "_"},
    };
    static const char *const around[] = {"", "\"", "TOKEN=", "{\"a\":\""};

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        for (size_t j = 0; j < sizeof around / sizeof around[0]; j++) {
            char text[2048];
            struct found_token found;

            strcpy(text, around[j]);
            spell(TOKEN, spellings[i], text + strlen(text));
            cr_expect_neq(answer_unwrap(text, strlen(text), false, &found),
                          REASON_NOT_A_TOKEN, "%s", text);
        }
}

/* Every byte percent-encoded. */
Test(looks_like_token, full_percent_encoding_does_not_hide_a_token)
{
    char text[1024] = "";
    struct found_token found;

    for (const char *at = TOKEN; *at != '\0'; at++)
        sprintf(text + strlen(text), "%%%02X", (unsigned)(unsigned char)*at);
    cr_expect_str_eq(verdict(text, false, &found), "malformed");
    cr_expect(strstr(found.wrapping, "percent") != NULL, "%s", found.wrapping);
}

/* Base64 with options: the URL's alphabet, padding, lines of 76. */
static void
encode(const char *text, bool url, bool pad, bool lines, char *into)
{
    unsigned char plain[4096];
    int length =
        EVP_EncodeBlock(plain, (const unsigned char *)text, (int)strlen(text));

    for (int i = 0; i < length; i++) {
        char c = (char)plain[i];

        if (c == '=' && !pad)
            continue;
        if (url && c == '+')
            c = '-';
        if (url && c == '/')
            c = '_';
        *into++ = c;
        if (lines && i % 76 == 75)
            *into++ = '\n';
    }
    *into = '\0';
}

Test(looks_like_token, base64_does_not_hide_a_token)
{
    static const char *const before[] = {
        "", "Bearer ", "alice:", "xalice:", "\"", "token="};
    static const char *const around[] = {
        "",          "Basic ", "Authorization: Basic ", "{\"auth\":\"",
        "  token: ", "a.b-",   "\xef\xbb\xbf"};

    for (size_t i = 0; i < sizeof before / sizeof before[0] * 16; i++)
        for (size_t j = 0; j < sizeof around / sizeof around[0]; j++) {
            char plain[1024];
            char once[2048];
            char text[4096];
            struct found_token found;

            snprintf(plain, sizeof plain, "%s" TOKEN "\n", before[i / 16]);
            encode(plain, i & 1, i & 2, i & 4, once);
            if (i & 8) {
                char twice[2048];

                encode(once, i & 1, i & 2, i & 4, twice);
                strcpy(once, twice);
            }
            snprintf(text, sizeof text, "%s%s", around[j], once);
            cr_expect_str_eq(verdict(text, false, &found), "malformed", "%s",
                             text);
            cr_expect_str_eq(found.wrapping, "base64 around the token", "%s",
                             text);
        }
}

/* As PowerShell encodes a text: UTF-16 with either order, or UTF-32. */
Test(looks_like_token, base64_of_wide_characters_does_not_hide_a_token)
{
    static const char *const around[] = {"", "\"", "Basic ", "\033["};

    for (size_t width = 2; width <= 4; width += 2)
        for (size_t at = 0; at < width; at++)
            for (size_t i = 0; i < 4 * 2; i++) {
                unsigned char wide[4 * sizeof TOKEN] = {0};
                unsigned char plain[8 * sizeof TOKEN];
                char text[16 * sizeof TOKEN];
                struct found_token found;

                for (size_t j = 0; j < strlen(TOKEN); j++)
                    wide[width * j + at] = (unsigned char)TOKEN[j];
                EVP_EncodeBlock(plain, wide, (int)(width * strlen(TOKEN)));
                snprintf(text, sizeof text, "%s%.100s%s%s", around[i / 2],
                         (char *)plain, i & 1 ? "\r\n" : "", plain + 100);
                cr_expect_str_eq(verdict(text, false, &found), "malformed",
                                 "%zu of %zu, %zu", at, width, i);
                cr_expect_str_eq(found.wrapping, "base64 around the token");
            }
}

Test(looks_like_token, json_forms_are_not_passed_on)
{
    static const char *const forms[] = {
        "{\"payload\":\"" PAYLOAD "\",\"protected\":\"" HEADER
        "\",\"signature\":\"" SIGNATURE "\"}",
        "{ \"payload\" : \"" PAYLOAD "\",\n \"signatures\" : [ {\"protected\""
        " : \"" HEADER "\", \"signature\" : \"" SIGNATURE "\"} ] }",
        "{\"payload\":\"" PAYLOAD "\",\"header\":{\"alg\":\"HS256\"},"
        "\"signature\":\"" SIGNATURE "\"}",
        "{'payload': '" PAYLOAD "', 'protected': '" HEADER
        "', 'signature': '" SIGNATURE "'}",
        "{\"protected\":\"" HEADER "\",\"encrypted_key\":\"" PAYLOAD
        "\",\"iv\":\"AxY8DCtDaGlsbGljb3RoZQ\",\"ciphertext\":\"" SIGNATURE
        "\",\"tag\":\"Mz-VPPyU4RlcuYv1IwIvzw\"}",
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct found_token found;
        char text[4096];

        cr_expect_str_eq(verdict(forms[i], false, &found), "malformed", "%zu",
                         i);
        cr_expect(strstr(found.wrapping, "JSON form") != NULL, "%s",
                  found.wrapping);
        encode(forms[i], false, true, false, text);
        cr_expect_str_eq(verdict(text, false, &found), "malformed", "%s", text);
    }
}

/* xorshift: the same passwords in every run. */
static unsigned
next(unsigned *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static const char *
pick(const char *const *of, size_t count, unsigned *state)
{
    return of[next(state) % count];
}

#define PICK(list, state) pick(list, sizeof(list) / sizeof(list)[0], state)

/* What is found around tokens and in them: halves of escapes above all. */
static const char *const noise[] = {
    "",         "",          "\033[",       "\033",
    "[",        "\033[200~", "\033[0m",     " ",
    "\n",       "\r\n",      "\t",          "\x01",
    "\x7f",     "\b",        "\033]0;x",    "\033O",
    "\033[1;2", "\\",        "\\n",         "%",
    "%2",       "%0",        "%25",         "%252",
    "%1B",      "&",         "&#",          "&#x",
    "&#1",      "&amp;",     "=",           "=2",
    "=5",       "=\r\n",     "\\u",         "\\u00",
    "\\u002",   "\\x",       "\\x2",        "\\e",
    "\\033",    "^[",        "\x9b",        "\xc2\x9b",
    "'",        "\"",        "\x0e",        "Bearer ",
    "NAME=",    "{",         "%7B",         "\xef\xbb\xbf",
    "ey",       "eyA",       ".",           "e",
    "x.y.",     "\xff",      "\033[?2004h",
};

/* Makes a token of a random header and payload. */
static void
make_token(unsigned *state, char into[512])
{
    static const char *const headers[] = {
        "eyJhbGciOiJIUzI1NiJ9",
        "eyAiYWxnIjoiSFMyNTYifQ",
        "ewoiYWxnIjoiSFMyNTYifQ",
        "ewkiYWxnIjoiSFMyNTYifQ",
        "ew0KInR5cCI6IkpXVCIsImFsZyI6IkhTMjU2In0",
    };
    size_t used = (size_t)sprintf(into, "%s.", PICK(headers, state));
    size_t wanted[] = {20 + next(state) % 100, 43};

    for (size_t part = 0; part < 2; part++) {
        for (size_t i = 0; i < wanted[part]; i++)
            into[used++] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
                           "wxyz0123456789-_"[next(state) % 64];
        into[used++] = part == 0 ? '.' : '\0';
    }
}

/* Writes a text in lines. */
static void
wrap(const char *text, size_t width, const char *between, char *into)
{
    for (size_t i = 0; text[i] != '\0'; i++)
        into += sprintf(into, "%s%c", i > 0 && i % width == 0 ? between : "",
                        text[i]);
}

/* Makes an answer with a token in lines, and noise around it and inside. */
static void
make_answer(bool is_base64, unsigned *state, char into[8192])
{
    static const char *const between[] = {
        "", " ", "\n", "\r\n", "\x01", "\t", "\033", "\n    ", "\x7f",
    };
    char token[512];
    char whole[4096] = "";
    char once[6000];
    size_t width = 20 + next(state) % 60;
    size_t cut = next(state) % 2 == 0 ? next(state) % 40 : 0;

    make_token(state, token);
    if (is_base64) {
        encode(token, next(state) % 2, next(state) % 2, false, once);
        strcpy(whole, once);
    } else
        sprintf(whole, "%.*s%s%s", (int)cut, token,
                cut > 0 ? PICK(noise, state) : "", token + cut);
    wrap(whole, width, PICK(between, state), once);
    sprintf(into, "%s%s%s%s%s", PICK(noise, state), PICK(noise, state),
            is_base64 ? "" : PICK(noise, state), once, PICK(noise, state));
}

/* True if `at` begins ey[A-DI-L] or ew[k-r0-3]. */
static bool
is_beginning(const char *at)
{
    return at[0] == 'e' && at[1] != '\0' && at[2] != '\0' &&
           ((at[1] == 'y' && strchr("ABCDIJKL", at[2]) != NULL) ||
            (at[1] == 'w' && strchr("klmnopqr0123", at[2]) != NULL));
}

/*
 * True for what the interface says is a token: it begins so after trimming and
 * "Bearer ", holds a dot and has 40 bytes; or such a beginning stands anywhere,
 * white space and control bytes being taken out, and at least 40 bytes of
 * base64url with two dots follow.
 */
static bool
must_be_kept(const char *answer)
{
    static const char white[] = " \t\n\v\f\r";
    const char *begin = answer + strspn(answer, white);
    char rest[8192];
    size_t used = 0;
    size_t trimmed;

    if (strncmp(begin, "Bearer ", 7) == 0)
        begin += 7 + strspn(begin + 7, white);
    trimmed = strlen(begin);
    while (trimmed > 0 && strchr(white, begin[trimmed - 1]) != NULL)
        trimmed--;
    if (is_beginning(begin) && strchr(begin, '.') != NULL && trimmed >= 40)
        return true;
    for (; *answer != '\0'; answer++)
        if ((unsigned char)*answer > ' ' && *answer != 0x7f)
            rest[used++] = *answer;
    rest[used] = '\0';
    for (const char *at = rest; *at != '\0'; at++) {
        size_t length = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
                                   "pqrstuvwxyz0123456789-_.");
        size_t dots = 0;

        for (size_t i = 0; i < length; i++)
            dots += at[i] == '.';
        if (is_beginning(at) && length >= 40 && dots >= 2)
            return true;
    }
    return false;
}

/* 200,000 answers; those that base64 hides are tokens whatever is around. */
Test(looks_like_token, half_an_escape_hides_no_token)
{
    unsigned state = 88172645;
    size_t kept = 0;
    size_t lost = 0;

    for (size_t i = 0; i < 200000; i++) {
        char text[8192];
        struct found_token found;
        bool is_base64 = i % 8 == 0;

        make_answer(is_base64, &state, text);
        if (!is_base64 && !must_be_kept(text))
            continue;
        kept++;
        if (answer_unwrap(text, strlen(text), false, &found) ==
                REASON_NOT_A_TOKEN &&
            lost++ < 20)
            cr_expect(false, "passed on: %s", text);
    }
    printf("answers with a token: %zu, passed on: %zu\n", kept, lost);
    cr_expect_gt(kept, 100000);
    cr_expect_eq(lost, 0);
}

/* A half in front where the dots of the token are encoded by others. */
Test(looks_like_token, half_an_escape_and_a_whole_one_hide_no_token)
{
    static const char *const halves[] = {"%2",   "%0",     "%252",  "=2",
                                         "\\x0", "\\u002", "\033[", "\033[1;2"};
    static const char *const dots[] = {"%2E", "%252e", "\\u002e", "&#46;",
                                       "=2E"};

    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
        for (size_t j = 0; j < sizeof dots / sizeof dots[0]; j++) {
            char text[1024];
            struct found_token found;

            snprintf(text, sizeof text, "%s%s%s%s\n%s%s", halves[i], HEADER,
                     dots[j], PAYLOAD, dots[j], SIGNATURE);
            cr_expect_str_eq(verdict(text, false, &found), "malformed", "%s",
                             text);
        }
}

static void
make_password(unsigned kind, unsigned *state, char into[256])
{
    static const char *const words[] = {
        "correct", "Horse",  "battery", "staple",   "they",    "money.",
        "Alice",   "key",    "eyes",    "Diceware", "honey,",  "I",
        "journey", "Africa", "seven",   "owl",      "eyebrow", "raise",
        "Monkey.", "Island", "valley",  "Canary",   "hey",     "Jude.",
    };
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                 "qrstuvwxyz0123456789+/-_";
    size_t length = 16 + next(state) % 49;

    into[0] = '\0';
    if (kind == 0) {
        for (size_t i = 0; i < length; i++)
            into[i] = base64[next(state) % 64];
        into[length] = '\0';
    } else if (kind == 1) {
        for (size_t i = 0; i < length; i++)
            into[i] = (char)(' ' + next(state) % 95);
        into[length] = '\0';
    } else {
        const char *between = kind == 2 ? "-" : kind == 3 ? " " : ".";

        for (size_t i = 0; i < 4 + length / 16; i++)
            sprintf(into + strlen(into), "%s%s", i > 0 ? between : "",
                    words[next(state) % (sizeof words / sizeof words[0])]);
    }
}

/*
 * Random passwords are never taken for tokens. Of sentences made of the words
 * that come nearest, "hey" in front of "Jude." and the like, few are.
 */
Test(looks_like_token, passwords_stay_passwords)
{
    unsigned state = 2463534242;
    size_t taken[5] = {0};

    for (size_t i = 0; i < 100000; i++) {
        char text[256];
        struct found_token found;

        make_password((unsigned)(i % 5), &state, text);
        if (answer_unwrap(text, strlen(text), false, &found) !=
            REASON_NOT_A_TOKEN)
            taken[i % 5]++;
    }
    printf("taken for tokens: %zu %zu %zu %zu %zu\n", taken[0], taken[1],
           taken[2], taken[3], taken[4]);
    cr_expect_eq(taken[0], 0);
    cr_expect_eq(taken[1], 0);
}

/* A megabyte of what is worst takes no more than ten times a tenth of it. */
Test(looks_like_token, takes_time_in_proportion_to_the_length)
{
    static const char *const worst[] = {
        "ey",    "eyJ",  "eyJ.", "%25",   "\\u002",   "ZXlK", "&#0000",
        "\033[", "e30.", "YYYY", "%2eyJ", "\033[eyJ", "%2e "};

    for (size_t i = 0; i < sizeof worst / sizeof worst[0]; i++) {
        double seconds[2];

        for (size_t j = 0; j < 2; j++) {
            size_t length = j == 0 ? 100000 : 1000000;
            char *text = malloc(length + 8);
            clock_t begin;
            struct found_token found;

            for (size_t at = 0; at < length; at += strlen(worst[i]))
                memcpy(text + at, worst[i], strlen(worst[i]));
            text[0] = 'x';
            begin = clock();
            cr_expect_neq(answer_unwrap(text, length, false, &found),
                          REASON_NO_MEMORY);
            seconds[j] = (double)(clock() - begin) / CLOCKS_PER_SEC;
            free(text);
        }
        cr_expect_lt(seconds[1], 30 * seconds[0] + 0.05, "%s: %f, %f", worst[i],
                     seconds[0], seconds[1]);
    }
}
