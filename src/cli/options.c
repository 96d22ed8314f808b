/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include "base/text.h"
#include "cli/cli.h"
#include "config/config.h"

#include <string.h>

#define ROW(name, argument, kind, number, field, default_text, help)   \
    {                                                                  \
        name, argument, kind, number, offsetof(struct options, field), \
            default_text, help, 0                                      \
    }
#define FLAG(name, field, help) \
    ROW(name, NULL, VALUE_FLAG, OPTION_OPTIONAL, field, NULL, help)
#define END          \
    {                \
        .name = NULL \
    }

/* Rows that more than one command has. */
#define CONFIG                                                              \
    ROW("config", "FILE", VALUE_FILE, OPTION_OPTIONAL, config, CONFIG_PATH, \
        "the configuration")
#define JSON FLAG("json", json, "print one JSON text on one line")

/* clang-format off */
static const struct cli_option no_options[] = {END};

static const struct cli_option keygen_options[] = {
    ROW("alg", "ALG", VALUE_ALGORITHM, OPTION_OPTIONAL, algorithm, "HS256",
        "signature algorithm; HS256, HS384 and HS512 have a secret, the others a key pair"),
    ROW("curve", "CURVE", VALUE_CURVE, OPTION_OPTIONAL, curve, NULL,
        "curve of an EdDSA key; by default the first"),
    ROW("format", "FORMAT", VALUE_FORMAT, OPTION_OPTIONAL, is_jwk, "pem",
        "PEM and hexadecimal secrets, or a JSON Web Key"),
    ROW("kid", "ID", VALUE_TEXT, OPTION_OPTIONAL, kid, NULL,
        "key ID of a JWK, by default that of RFC 7638"),
    ROW("out", "FILE", VALUE_FILE, OPTION_OPTIONAL, path, NULL,
        "write a new file of mode 0600, and the public key to FILE.pub; by default print both"),
    JSON, END,
};

static const struct cli_option issue_options[] = {
    ROW("key", "FILE", VALUE_FILE, OPTION_REQUIRED, key_file, NULL,
        "the secret, private key or private JWK to sign with; its mode is 0600"),
    ROW("sub", "NAME", VALUE_USER, OPTION_REQUIRED, subject, NULL,
        "whom the token is for (sub)"),
    ROW("ttl", "DURATION", VALUE_DURATION, OPTION_OPTIONAL, lifetime, "5m",
        "how long the token is valid"),
    ROW("aud", "AUDIENCE", VALUE_TEXT, OPTION_OPTIONAL, audience, NULL,
        "where the token is good (aud), such as ssh://web1.example"),
    ROW("iss", "ISSUER", VALUE_TEXT, OPTION_OPTIONAL, issuer, NULL,
        "who issues it (iss)"),
    ROW("claim", "NAME=JSON", VALUE_CLAIM, OPTION_REPEATS, claims, NULL,
        "a claim more, or in place of one, such as 'role=\"admin\"'"),
    ROW("alg", "ALG", VALUE_ALGORITHM, OPTION_OPTIONAL, algorithm, NULL,
        "signature algorithm, by default the key's own"),
    ROW("kid", "ID", VALUE_TEXT, OPTION_OPTIONAL, kid, NULL,
        "key ID in the header, by default the key's own"),
    ROW("typ", "TYPE", VALUE_TEXT, OPTION_OPTIONAL, type, "JWT",
        "typ in the header"),
    ROW("secret-encoding", "ENCODING", VALUE_ENCODING, OPTION_OPTIONAL, encoding, "text",
        "how a secret is written in its file"),
    JSON, END,
};

static const struct cli_option verify_options[] = {
    CONFIG,
    ROW("service", "SERVICE", VALUE_TEXT, OPTION_OPTIONAL, service, NULL,
        "the PAM service that is logged in to, such as sshd"),
    ROW("user", "USER", VALUE_USER, OPTION_OPTIONAL, user, NULL,
        "the account that is asked for; by default the token says"),
    ROW("now", "TIME", VALUE_MOMENT, OPTION_OPTIONAL, now, NULL,
        "decide as at this time: seconds since 1970, or 2026-11-24T12:00:00Z"),
    FLAG("use", uses_up, "count a token of one_time as used"),
    FLAG("skip-account", skip_account, "leave out what the account database knows"),
    ROW("set", "KEY=VALUE", VALUE_SETTING, OPTION_REPEATS, settings, NULL,
        "try a setting, as an argument of the module would have it"),
    FLAG("insecure", insecure, "show the claims of a token that does not verify, too"),
    {"verbose", NULL, VALUE_FLAG, OPTION_OPTIONAL, offsetof(struct options, verbose), NULL,
        "show each check of an accepted token, too", 'v'},
    JSON, END,
};

static const struct cli_option json_option[] = {JSON, END};
static const struct cli_option config_option[] = {CONFIG, END};
static const struct cli_option config_json_options[] = {CONFIG, JSON, END};

static const struct cli_option check_options[] = {
    CONFIG,
    ROW("pam", "FOLDER", VALUE_FOLDER, OPTION_OPTIONAL, pam_folder, PAM_FOLDER,
        "the folder of PAM's services"),
    FLAG("strict", strict, "exit with 1 on a warning, too"),
    JSON, END,
};

