/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include "base/pattern.h"
#include "base/template.h"
#include "base/text.h"
#include "keys/algorithm.h"
#include "login/export.h"
#include "token/parts.h"
#include "json/pointer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * How the text of a setting becomes its value. Each returns NULL or what is
 * wrong, without the text itself: it may be a secret pasted into a wrong place.
 * A value that was there is replaced: defaults, file and module line pass
 * through the same function one after the other.
 */

static const char out_of_memory[] = "out of memory";

static const char *
set_text(const struct setting *setting, void *field, const char *text)
{
    char **value = field;
    char *copy;

    if (strlen(text) > (size_t)setting->max)
        return "is too long";
    copy = strdup(text);
    if (copy == NULL)
        return out_of_memory;
    free(*value);
    *value = copy;
    return NULL;
}

/*
 * Refuses a comma in a word of a list without quotes: it was meant to separate
 * two words.
 */
static const char *
list_fault(const struct word *word)
{
    return !word->is_quoted && strchr(word->text, ',') != NULL
               ? "has a comma in a list (separate words by spaces, or put a "
                 "word with a comma in quotes)"
               : NULL;
}

/* Takes a list of words; `check` says what is wrong with a word. */
static const char *
take_words(struct strings *list, const struct words *words,
           const char *(*check)(const char *word))
{
    struct strings taken = {0};
    const char *wrong = NULL;

    for (size_t i = 0; wrong == NULL && i < words->count; i++) {
        const struct word *word = &words->items[i];

        wrong = list_fault(word);
        if (wrong == NULL && check != NULL)
            wrong = check(word->text);
        if (wrong == NULL &&
            !strings_add(&taken, word->text, strlen(word->text)))
            wrong = out_of_memory;
    }
    if (wrong != NULL) {
        strings_done(&taken);
        return wrong;
    }
    strings_done(list);
    *list = taken;
    return NULL;
}

static const char *
set_list(const struct setting *setting, void *field, const struct words *words)
{
    (void)setting;
    return take_words(field, words, NULL);
}

/* Names of accounts or groups; a * without quotes stands for all of them. */
static const char *
set_allowed(const struct setting *setting, void *field,
            const struct words *words)
{
    struct allowed *allowed = field;
    const char *wrong = take_words(&allowed->names, words, NULL);

    (void)setting;
    if (wrong != NULL)
        return wrong;
    allowed->is_set = true;
    allowed->all = false;
    for (size_t i = 0; i < words->count; i++)
        if (!words->items[i].is_quoted && text_equal(words->items[i].text, "*"))
            allowed->all = true;
    return NULL;
}

/* libpam lower-cases the name of a service before it reads its file. */
static const char *
check_service(const char *word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._@-";

    /* libpam looks for services in lower case. */
    return word[strspn(word, letters)] == '\0'
               ? NULL
               : "is not a list of PAM services, the files in /etc/pam.d: a "
                 "name has a-z, 0-9 and . _ @ - alone, and * is not one";
}

static const char *
set_services(const struct setting *setting, void *field,
             const struct words *words)
{
    (void)setting;
    return take_words(field, words, check_service);
}

/* The names of one issuer, each of them once. */
static const char *
set_issuer(const struct setting *setting, void *field,
           const struct words *words)
{
    if (words->count > ISSUER_NAMES_MAX)
        return "has more names than one issuer may have (16)";
    for (size_t i = 0; i < words->count; i++) {
        if (strlen(words->items[i].text) > (size_t)setting->max)
            return "is too long";
        for (size_t j = 0; j < i; j++)
            if (text_equal(words->items[i].text, words->items[j].text))
                return "gives a name twice";
    }
    return take_words(field, words, NULL);
}

static const char *
check_path(const char *word)
{
    return word[0] == '/' ? NULL : "is not a list of absolute paths";
}

static const char *
set_paths(const struct setting *setting, void *field, const struct words *words)
{
    (void)setting;
    return take_words(field, words, check_path);
}

static const char *
set_path(const struct setting *setting, void *field, const char *text)
{
    return text[0] == '/' ? set_text(setting, field, text)
                          : "is not an absolute path";
}

