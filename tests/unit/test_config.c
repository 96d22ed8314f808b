/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "support.h"
#include "text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "key_file = /k\n"

/* Two sections that say which accounts are theirs. */
#define TWO(one, other) \
    "allow_users = alice\n[issuer a]\n" KEY one "[issuer b]\n" KEY other

static const struct {
    const char *name;
    const char *text;
    unsigned mode;
    const char *wanted; /* a part of the mistake, NULL: valid */
} rows[] = {
    {"smallest", KEY, 0600, NULL},
    {"readable", KEY, 0644, NULL},
    {"no final newline", "key_file = /k", 0600, NULL},
    {"comments and space", "# c = d\n\n \t\n  key_file=/a\t/b  \n", 0600, NULL},
    {"both kinds of keys", KEY "secret_file = /s\n", 0600,
     "\"key_file\" and secret_file are both given, exactly one"},
    {"secret as default", "secret_file = /s\n[issuer a]\n" KEY, 0600,
     ":1: \"secret_file\" belongs into a section"},
    {"both kinds in a section", "[issuer a]\n" KEY "secret_file = /s\n", 0600,
     "exactly one of them is wanted in [issuer a]"},
    {"the old name", "key_encoding = hex\n" KEY, 0600, "is no setting"},
    {"nothing", "", 0600, "secret_file (shared secrets) is required, neither is given"},
    {"unknown", KEY "isuer = x\n", 0600, ":2: \"isuer\" is no setting"},
    {"not there", KEY "max_key_ages = 1d\n", 0600, "\"max_key_ages\" is no"},
    {"state relative", KEY "state = file:x\n", 0600, "an absolute path"},
    {"state other", KEY "state = http://x\n", 0600, "is none of file:DIR"},
    {"state password", KEY "state = redis://a:b@h\n", 0600,
     "which belongs into state_password_file"},
    {"state port", KEY "state = redis://h:0\n", 0600, "has a port"},
    {"state database", KEY "state = redis://h/x\n", 0600, "has a database"},
    {"state host", KEY "state = redis://\n", 0600, "has no host"},
    {"state file password", KEY "state_password_file = /p\n", 0600,
     "state_password_file is for a Redis state"},
    {"state user", KEY "state = redis://u@h\n", 0600,
     "state names a user, who needs state_password_file"},
    {"state TLS", KEY "state = redis://h\nstate_ca_file = /p\n", 0600,
     "are for a state of rediss://"},
    {"revocation key", KEY "revocation_key = x\n", 0600, "needs %j"},
    {"revocation letters", KEY "revocation_key = %j%h\n", 0600, "needs %j"},
    {"case", "Key_file = /k\n", 0600, "\"Key_file\" is no setting"},
    {"twice", KEY KEY, 0600, ":2: \"key_file\" is given twice"},
    {"no value", KEY "issuer =\n", 0600, "\"issuer\" has no value"},
    {"no equals", KEY "issuer\n", 0600, ":2: \"issuer\" is no \"key = value\""},
    {"section", "[issuer a]\n" KEY, 0600, NULL},
    {"section key", KEY "[issuer a]\n", 0600,
     ":1: \"key_file\" belongs into a section"},
    {"section issuer", "issuer = i\n[issuer a]\n" KEY, 0600,
     ":1: \"issuer\" belongs into a section"},
    {"section map", "user_map = /m\n[issuer a]\n" KEY, 0600,
     ":1: \"user_map\" belongs into a section"},
    {"section no key", "[issuer a]\nissuer = i\n", 0600,
     "is required, neither is given in [issuer a]"},
    {"section global", "[issuer a]\n" KEY "prompt = P\n", 0600,
     ":3: \"prompt\" is for all issuers"},
    {"section other", KEY "[service a]\n", 0600, "is no [issuer NAME]"},
    {"section unnamed", KEY "[issuer ]\n", 0600, "is no [issuer NAME]"},
    {"section open", KEY "[issuer a\n", 0600, "is no [issuer NAME]"},
    {"section behind", KEY "[issuer a] x\n", 0600, "is no [issuer NAME]"},
    {"section letters", KEY "[issuer a/b]\n", 0600, "is no [issuer NAME]"},
    {"section twice", "[issuer a]\n" KEY "[issuer a]\n" KEY, 0600,
     ":3: \"a\" is the name of two sections"},
    {"section default", "min_uid = 5x\n[issuer a]\n" KEY, 0600,
     ":1: \"min_uid\" is no user number"},
    {"two", TWO("issuer = a\n", "issuer = b\n"), 0600, NULL},
    {"two nobody",
     "[issuer a]\n" KEY "issuer = a\n[issuer b]\n" KEY "issuer = b\n", 0600,
     "[issuer a] needs user_map, allow_users or"},
    {"two alike", TWO("issuer = a\n", "issuer = a\n"), 0600,
     "[issuer a] and [issuer b] have the same issuer for any service"},
    {"two without", TWO("issuer = a\n", ""), 0600,
     "are both for any service: each of them needs issuer"},
    {"two services", TWO("services = sshd\n", "services = sudo su\n"), 0600,
     NULL},
    {"two one service", TWO("services = sshd sudo\n", "services = su sudo\n"),
     0600, "are both for sudo: each of them needs issuer"},
    {"two, one named", TWO("services = sudo\n", ""), 0600, NULL},
    {"rule", KEY "require = a = b\nrequire = /c/d has e f\n", 0600, NULL},
    {"rule operator", KEY "require = a == b\n", 0600, "is none of CLAIM ="},
    {"rule without space", KEY "require = a=b\n", 0600, "is none of CLAIM ="},
    {"rule without value", KEY "require = a has\n", 0600, "is none of CLAIM"},
    {"rule with value", KEY "require = a exists b\n", 0600, "is none of CLAIM"},
    {"rule template", KEY "require = a = %x\n", 0600, "% that is none of"},
    {"rule pointer", KEY "require = /a~2 exists\n", 0600, "JSON pointer"},
    {"variable", KEY "export_env = JWT_A=a JWT_B_2=/b/c\n", 0600, NULL},
    {"variable other", KEY "export_env = LD_PRELOAD=a\n", 0600, "NAME=CLAIM"},
    {"variable prefix", KEY "export_env = JWT_=a\n", 0600, "NAME=CLAIM"},
    {"variable case", KEY "export_env = JWT_a=a\n", 0600, "NAME=CLAIM"},
    {"variable alone", KEY "export_env = JWT_A\n", 0600, "NAME=CLAIM"},
    {"variable of none", KEY "export_env = JWT_A=\n", 0600, "NAME=CLAIM"},
    {"variable twice", KEY "export_env = JWT_A=a JWT_A=b\n", 0600,
     "gives a name twice"},
    {"CR", "key_file = /k\r\n", 0600, ":1: the line ends as on Windows"},
    {"control",
     KEY "issuer = a\x1b"
         "b\n",
     0600, ":2: a control byte"},
    {"BOM", "\xef\xbb\xbf" KEY, 0600, "is no setting"},
    {"relative key", "key_file = k\n", 0600, "absolute paths"},
    {"argument", KEY "debug = yes\n", 0600, "is a module argument"},
    {"bool", KEY "allow_root = true\n", 0600, "neither yes nor no"},
    {"duration", KEY "clock_skew = 5x\n", 0600, "is not a duration"},
    {"negative", KEY "clock_skew = -5\n", 0600, "is not a duration"},
    {"fraction", KEY "clock_skew = 1.5\n", 0600, "is not a duration"},
    {"duration most", KEY "clock_skew = 1h\n", 0600, NULL},
    {"duration more", KEY "clock_skew = 3601\n", 0600, "out of range"},
    {"huge", KEY "max_lifetime = 9999999999999999\n", 0600, "is not a"},
    {"size least", KEY "max_token_size = 256\n", 0600, NULL},
    {"size less", KEY "max_token_size = 255\n", 0600, "out of range"},
    {"size most", KEY "max_token_size = 19k\n", 0600, NULL},
    {"size more", KEY "max_token_size = 19457\n", 0600, "out of range"},
    {"none", KEY "algorithms = HS256 none\n", 0600, "is no algorithm"},
    {"template", KEY "audience = a%x\n", 0600, "% that is none of"},
    {"pattern", KEY "user_pattern = [a-\n", 0600, "regular expression"},
    {"pointer", KEY "user_claim = /a~2\n", 0600, "JSON pointer"},
    {"group writes", KEY, 0620, "group or others may write it"},
    {"others write", KEY, 0602, "group or others may write it"},
};

