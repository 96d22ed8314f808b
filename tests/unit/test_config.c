/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include "base/pattern.h"
#include "base/text.h"
#include "support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    {"the old name", "key_encoding = hex\n" KEY, 0600, "is not a setting"},
    {"nothing", "", 0600,
     "secret_file (shared secrets) is required, neither is given"},
    {"unknown", KEY "isuer = x\n", 0600, ":2: \"isuer\" is not a setting"},
    {"not there", KEY "max_key_ages = 1d\n", 0600, "\"max_key_ages\" is no"},
    {"state relative", KEY "state = file:x\n", 0600, "an absolute path"},
    {"state other", KEY "state = http://x\n", 0600, "is not one of file:DIR"},
    {"state password", KEY "state = redis://a:b@h\n", 0600,
     "which belongs into state_password_file"},
    {"state port", KEY "state = redis://h:0\n", 0600, "invalid port"},
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
    {"case", "Key_file = /k\n", 0600, "\"Key_file\" is not a setting"},
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
     ":1: \"min_uid\" is not a uid"},
    {"two", TWO("issuer = a\n", "issuer = b\n"), 0600, NULL},
    {"two nobody",
     "[issuer a]\n" KEY "issuer = a\n[issuer b]\n" KEY "issuer = b\n", 0600,
     "[issuer a] needs user_map, allow_users or"},
    /* A word that is wrong is found in each place of a list. */
    {"none first", KEY "algorithms = none HS256 HS384\n", 0600, "not an alg"},
    {"none in the middle", KEY "algorithms = HS256 none HS384\n", 0600,
     "not an alg"},
    {"none last", KEY "algorithms = HS256 HS384 none\n", 0600, "not an alg"},
    {"variable first", KEY "export_env = X=a JWT_A=a JWT_B=b\n", 0600,
     "NAME=CLAIM"},
    {"variable in the middle", KEY "export_env = JWT_A=a X=a JWT_B=b\n", 0600,
     "NAME=CLAIM"},
    {"variable last", KEY "export_env = JWT_A=a JWT_B=b X=a\n", 0600,
     "NAME=CLAIM"},
    {"variables, the first two", KEY "export_env = JWT_A=a JWT_A=b JWT_B=c\n",
     0600, "gives a name twice"},
    {"variables, the last two", KEY "export_env = JWT_B=a JWT_A=b JWT_A=c\n",
     0600, "gives a name twice"},
    {"variables, the outer two", KEY "export_env = JWT_A=a JWT_B=b JWT_A=c\n",
     0600, "gives a name twice"},
    {"value first", KEY "require = a any %x b c\n", 0600, "% that is not"},
    {"value in the middle", KEY "require = a any b %x c\n", 0600,
     "% that is not"},
    {"value last", KEY "require = a any b c %x\n", 0600, "% that is not"},
    {"audience first", KEY "audience = %x a b\n", 0600, "% that is not"},
    {"audience in the middle", KEY "audience = a %x b\n", 0600,
     "% that is not"},
    {"audience last", KEY "audience = a b %x\n", 0600, "% that is not"},
    {"two, groups alone",
     "[issuer a]\n" KEY "issuer = a\nallow_groups = g\n"
     "[issuer b]\n" KEY "issuer = b\nallow_groups = h\n",
     0600, NULL},
    {"three, all that counts",
     "[issuer a]\n" KEY "issuer = a\nuser_map = /m\n"
     "[issuer b]\n" KEY "issuer = b\nallow_groups = h\n"
     "[issuer c]\n" KEY "issuer = c\nallow_users = u\n",
     0600, NULL},
    {"three, the first for anybody",
     "[issuer a]\n" KEY "issuer = a\n"
     "[issuer b]\n" KEY "issuer = b\nallow_groups = h\n"
     "[issuer c]\n" KEY "issuer = c\nallow_users = u\n",
     0600, "[issuer a] needs user_map, allow_users or"},
    {"three, the middle one for anybody",
     "[issuer a]\n" KEY "issuer = a\nuser_map = /m\n"
     "[issuer b]\n" KEY "issuer = b\n"
     "[issuer c]\n" KEY "issuer = c\nallow_users = u\n",
     0600, "[issuer b] needs user_map, allow_users or"},
    {"three, the last for anybody",
     "[issuer a]\n" KEY "issuer = a\nuser_map = /m\n"
     "[issuer b]\n" KEY "issuer = b\nallow_groups = h\n"
     "[issuer c]\n" KEY "issuer = c\n",
     0600, "[issuer c] needs user_map, allow_users or"},
    {"three, the first two alike",
     TWO("issuer = a\n", "issuer = a\n") "[issuer c]\n" KEY "issuer = c\n",
     0600, "[issuer a] and [issuer b] have the same issuer"},
    {"three, the last two alike",
     TWO("issuer = a\n", "issuer = c\n") "[issuer c]\n" KEY "issuer = c\n",
     0600, "[issuer b] and [issuer c] have the same issuer"},
    {"three, the outer two alike",
     TWO("issuer = a\n", "issuer = b\n") "[issuer c]\n" KEY "issuer = a\n",
     0600, "[issuer a] and [issuer c] have the same issuer"},
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
    {"rule operator", KEY "require = a == b\n", 0600, "is not one of CLAIM ="},
    {"rule without space", KEY "require = a=b\n", 0600,
     "is not one of CLAIM ="},
    {"rule without value", KEY "require = a has\n", 0600,
     "is not one of CLAIM"},
    {"rule with value", KEY "require = a exists b\n", 0600,
     "is not one of CLAIM"},
    {"rule template", KEY "require = a = %x\n", 0600, "% that is not one of"},
    {"rule pointer", KEY "require = /a~2 exists\n", 0600, "JSON pointer"},
    {"variable", KEY "export_env = JWT_A=a JWT_B_2=/b/c\n", 0600, NULL},
    {"variable other", KEY "export_env = LD_PRELOAD=a\n", 0600, "NAME=CLAIM"},
    {"variable prefix", KEY "export_env = JWT_=a\n", 0600, "NAME=CLAIM"},
    {"variable case", KEY "export_env = JWT_a=a\n", 0600, "NAME=CLAIM"},
    {"variable alone", KEY "export_env = JWT_A\n", 0600, "NAME=CLAIM"},
    {"variable of none", KEY "export_env = JWT_A=\n", 0600, "NAME=CLAIM"},
    {"variable twice", KEY "export_env = JWT_A=a JWT_A=b\n", 0600,
     "gives a name twice"},
    {"comment", KEY "issuer = a # b\n# c\n \t# d\n", 0600, NULL},
    {"comment key", KEY "issuer # = a\n", 0600,
     ":2: \"issuer #\" is not a setting"},
    {"comment value", KEY "issuer = # a\n", 0600, "\"issuer\" has no value"},
    {"comment section", "[issuer a] # b\n" KEY, 0600, NULL},
    {"section close", "[issuer a]# b\n" KEY, 0600, "is no [issuer NAME]"},
    {"quoted key", KEY "\"issuer\" = a\n", 0600, "is not a setting"},
    {"quoted part", KEY "prompt = My \"Token\"\n", 0600,
     "\"prompt\" has quotes around a part"},
    {"quoted operator", KEY "require = a \"=\" b\n", 0600,
     "is not one of CLAIM ="},
    {"quoted claim", KEY "require = \"a\" = \"c  d\" # e\n", 0600, NULL},
    {"quoted rule part", KEY "require = a = b \"c\"\n", 0600,
     "has quotes around"},
    {"quoted empty rule", KEY "require = a = \"\"\n", 0600, "an empty word"},
    {"comma", KEY "services = sshd,sudo\n", 0600, "\"services\" has a comma"},
    {"comma algorithm", KEY "algorithms = HS256, HS384\n", 0600, "has a comma"},
    {"service case", KEY "services = sshd Sudo\n", 0600,
     "list of PAM services"},
    {"service star", KEY "services = *\n", 0600, "list of PAM services"},
    {"service path", KEY "services = /etc/pam.d/sudo\n", 0600,
     "list of PAM services"},
    {"service phase", KEY "services = sudo:auth\n", 0600,
     "list of PAM services"},
    {"service joiner", KEY "services = sudo\xe2\x80\x8c\n", 0600,
     "\"services\""},
    {"service names", KEY "services = su-l polkit-1 systemd@x a.b_c\n", 0600,
     NULL},
    {"issuers", KEY "issuer = https://a b\n", 0600, NULL},
    {"issuers quoted", KEY "issuer = \"a b\" \"c\"\n", 0600, NULL},
    {"issuers twice", KEY "issuer = a b \"a\"\n", 0600,
     "\"issuer\" gives a name twice"},
    {"issuers empty", KEY "issuer = a \"\"\n", 0600, "\"issuer\""},
    {"issuers many", KEY "issuer = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n",
     0600, "\"issuer\" has more names than one issuer may have (16)"},
    {"issuers of sections",
     TWO("services = s\nissuer = 1 2 3 4 5 6 7 8 9\n",
         "services = t\nissuer = 9 10 11 12 13 14 15 16 17\n"),
     0600, "share a name of its issuer have more than 16 names"},
    {"local", KEY "local_account = no\n", 0600,
     "\"local_account\" is neither required nor none"},
    {"local required", KEY "local_account = required\n", 0600, NULL},
    {"local none",
     KEY "services = postgresql dovecot atlas sudoku\nlocal_account = none\n",
     0600, NULL},
    {"local everywhere", KEY "local_account = none\n", 0600,
     "local_account = none, which needs services"},
    {"local default",
     "local_account = none\n" TWO("services = s\n", "issuer = a\n"), 0600,
     "local_account = none in [issuer b], which needs services"},
    {"local groups",
     KEY "services = s\nlocal_account = none\nallow_groups = \"*\"\n", 0600,
     "local_account = none, and allow_groups is set"},
    {"two share one", TWO("issuer = a b\n", "issuer = c b\n"), 0600,
     "[issuer a] and [issuer b] have the same issuer for any service: b"},
    {"two share one apart",
     TWO("services = s\nissuer = a b\n", "services = t\nissuer = c b\n"), 0600,
     NULL},
    {"issuers comma", KEY "issuer = https://a,b\n", 0600, "has a comma"},
    {"issuer quoted", KEY "issuer = \"https://a, b\" # c\n", 0600, NULL},
    {"comma text", KEY "prompt = Token, please:\n", 0600, NULL},
    {"no-break space", KEY "allow_users = alice\xc2\xa0 # not bob\n", 0600,
     "\"allow_users\" has white space other than"},
    {"CR", "key_file = /k\r\n", 0600,
     ":1: \"key_file = /k\\x0d\" ends as on Windows"},
    {"control",
     KEY "issuer = a\x1b"
         "b\n",
     0600, ":2: \"issuer = a\\x1bb\" has a control byte"},
    {"BOM", "\xef\xbb\xbf" KEY, 0600, "has a byte order mark (BOM)"},
    {"BOM later", KEY "# \xef\xbb\xbf\n", 0600,
     ":2: \"# \\xef\\xbb\\xbf\" has a"},
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
    {"none", KEY "algorithms = HS256 none\n", 0600, "is not an algorithm"},
    {"template", KEY "audience = a%x\n", 0600, "% that is not one of"},
    {"pattern", KEY "user_pattern = [a-\n", 0600, "regular expression"},
    {"case other", KEY "identity_case = upper\n", 0600,
     "neither keep nor lower"},
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