static const char *
check_template(const char *word)
{
    return template_is_valid(word, TEMPLATE_REQUEST)
               ? NULL
               : "has a % that is not one of %h %s %u %%";
}

static const char *
set_templates(const struct setting *setting, void *field,
              const struct words *words)
{
    (void)setting;
    return take_words(field, words, check_template);
}

static const char *
set_state(const struct setting *setting, void *field, const char *text)
{
    struct address address;
    const char *wrong = store_uri_parse(text, &address);

    return wrong != NULL ? wrong : set_text(setting, field, text);
}

static const char *
set_key_name(const struct setting *setting, void *field, const char *text)
{
    if (!template_is_valid(text, TEMPLATE_TOKEN) || strstr(text, "%j") == NULL)
        return "needs %j, the token's jti, and no % but %j, %i and %%";
    return set_text(setting, field, text);
}

static const char *
set_bool(const struct setting *setting, void *field, const char *text)
{
    (void)setting;
    if (!text_equal(text, "yes") && !text_equal(text, "no"))
        return "is neither yes nor no";
    *(bool *)field = text_equal(text, "yes");
    return NULL;
}

/* Digits and one unit letter of `units`, worth `factors`; false: neither. */
static bool
read_amount(const char *text, const char *units, const double *factors,
            double *ret_amount)
{
    double amount = 0;
    size_t digits = strspn(text, "0123456789");
    const char *unit;

    if (digits == 0 || digits > 12)
        return false;
    for (size_t i = 0; i < digits; i++)
        amount = amount * 10 + (text[i] - '0');
    text += digits;
    if (*text != '\0') {
        unit = strchr(units, *text);
        if (unit == NULL || text[1] != '\0')
            return false;
        amount *= factors[unit - units];
    }
    *ret_amount = amount;
    return true;
}

static const char *
set_duration(const struct setting *setting, void *field, const char *text)
{
    static const double factors[] = {1, 60, 3600, 86400};
    double seconds;

    if (!read_amount(text, "smhd", factors, &seconds))
        return "is not a duration such as 90, 90s, 15m, 8h, 7d";
    if (seconds < setting->min || seconds > setting->max)
        return "is out of range";
    *(double *)field = seconds;
    return NULL;
}

static const char *
set_size(const struct setting *setting, void *field, const char *text)
{
    static const double factors[] = {1024};
    double bytes;

    if (!read_amount(text, "k", factors, &bytes))
        return "is not a size such as 512 or 16k";
    if (bytes < setting->min || bytes > setting->max)
        return "is out of range";
    *(size_t *)field = (size_t)bytes;
    return NULL;
}

static const char *
set_uid(const struct setting *setting, void *field, const char *text)
{
    double uid;

    if (!read_amount(text, "", NULL, &uid) || uid > setting->max)
        return "is not a uid";
    *(uid_t *)field = (uid_t)uid;
    return NULL;
}

static const char *
set_encoding(const struct setting *setting, void *field, const char *text)
{
    static const struct {
        const char *name;
        enum secret_encoding encoding;
    } encodings[] = {
        {"text", SECRET_TEXT},
        {"hex", SECRET_HEX},
        {"base64", SECRET_BASE64},
        {"base64url", SECRET_BASE64URL},
    };

    (void)setting;
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        if (text_equal(text, encodings[i].name)) {
            *(enum secret_encoding *)field = encodings[i].encoding;
            return NULL;
        }
    return "is not one of text, hex, base64, base64url";
}

static const char *
set_case(const struct setting *setting, void *field, const char *text)
{
    (void)setting;
    if (!text_equal(text, "keep") && !text_equal(text, "lower"))
        return "is neither keep nor lower";
    *(bool *)field = text_equal(text, "lower");
    return NULL;
}

static const char *
set_local_account(const struct setting *setting, void *field, const char *text)
{
    (void)setting;
    if (!text_equal(text, "required") && !text_equal(text, "none"))
        return "is neither required nor none";
    *(bool *)field = text_equal(text, "none");
    return NULL;
}