Test(config, takes_what_is_right_and_names_what_is_wrong)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path = scratch_file("conf", rows[i].text, strlen(rows[i].text),
                                  rows[i].mode);
        struct config config;
        bool valid = config_read(path, 0, NULL, &config);
        const char *said =
            config.errors.count > 0 ? config.errors.items[0] : "";

        cr_expect_eq(valid, rows[i].wanted == NULL, "%s: %s", rows[i].name,
                     said);
        cr_expect_eq(config.is_mistaken, !valid, "%s", rows[i].name);
        if (rows[i].wanted != NULL)
            cr_expect(strstr(said, rows[i].wanted) != NULL &&
                          strncmp(said, path, strlen(path)) == 0,
                      "%s: %s", rows[i].name, said);
        config_done(&config);
        free(path);
    }
}

Test(config, a_file_that_is_none_is_a_mistake)
{
    static const char *const paths[] = {"/nonexistent/c", "/tmp", "/dev/null"};

    for (size_t i = 0; i < 3; i++) {
        struct config config;

        cr_expect_not(config_read(paths[i], 0, NULL, &config), "%s", paths[i]);
        config_done(&config);
    }
}

/* A value away from its default, and what wrong text looks like, by setting. */
static const struct {
    const char *name;
    const char *other;
    const char *with; /* a line without which it has no meaning */
} others[] = {
    {"key_file", "/other", NULL},
    {"secret_file", "/other", NULL},
    {"secret_encoding", "hex", NULL},
    {"max_key_age", "1d", NULL},
    {"algorithms", "ES256 RS256", NULL},
    {"issuer", "https://i", NULL},
    {"audience", "ssh://%h %%", NULL},
    {"token_types", "at+jwt", NULL},
    {"refuse_refresh", "no", NULL},
    {"clock_skew", "1m", NULL},
    {"max_lifetime", "1h", NULL},
    {"max_age", "5m", NULL},
    {"user_claim", "/user/email", NULL},
    {"user_map", "/etc/map", NULL},
    {"user_pattern", "a+", NULL},
    {"min_uid", "500", NULL},
    {"allow_root", "yes", NULL},
    {"allow_users", "alice bob", NULL},
    {"allow_groups", "staff", NULL},
    {"require", "a = b", NULL},
    {"services", "sshd sudo", NULL},
    {"export_env", "JWT_A=a", NULL},
    {"session_limit", "yes", NULL},
    {"prompt", "JWT:", NULL},
    {"max_token_size", "8k", NULL},
    {"hostname", "Web1.Example", NULL},
    {"fail_delay", "0", NULL},
    {"one_time", "yes", NULL},
    {"revocation", "yes", NULL},
    {"state", "redis://h:1/2", NULL},
    {"state_password_file", "/p", "state = redis://h\n"},
    {"state_ca_file", "/a", "state = rediss://h\n"},
    {"state_client_file", "/c", "state = rediss://h\n"},
    {"revocation_key", "%i:%j", NULL},
};