/* Services whose users are Unix accounts; not one may be without accounts. */
Test(config, services_of_the_host_have_accounts)
{
    static const char *const services[] = {"sshd",
                                           "sshd-token",
                                           "login",
                                           "su",
                                           "su-l",
                                           "sudo",
                                           "sudo-i",
                                           "doas",
                                           "runuser",
                                           "runuser-l",
                                           "cron",
                                           "crond",
                                           "atd",
                                           "polkit-1",
                                           "gdm",
                                           "gdm-password",
                                           "gdm3",
                                           "lightdm",
                                           "lightdm-greeter",
                                           "sddm",
                                           "xdm",
                                           "kdm",
                                           "lxdm",
                                           "greetd",
                                           "cockpit",
                                           "systemd-user",
                                           "passwd",
                                           "chsh",
                                           "xscreensaver",
                                           "kde-fingerprint"};

    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        struct config config;
        char text[200];
        char *path;

        snprintf(text, sizeof text,
                 KEY "services = dovecot %s\nlocal_account = none\n",
                 services[i]);
        path = scratch_file("conf", text, strlen(text), 0600);
        cr_expect_not(config_read(path, 0, NULL, &config), "%s", services[i]);
        cr_expect(config.errors.count == 1 &&
                      strstr(config.errors.items[0], services[i]) != NULL,
                  "%s", services[i]);
        config_done(&config);
        free(path);
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
    {"identity_case", "lower", NULL},
    {"local_account", "none", "services = postgresql\n"},
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

/* True if the setting has the other value. */
static bool
is_other(const struct config *config, const char *name)
{
    const struct issuer *issuer = &config->policy.issuers[0];
    const struct claims_policy *claims = &issuer->token.claims;
    const struct store_uri *store_uri = &issuer->replay.store_uri;
    const bool as_wanted[] = {
        issuer->key_files.count == 1 &&
            text_equal(issuer->key_files.items[0], "/other"),
        issuer->secret_files.count == 1 &&
            text_equal(issuer->secret_files.items[0], "/other"),
        issuer->secret_encoding == SECRET_HEX,
        issuer->key_age_max == 86400,
        issuer->token.algorithms == (algorithm_bit(algorithm_find("ES256")) |
                                     algorithm_bit(algorithm_find("RS256"))),
        strings_have(&claims->issuers, "https://i"),
        claims->audience.count == 2 &&
            text_equal(claims->audience.items[1], "%%"),
        issuer->token.types.count == 1 &&
            text_equal(issuer->token.types.items[0], "at+jwt"),
        !issuer->token.refuse_refresh,
        claims->clock_skew == 60,
        claims->max_lifetime == 3600,
        claims->max_age == 300,
        text_equal(claims->user_claim, "/user/email"),
        claims->lowers_identity,
        issuer->account.is_foreign,
        text_equal(issuer->user_map, "/etc/map"),
        pattern_matches(issuer->account.user_pattern, "aa") &&
            !pattern_matches(issuer->account.user_pattern, "b"),
        issuer->account.min_uid == 500,
        issuer->account.allow_root,
        issuer->account.allow_users.names.count == 2 &&
            text_equal(issuer->account.allow_users.names.items[1], "bob"),
        issuer->account.allow_groups.names.count == 1 &&
            text_equal(issuer->account.allow_groups.names.items[0], "staff"),
        claims->requirements.count == 1 &&
            text_equal(claims->requirements.items[0].values.items[0], "b"),
        issuer->services.count == 2 &&
            text_equal(issuer->services.items[1], "sudo"),
        issuer->exports.count == 1 &&
            text_equal(issuer->exports.items[0], "JWT_A=a"),
        issuer->session_limit,
        text_equal(config->prompt, "JWT:"),
        config->policy.token_size_max == 8192,
        text_equal(config->hostname, "web1.example"),
        config->fail_delay == 0,
        issuer->replay.one_time,
        issuer->replay.revocation,
        text_equal(store_uri->state, "redis://h:1/2"),
        text_equal(store_uri->password_file, "/p"),
        text_equal(store_uri->ca_file, "/a"),
        text_equal(store_uri->client_file, "/c"),
        text_equal(store_uri->revocation_key, "%i:%j"),
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (text_equal(others[i].name, name))
            return as_wanted[i];
    return false;
}

/* The other value with quotes around it, or around each word of a list. */
static void
quote(const char *name, const char *other, const char *inside, char *into,
      size_t size)
{
    size_t used = 0;

    if (text_equal(name, "require"))
        snprintf(into, size, "a = \"b%s\"", inside);
    else if (setting_find(name)->set_text != NULL)
        snprintf(into, size, "\"%s%s\"", other, inside);
    else
        while (*other != '\0') {
            size_t length = strcspn(other, " ");

            used += (size_t)snprintf(into + used, size - used, "\"%.*s%s\" ",
                                     (int)length, other, inside);
            other += length + strspn(other + length, " ");
        }
}

enum wanted {
    AS_OTHER,   /* read, and it is the other value */
    NOT_OTHER,  /* read as another value, or refused as one */
    IS_REFUSED, /* with "quote" or "#" in the message */
};

/* Reads "NAME = TEXT" from a file and from the module line. */
static void
read_as(size_t at, const char *text, enum wanted wanted)
{
    const char *name = others[at].name;
    const char *with = others[at].with != NULL ? others[at].with : "";
    bool is_key =
        text_equal(name, "key_file") || text_equal(name, "secret_file");
    struct config config;
    char lines[512];
    char *path;
    bool valid;

    snprintf(lines, sizeof lines, "%s%s%s =%s\n", is_key ? "" : KEY, with, name,
             text);
    path = scratch_file("conf", lines, strlen(lines), 0600);
    valid = config_read(path, 0, NULL, &config);
    if (wanted == AS_OTHER)
        cr_expect(valid && is_other(&config, name), "%s: %s", lines,
                  valid ? "another value" : config.errors.items[0]);
    else if (wanted == NOT_OTHER)
        cr_expect(!valid || !is_other(&config, name), "%s", lines);
    else
        cr_expect(!valid && strstr(config.errors.items[0], name) != NULL &&
                      (strstr(config.errors.items[0], "quote") != NULL ||
                       strstr(config.errors.items[0], "#") != NULL),
                  "%s: %s", lines, valid ? "valid" : config.errors.items[0]);
    config_done(&config);
    free(path);
}

/*
 * Comments and quotes are the same for every setting: a remark behind a value
 * never adds to it, what is quoted counts whole, and what is neither refuses.
 */
Test(config, comments_and_quotes_are_read_alike_for_every_setting)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const char *other = others[i].other;
        char quoted[256];
        char text[600];

#define READ(wanted, ...)                         \
    do {                                          \
        snprintf(text, sizeof text, __VA_ARGS__); \
        read_as(i, text, wanted);                 \
    } while (0)
        READ(AS_OTHER, "%s", other);
        READ(AS_OTHER, " %s # not /this 1 yes", other);
        READ(AS_OTHER, " %s\t#not \"this", other);
        READ(AS_OTHER, " %s #", other);
        quote(others[i].name, other, "", quoted, sizeof quoted);
        READ(AS_OTHER, "%s", quoted);
        READ(AS_OTHER, " %s # not /this", quoted);
        quote(others[i].name, other, " # x", quoted, sizeof quoted);
        READ(NOT_OTHER, " %s", quoted);
        quote(others[i].name, other, "\"\"", quoted, sizeof quoted);
        READ(NOT_OTHER, " %s", quoted);
        READ(IS_REFUSED, " %s# not this", other);
        READ(IS_REFUSED, "# %s", other);
        READ(IS_REFUSED, " \"%s", other);
        READ(IS_REFUSED, " %s\"", other);
        READ(IS_REFUSED, " \"%s\"x", other);
        READ(IS_REFUSED, " \"%s\"\"", other);
        READ(IS_REFUSED, " %s \"\"", other);
        READ(IS_REFUSED, " \"\"%s", "");
#undef READ
    }
}