static const char *
set_algorithms(const struct setting *setting, void *field,
               const struct words *words)
{
    const char *wrong = NULL;
    unsigned bits = 0;

    (void)setting;
    for (size_t i = 0; wrong == NULL && i < words->count; i++) {
        const struct algorithm *algorithm =
            algorithm_find(words->items[i].text);

        wrong = list_fault(&words->items[i]);
        if (wrong != NULL)
            break;

        if (algorithm == NULL)
            wrong =
                "has a name that is not an algorithm (HS256 RS256 PS256 ES256 "
                "EdDSA ...; \"none\" is not allowed)";
        else
            bits |= algorithm_bit(algorithm);
    }
    if (wrong == NULL)
        *(unsigned *)field = bits;
    return wrong;
}

static const char *
set_claim_name(const struct setting *setting, void *field, const char *text)
{
    return pointer_is_name(text)
               ? set_text(setting, field, text)
               : "is neither a name nor a JSON pointer (RFC 6901)";
}

static const char *
set_requirement(const struct setting *setting, void *field,
                const struct words *words)
{
    (void)setting;
    return requirements_add(field, words);
}

static const char *
check_export(const char *word)
{
    return environment_is_rule(word)
               ? NULL
               : "is not a list of NAME=CLAIM with names such as JWT_GROUP";
}

/* One name has one value. */
static const char *
set_exports(const struct setting *setting, void *field,
            const struct words *words)
{
    const struct strings *list = field;
    const char *wrong = take_words(field, words, check_export);

    (void)setting;
    for (size_t i = 0; wrong == NULL && i < list->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strncmp(list->items[i], list->items[j],
                        strcspn(list->items[i], "=") + 1) == 0)
                wrong = "gives a name twice";
    return wrong;
}

static const char *
set_pattern(const struct setting *setting, void *field, const char *text)
{
    struct pattern **value = field;
    char what[PATTERN_WHAT_MAX];
    struct pattern *pattern = pattern_new(text, what);

    (void)setting;
    if (pattern == NULL)
        return "is not " PATTERN_RULE;
    pattern_free(*value);
    *value = pattern;
    return NULL;
}