/* The bytes of all fields, to see that a setting changes something. */
static void
check_other(const struct config *config, const char *name, const char *how)
{
    const struct issuer *issuer = &config->policy.issuers[0];
    const struct claims_policy *claims = &issuer->token.claims;
    const struct place *place = &issuer->ledger.place;
    const bool as_wanted[] = {
        issuer->key_files.count == 1 &&
            text_equal(issuer->key_files.items[0], "/other"),
        issuer->secret_files.count == 1 &&
            text_equal(issuer->secret_files.items[0], "/other"),
        issuer->secret_encoding == SECRET_HEX,
        issuer->key_age_max == 86400,
        issuer->token.algorithms == (algorithm_bit(algorithm_find("ES256")) |
                                     algorithm_bit(algorithm_find("RS256"))),
        text_equal(claims->issuer, "https://i"),
        claims->audience.count == 2 &&
            text_equal(claims->audience.items[1], "%%"),
        issuer->token.types.count == 1,
        !issuer->token.refuse_refresh,
        claims->clock_skew == 60,
        claims->max_lifetime == 3600,
        claims->max_age == 300,
        text_equal(claims->user_claim, "/user/email"),
        text_equal(issuer->user_map, "/etc/map"),
        issuer->account.user_pattern != NULL,
        issuer->account.min_uid == 500,
        issuer->account.allow_root,
        issuer->account.allow_users.count == 2,
        issuer->account.allow_groups.count == 1,
        claims->requirements.count == 1,
        issuer->services.count == 2,
        issuer->exports.count == 1,
        issuer->session_limit,
        text_equal(config->prompt, "JWT:"),
        config->policy.token_size_max == 8192,
        text_equal(config->hostname, "web1.example"),
        config->fail_delay == 0,
        issuer->ledger.one_time,
        issuer->ledger.revocation,
        text_equal(place->state, "redis://h:1/2"),
        text_equal(place->password_file, "/p"),
        text_equal(place->ca_file, "/a"),
        text_equal(place->client_file, "/c"),
        text_equal(place->revocation_key, "%i:%j"),
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (text_equal(others[i].name, name))
            cr_expect(as_wanted[i], "%s by %s", name, how);
}

/* The line that a file needs beside this setting. */
static const char *
key_line(const struct setting *setting)
{
    return text_equal(setting->name, "key_file") ||
                   text_equal(setting->name, "secret_file")
               ? ""
               : KEY;
}

Test(config, every_setting_is_read_from_file_and_line)
{
    size_t seen = 0;
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++) {
        const char *other = NULL;
        const char *with = "";
        char text[256];
        char argument[256];
        const char *arguments[1] = {argument};
        struct config config;
        char *path;

        if (setting->scope == SCOPE_ARGUMENT)
            continue;
        for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
            if (text_equal(others[o].name, setting->name)) {
                other = others[o].other;
                with = others[o].with != NULL ? others[o].with : "";
            }
        cr_assert_not_null(other, "no other value of %s", setting->name);
        seen++;

        snprintf(text, sizeof text, "%s%s%s = %s\n",
                 key_line(setting), with, setting->name, other);
        path = scratch_file("conf", text, strlen(text), 0600);
        cr_expect(config_read(path, 0, NULL, &config), "%s", setting->name);
        check_other(&config, setting->name, "file");
        config_done(&config);
        free(path);

        /* The line wins over the file, which has the default. */
        snprintf(text, sizeof text, "%s%s = %s\n",
                 key_line(setting), setting->name,
                 setting->default_text != NULL ? setting->default_text : "/k");
        if (setting->default_text == NULL && *key_line(setting) != '\0')
            snprintf(text, sizeof text, KEY "%s", with);
        snprintf(argument, sizeof argument, "%s=%s", setting->name, other);
        path = scratch_file("conf", text, strlen(text), 0600);
        cr_expect(config_read(path, 1, arguments, &config), "%s",
                  setting->name);
        check_other(&config, setting->name, "argument");
        config_done(&config);
        free(path);
    }
    cr_expect_eq(seen, sizeof others / sizeof others[0]);
}

Test(config, arguments_are_as_strict_as_the_file)
{
    static const struct {
        const char *arguments[2];
        bool wanted;
    } cases[] = {
        {{"debug", "use_first_pass"}, true},
        {{"user_from_token=yes", "try_first_pass"}, true},
        {{"debug", "debug"}, false},
        {{"debug", "degub"}, false},
        {{"debug", "prompt"}, false},
        {{"debug", "config=relative"}, false},
        {{"debug", "fail_delay=\x01"}, false},
    };
    char *path = scratch_file("conf", KEY, strlen(KEY), 0600);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config config;

        cr_expect_eq(config_read(path, 2, cases[i].arguments, &config),
                     cases[i].wanted, "%s %s", cases[i].arguments[0],
                     cases[i].arguments[1]);
        config_done(&config);
    }
    free(path);
}