/* A quoted word is never a keyword; a comma never separates. */
Test(config, words_of_lists_are_names_when_they_are_quoted)
{
    static const struct {
        const char *line;
        bool all;
        size_t count;
        const char *first; /* NULL: refused */
    } cases[] = {
        {"allow_users = *", true, 1, "*"},
        {"allow_users = alice *", true, 2, "alice"},
        {"allow_users = \"*\"", false, 1, "*"},
        {"allow_users = alice \"*\" # *", false, 2, "alice"},
        {"allow_users = \"domain users\" ops", false, 2, "domain users"},
        {"allow_users = \"a,b\"", false, 1, "a,b"},
        {"allow_users = \"a\"\"b\" \"\\\"", false, 2, "a\"b"},
        {"allow_users = a,b", false, 0, NULL},
        {"allow_users = a, b", false, 0, NULL},
        {"allow_users = a , b", false, 0, NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config config;
        char text[200];
        char *path;
        bool valid;
        const struct allowed *allowed;

        snprintf(text, sizeof text, KEY "%s\n", cases[i].line);
        path = scratch_file("conf", text, strlen(text), 0600);
        valid = config_read(path, 0, NULL, &config);
        allowed = &config.policy.issuers[0].account.allow_users;
        cr_expect_eq(valid, cases[i].first != NULL, "%s", cases[i].line);
        if (cases[i].first != NULL) {
            cr_expect_eq(allowed_all(allowed), cases[i].all, "%s",
                         cases[i].line);
            cr_assert_eq(allowed->names.count, cases[i].count);
            cr_expect_str_eq(allowed->names.items[0], cases[i].first);
        }
        config_done(&config);
        free(path);
    }
}

Test(config, every_setting_is_read_from_file_and_line)
{
    size_t seen = 0;
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++) {
        const char *other = NULL;
        const char *with = "";
        bool is_key = text_equal(setting->name, "key_file") ||
                      text_equal(setting->name, "secret_file");
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

        snprintf(text, sizeof text, "%s%s%s = %s\n", is_key ? "" : KEY, with,
                 setting->name, other);
        path = scratch_file("conf", text, strlen(text), 0600);
        cr_expect(config_read(path, 0, NULL, &config), "%s", setting->name);
        cr_expect(is_other(&config, setting->name), "%s", setting->name);
        config_done(&config);
        free(path);

        /* The line wins over the file, which has the default. */
        snprintf(text, sizeof text, "%s%s%s%s%s\n", is_key ? "" : KEY, with,
                 setting->default_text != NULL || is_key ? setting->name : "",
                 setting->default_text != NULL || is_key ? " = " : "",
                 setting->default_text != NULL ? setting->default_text
                 : is_key                      ? "/k"
                                               : "");
        snprintf(argument, sizeof argument, "%s=%s", setting->name, other);
        path = scratch_file("conf", text, strlen(text), 0600);
        cr_expect_eq(config_read(path, 1, arguments, &config),
                     setting->scope == SCOPE_GLOBAL, "%s", setting->name);
        cr_expect_eq(is_other(&config, setting->name),
                     setting->scope == SCOPE_GLOBAL, "%s", setting->name);
        config_done(&config);
        cr_expect(config_try(path, 1, arguments, &config), "%s: %s",
                  setting->name,
                  config.errors.count > 0 ? config.errors.items[0] : "valid");
        cr_expect(is_other(&config, setting->name), "%s", setting->name);
        config_done(&config);
        free(path);
    }
    cr_expect_eq(seen, sizeof others / sizeof others[0]);
}