static const char *
set_hostname(const struct setting *setting, void *field, const char *text)
{
    const char *wrong = set_text(setting, field, text);
    char *at = wrong == NULL ? *(char **)field : NULL;

    for (; at != NULL && *at != '\0'; at++) {
        if (*at == ' ' || *at == '\t')
            return "is not a host name";
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    return wrong;
}

/* The prompt ends in one space, which no line of a file can end in. */
static const char *
set_prompt(const struct setting *setting, void *field, const char *text)
{
    const char *wrong = set_text(setting, field, text);
    char *prompt;
    size_t length;

    if (wrong != NULL)
        return wrong;
    prompt = *(char **)field;
    length = strlen(prompt);
    while (length > 0 && prompt[length - 1] == ' ')
        prompt[--length] = '\0';
    return NULL;
}

#define GLOBAL(field)   SCOPE_GLOBAL, offsetof(struct config, field)
#define SECTION(field)  SCOPE_SECTION, offsetof(struct issuer, field)
#define ISSUER(field)   SCOPE_ISSUER, offsetof(struct issuer, field)
#define ARGUMENT(field) SCOPE_ARGUMENT, offsetof(struct config, field)
#define ROW(name, scope_and_offset, set, default_text, min, max, help) \
    ROW_(name, scope_and_offset, set, default_text, min, max, help)
#define ROW_(name, scope, offset, one, list, default_text, min, max, help) \
    {                                                                      \
        name, scope, default_text, help, one, list, offset, min, max       \
    }

/* A setter of one text, or of a list of words. */
#define TEXT(set) set, NULL
#define LIST(set) NULL, set

#define YEAR (366.0 * 86400)

/* clang-format off */
static const struct setting settings[] = {
    ROW("key_file",        SECTION(key_files),                  LIST(set_paths),      NULL,                            0, 0,
        "files with public keys: PEM, JWK or JWK Set; this or secret_file is required"),
    ROW("secret_file",     SECTION(secret_files),               LIST(set_paths),      NULL,                            0, 0,
        "files with shared secrets: text, JWK or JWK Set of oct"),
    ROW("secret_encoding", ISSUER(secret_encoding),             TEXT(set_encoding),   "text",                          0, 0,
        "how a text in secret_file is written: text, hex, base64, base64url"),
    ROW("max_key_age",     ISSUER(key_age_max),                 TEXT(set_duration),   "0",                             0, YEAR,
        "longest time since a JWK Set was fetched (its file's time); 0 = any"),
    ROW("algorithms",      ISSUER(token.algorithms),            LIST(set_algorithms), NULL,                            0, 0,
        "signature algorithms allowed; by default those of the keys' own types"),
    ROW("issuer",          SECTION(token.claims.issuers),       LIST(set_issuer),      NULL,                            0, 1024,
        "the exact iss claim, or several: the names of one issuer; by default any"),
    ROW("audience",        ISSUER(token.claims.audience),       LIST(set_templates),  NULL,                            0, 0,
        "accepted aud values (%h host, %s service, %u user); unset refuses a token with aud"),
    ROW("token_types",     ISSUER(token.types),                 LIST(set_list),       NULL,                            0, 0,
        "accepted typ values; by default JWT, at+jwt or none"),
    ROW("refuse_refresh",  ISSUER(token.refuse_refresh),        TEXT(set_bool),       "yes",                           0, 0,
        "refuse refresh, ID and other tokens that are not access tokens"),
    ROW("clock_skew",      ISSUER(token.claims.clock_skew),     TEXT(set_duration),   "30s",                           0, 3600,
        "tolerance on exp, nbf and iat"),
    ROW("max_lifetime",    ISSUER(token.claims.max_lifetime),   TEXT(set_duration),   "24h",                           0, 100 * YEAR,
        "longest exp - iat, or exp - now without iat; 0 = any"),
    ROW("max_age",         ISSUER(token.claims.max_age),        TEXT(set_duration),   "0",                             0, YEAR,
        "longest time since auth_time, or else iat; 0 = any"),
    ROW("user_claim",      ISSUER(token.claims.user_claim),     TEXT(set_claim_name), "sub",                           1, 256,
        "name or JSON pointer of the claim that holds the identity"),
    ROW("identity_case",   ISSUER(token.claims.lowers_identity), TEXT(set_case),       "keep",                         0, 0,
        "keep, or lower: the identity's ASCII letters are lower-cased first"),
    ROW("user_map",        SECTION(user_map),                   TEXT(set_path),       NULL,                            1, PATH_MAX,
        "file of lines IDENTITY LOCAL-USER; by default the identity is the account"),
    ROW("user_pattern",    ISSUER(account.user_pattern),        TEXT(set_pattern),    PATTERN_USUAL_NAME,              0, 0,
        "regular expression that the whole account name must match"),
    ROW("min_uid",         ISSUER(account.min_uid),             TEXT(set_uid),        "1000",                          0, UINT_MAX - 1.0,
        "refuse accounts with a lower uid"),
    ROW("allow_root",      ISSUER(account.allow_root),          TEXT(set_bool),       "no",                            0, 0,
        "let uid 0 log in"),
    ROW("allow_users",     ISSUER(account.allow_users),         LIST(set_allowed),    NULL,                            0, 0,
        "accounts that may log in, * for all; by default any"),
    ROW("allow_groups",    ISSUER(account.allow_groups),        LIST(set_allowed),    NULL,                            0, 0,
        "groups of which the account must be in one, * for all; by default any"),
    ROW("require",         ISSUER(token.claims.requirements),   LIST(set_requirement), NULL,                           0, 0,
        "a rule on a claim, repeatable: CLAIM = VALUE, != VALUE, has VALUE, any VALUE..., matches REGEX, exists"),
    ROW("services",        ISSUER(services),                    LIST(set_services),   NULL,                            0, 0,
        "PAM services this section is for; by default any that no other section names"),
    ROW("local_account",   ISSUER(account.is_foreign),          TEXT(set_local_account), "required",                   0, 0,
        "required, or none: the users of these services are not Unix accounts"),
    ROW("one_time",        ISSUER(replay.one_time),             TEXT(set_bool),       "no",                            0, 0,
        "each token logs in once per state; it needs a jti"),
    ROW("revocation",      ISSUER(replay.revocation),           TEXT(set_bool),       "no",                            0, 0,
        "ask the state whether a token was revoked, in auth and in the account phase"),
    ROW("state",           ISSUER(replay.store_uri.state),          TEXT(set_state),      "file:" STATEDIR,                1, PATH_MAX,
        "where used and revoked tokens are kept: file:DIR, redis[s]://HOST:PORT/DB, unix:PATH"),
    ROW("state_password_file", ISSUER(replay.store_uri.password_file), TEXT(set_path),    NULL,                            1, PATH_MAX,
        "file with the password of a Redis state"),
    ROW("state_ca_file",   ISSUER(replay.store_uri.ca_file),        TEXT(set_path),       NULL,                            1, PATH_MAX,
        "PEM certificates that rediss:// trusts; by default the system's"),
    ROW("state_client_file", ISSUER(replay.store_uri.client_file),  TEXT(set_path),       NULL,                            1, PATH_MAX,
        "PEM certificate and private key that rediss:// shows the server"),
    ROW("revocation_key",  ISSUER(replay.store_uri.revocation_key), TEXT(set_key_name),   "pam_jwt:revoked:%j",            1, 1024,
        "with a Redis state, the key that revokes a token by being there: %j jti, %i iss"),
    ROW("export_env",      ISSUER(exports),                     LIST(set_exports),    NULL,                            0, 0,
        "NAME=CLAIM ..., names such as JWT_GROUP, put into the session's environment"),
    ROW("session_limit",   ISSUER(session_limit),               TEXT(set_bool),       "no",                            0, 0,
        "end the session when the token expires, through pam_systemd"),
    ROW("prompt",          GLOBAL(prompt),                      TEXT(set_prompt),     PARTS_PROMPT_DEFAULT " ",                       1, 200,
        "the question asked; parts are asked for as Token (part 2):"),
    ROW("max_token_size",  GLOBAL(policy.token_size_max),       TEXT(set_size),       "16k",                           256, 19 * 1024,
        "longest token"),
    ROW("hostname",        GLOBAL(hostname),                    TEXT(set_hostname),   NULL,                            1, 255,
        "what %h gives, in lower case; by default the machine's name"),
    ROW("fail_delay",      GLOBAL(fail_delay),                  TEXT(set_duration),   "2s",                            0, 60,
        "how long a failure takes, at the least about half of it"),
    ROW("config",          ARGUMENT(path),                      TEXT(set_path),       CONFIG_PATH,                     1, PATH_MAX,
        "the configuration file"),
    ROW("use_first_pass",  ARGUMENT(use_first_pass),            TEXT(set_bool),       "no",                            0, 0,
        "take the token an earlier module asked for, never ask"),
    ROW("try_first_pass",  ARGUMENT(try_first_pass),            TEXT(set_bool),       "no",                            0, 0,
        "take the token an earlier module asked for, ask where there is not one"),
    ROW("user_from_token", ARGUMENT(user_from_token),           TEXT(set_bool),       "no",                            0, 0,
        "where no user is known, let the identity choose the account"),
    ROW("debug",           ARGUMENT(debug),                     TEXT(set_bool),       "no",                            0, 0,
        "log every check"),
};
/* clang-format on */

#define SETTING_COUNT (sizeof settings / sizeof settings[0])

/* config.c notes in one 64-bit number which settings were given. */
_Static_assert(SETTING_COUNT <= 64, "too many settings for one number");

const struct setting *
setting_at(size_t at)
{
    return at < SETTING_COUNT ? &settings[at] : NULL;
}

const struct setting *
setting_find(const char *name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (text_equal(settings[i].name, name))
            return &settings[i];
    return NULL;
}

bool
setting_repeats(const struct setting *setting)
{
    return setting->set_words == set_requirement;
}

static const char *
set_field(const struct setting *setting, void *field, const struct words *words)
{
    const char *text;

    if (words->count == 0)
        return "has no value";
    if (setting->set_words != NULL)
        return setting->set_words(setting, field, words);
    text = words_rest(words, 0);
    return text != NULL ? setting->set_text(setting, field, text)
                        : "has quotes around a part of its value (put all of "
                          "it in quotes)";
}

const char *
setting_set(const struct setting *setting, void *field, const char *text,
            enum words_form form)
{
    struct words words;
    const char *wrong = words_read(text, form, &words);

    if (wrong == NULL)
        wrong = set_field(setting, field, &words);
    words_done(&words);
    return wrong;
}