static const struct cli_option fetch_options[] = {
    ROW("issuer", "URL", VALUE_TEXT, OPTION_CHOICE, issuer, NULL,
        "the issuer, whose OpenID discovery document names the key set"),
    ROW("url", "URL", VALUE_TEXT, OPTION_CHOICE, url, NULL,
        "where the key set is"),
    ROW("section", "NAME", VALUE_SECTION, OPTION_CHOICE, section, NULL,
        "the section of the configuration whose issuer it is"),
    ROW("out", "FILE", VALUE_FILE, OPTION_REQUIRED, path, NULL,
        "where to keep the key set"),
    ROW("ca", "FILE", VALUE_FILE, OPTION_OPTIONAL, ca_file, NULL,
        "PEM certificates to trust, by default the system's"),
    ROW("token-file", "FILE", VALUE_FILE, OPTION_OPTIONAL, token_file, NULL,
        "a bearer token for a server that wants one, in a file of mode 0600"),
    ROW("timeout", "DURATION", VALUE_TIMEOUT, OPTION_OPTIONAL, timeout, "30s",
        "how long all of it may take"),
    FLAG("force", force, "ask for the whole set, fresh or not"),
    CONFIG, JSON, END,
};

static const struct cli_option install_options[] = {
    ROW("to", "FILE", VALUE_FILE, OPTION_CHOICE, to, NULL,
        "the key_file to replace"),
    ROW("section", "NAME", VALUE_SECTION, OPTION_CHOICE, section, NULL,
        "the section whose only key_file is replaced"),
    CONFIG, JSON, END,
};

static const struct cli_option revoke_options[] = {
    ROW("jti", "ID", VALUE_TEXT, OPTION_CHOICE, token_id, NULL,
        "the token with this jti"),
    ROW("sub", "NAME", VALUE_USER, OPTION_CHOICE, subject, NULL,
        "every token with this sub"),
    ROW("all", NULL, VALUE_FLAG, OPTION_CHOICE, all, NULL,
        "every token"),
    ROW("iss", "ISSUER", VALUE_TEXT, OPTION_OPTIONAL, issuer, NULL,
        "only tokens of this issuer (iss)"),
    ROW("before", "TIME", VALUE_MOMENT, OPTION_OPTIONAL, before, NULL,
        "tokens issued until this time: now, 2026-11-24T12:00:00Z or seconds since 1970; "
        "by default now and the largest clock_skew"),
    CONFIG, END,
};

static const struct cli_command commands[] = {
    {"askpass", cli_askpass,
        "Answers a question of ssh or sudo with a piece of the caller's token.",
        "SSH_ASKPASS=/usr/bin/pam-jwt-askpass SSH_ASKPASS_REQUIRE=force ssh alice@web1.example",
        "PROMPT", false, no_options},
    {"keygen", cli_keygen,
        "Makes a secret or a key pair, and prints the settings that use it.",
        "pam-jwt keygen --alg EdDSA --out login.key",
        NULL, false, keygen_options},
    {"issue", cli_issue,
        "Signs a token and prints it.",
        "pam-jwt issue --key login.key --sub alice --aud ssh://web1.example",
        NULL, false, issue_options},
    {"verify", cli_verify,
        "Decides on the answer on standard input as the module would.",
        "pam-jwt verify --service sshd --user alice <login.token",
        "-", false, verify_options},
    {"inspect", cli_inspect,
        "Shows what the token on standard input says, unverified and without a configuration.",
        "pam-jwt inspect <login.token",
        "-", false, json_option},
    {"check", cli_check,
        "Finds what is wrong before a login is tried.",
        "pam-jwt check",
        NULL, false, check_options},
    {"jwks fetch", cli_jwks_fetch,
        "Gets the key set that an issuer publishes.",
        "pam-jwt jwks fetch --issuer https://login.example --out login.jwks",
        NULL, false, fetch_options},
    {"jwks install", cli_jwks_install,
        "Puts a key set in place after checking it again.",
        "pam-jwt jwks install login.jwks --to /etc/security/pam_jwt.jwks",
        "FILE", true, install_options},
    {"revoke", cli_revoke,
        "Revokes issued tokens.",
        "pam-jwt revoke --sub alice --before now",
        NULL, false, revoke_options},
    {"revoked", cli_revoked,
        "Lists the revocations.",
        "pam-jwt revoked",
        NULL, false, config_json_options},
    {"clean", cli_clean,
        "Removes from the state what has expired.",
        "pam-jwt clean",
        NULL, false, config_option},
    {"settings", cli_settings,
        "Prints the table of settings.",
        "pam-jwt settings",
        NULL, false, json_option},
};
/* clang-format on */

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

const struct cli_command *
command_at(size_t at)
{
    return at < COMMAND_COUNT ? &commands[at] : NULL;
}

/* Number of words that the command's name has; 0 if `words` begin otherwise. */
static int
words_of(const struct cli_command *command, int count, char *const *words)
{
    const char *second = strchr(command->name, ' ');
    size_t length = second != NULL ? (size_t)(second - command->name)
                                   : strlen(command->name);

    if (count < 1 || strlen(words[0]) != length ||
        strncmp(words[0], command->name, length) != 0)
        return 0;
    if (second == NULL)
        return 1;
    return count > 1 && text_equal(words[1], second + 1) ? 2 : 0;
}

const struct cli_command *
command_find(int count, char *const *words, int *ret_words)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        *ret_words = words_of(&commands[i], count, words);
        if (*ret_words > 0)
            return &commands[i];
    }
    return NULL;
}

const struct cli_option *
option_find(const struct cli_command *command, const char *name, size_t length)
{
    for (const struct cli_option *row = command->options; row->name; row++)
        if (strlen(row->name) == length &&
            strncmp(row->name, name, length) == 0)
            return row;
    return NULL;
}