/* A module argument has no quotes and no comments: libpam took them off. */
Test(config, arguments_are_taken_as_they_stand)
{
    static const struct {
        const char *argument;
        const char *prompt; /* NULL: refused */
    } cases[] = {
        {"prompt=JWT:", "JWT:"},
        {"prompt=\"JWT:\"", "\"JWT:\""},
        {"prompt=My Token # 1: ", "My Token # 1:"},
        {"prompt=#", "#"},
        {"prompt=\"", "\""},
        {"prompt=", NULL},
        {"prompt=\r", NULL},
        {"prompt=\xef\xbb\xbf:", NULL},
    };
    char *path = scratch_file("conf", KEY, strlen(KEY), 0600);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config config;
        bool valid = config_read(path, 1, &cases[i].argument, &config);

        cr_expect_eq(valid, cases[i].prompt != NULL, "%s", cases[i].argument);
        if (valid)
            cr_expect_str_eq(config.prompt, cases[i].prompt);
        config_done(&config);
    }
    free(path);
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

#define SECTION(name) "[issuer " name "]\nissuer = " name "\n" KEY

/* Files of the folder beside a configuration, in the order they are written. */
static const struct {
    const char *name;
    const char *text;
    const char *parts[4][2]; /* name and text */
    unsigned folder_mode;
    unsigned part_mode;
    const char *wanted; /* the sections in order, or "!" and a mistake */
} folders[] = {
    {"no files", SECTION("a"), {{NULL, NULL}}, 0755, 0644, "a"},
    {"one file",
     "allow_users = x\n" SECTION("a"),
     {{"b.conf", SECTION("b")}},
     0755,
     0644,
     "a b"},
    {"order",
     "allow_users = x\n" SECTION("z"),
     {{"b.conf", SECTION("b")},
      {"B.conf", SECTION("c") SECTION("d")},
      {"10.conf", SECTION("e")},
      {"9.conf", SECTION("f")}},
     0700,
     0600,
     "z e f c d b"},
    {"other names",
     SECTION("a"),
     {{".b.conf", "x"},
      {"b.conf~", "x"},
      {"README", "x"},
      {"b.conf.dpkg-old", "x"}},
     0755,
     0644,
     "a"},
    {"only comments",
     SECTION("a"),
     {{"b.conf", "# none\n\n"}},
     0755,
     0644,
     "a"},
    {"no section",
     KEY,
     {{"b.conf", SECTION("b")}},
     0755,
     0644,
     "!: has no section, and there are files beside it"},
    {"no section, no key",
     "allow_users = x\n",
     {{"b.conf", SECTION("b")}},
     0755,
     0644,
     "!: has no section, and there are files beside it"},
    {"in front",
     SECTION("a"),
     {{"b.conf", "max_age = 5m\n" SECTION("b")}},
     0755,
     0644,
     "!b.conf:1: \"max_age\" stands before a section"},
    {"in front of none",
     SECTION("a"),
     {{"b.conf", "allow_root = yes\n"}},
     0755,
     0644,
     "!b.conf:1: \"allow_root\" stands before a section"},
    {"in front, the second",
     "allow_users = x\n" SECTION("a"),
     {{"b.conf", SECTION("b")}, {"c.conf", "allow_root = yes\n" SECTION("c")}},
     0755,
     0644,
     "!c.conf:1: \"allow_root\" stands before a section"},
    {"global",
     "allow_users = x\n" SECTION("a"),
     {{"b.conf", SECTION("b") "prompt = x\n"}},
     0755,
     0644,
     "!b.conf:4: \"prompt\" is for all issuers"},
    {"same name",
     "allow_users = x\n" SECTION("a"),
     {{"b.conf", SECTION("a")}},
     0755,
     0644,
     "!b.conf:1: \"a\" is the name of two sections"},
    {"same name in two",
     "allow_users = x\n" SECTION("a"),
     {{"b.conf", SECTION("b")}, {"c.conf", SECTION("b")}},
     0755,
     0644,
     "!c.conf:1: \"b\" is the name of two sections"},
    {"same issuer",
     "allow_users = x\n" SECTION("a"),
     {{"b.conf", "[issuer b]\nissuer = a\n" KEY}},
     0755,
     0644,
     "![issuer a] and [issuer b] have the same issuer"},
    {"unknown setting",
     "allow_users = x\n" SECTION("a"),
     {{"b.conf", SECTION("b") "x = y\n"}},
     0755,
     0644,
     "!b.conf:4: \"x\" is no"},
    {"a file that others write",
     SECTION("a"),
     {{"b.conf", "#\n"}},
     0755,
     0666,
     "!b.conf: group or others may write it"},
    {"a folder that others write",
     SECTION("a"),
     {{NULL, NULL}},
     0777,
     0644,
     "!.d: group or others may write it"},
};

Test(config, files_of_the_folder_add_sections)
{
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char name[16];
        char *path;
        struct config config;
        char folder[512];
        char got[512] = "";
        bool valid;

        snprintf(name, sizeof name, "conf%zu", i);
        path =
            scratch_file(name, folders[i].text, strlen(folders[i].text), 0600);
        snprintf(folder, sizeof folder, "%s.d", path);
        cr_assert(mkdir(folder, 0700) == 0);
        for (size_t j = 0; j < 4 && folders[i].parts[j][0] != NULL; j++) {
            char part[600];
            FILE *file;

            snprintf(part, sizeof part, "%s/%s", folder,
                     folders[i].parts[j][0]);
            file = fopen(part, "w");
            cr_assert(file != NULL && fputs(folders[i].parts[j][1], file) >= 0);
            cr_assert(fclose(file) == 0 &&
                      chmod(part, folders[i].part_mode) == 0);
        }
        cr_assert(chmod(folder, folders[i].folder_mode) == 0);
        valid = config_read(path, 0, NULL, &config);
        for (size_t j = 0; valid && j < config.policy.issuer_count; j++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s",
                     j > 0 ? " " : "", config.policy.issuers[j].name);
        if (folders[i].wanted[0] != '!')
            cr_expect_str_eq(got, folders[i].wanted, "%s: %s", folders[i].name,
                             valid ? "" : config.errors.items[0]);
        else
            cr_expect(!valid && strstr(config.errors.items[0],
                                       folders[i].wanted + 1) != NULL,
                      "%s: %s", folders[i].name,
                      valid ? "valid" : config.errors.items[0]);
        for (size_t j = 0; valid && j < config.policy.issuer_count; j++)
            cr_expect_eq(config.policy.issuers[j].account.allow_users.is_set,
                         strstr(folders[i].text, "allow_users") != NULL);
        config_done(&config);
        free(path);
    }
}

Test(config, a_folder_that_cannot_be_read_is_a_mistake)
{
    char *path = scratch_file("conf", KEY, strlen(KEY), 0600);
    char folder[512];
    struct config config;

    snprintf(folder, sizeof folder, "%s.d", path);
    cr_assert(symlink("/dev/null", folder) == 0);
    cr_expect_not(config_read(path, 0, NULL, &config));
    cr_expect_not_null(strstr(config.errors.items[0],
                              "conf.d: cannot open it: Not a directory"));
    config_done(&config);
    free(path);
}
