/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "keys/jwk.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* RFC 7638 section 3.1 and RFC 8037 appendix A.3. */
static const struct {
    const char *jwk;
    const char *thumbprint;
} thumbprints[] = {
    {"{\"kty\":\"RSA\",\"n\":"
     "\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78Lh"
     "Wx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ"
     "_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicA"
     "taSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4v"
     "MQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKn"
     "qDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
     "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
     "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
};

Test(key, thumbprints_are_those_of_the_rfcs)
{
    for (size_t i = 0; i < sizeof thumbprints / sizeof thumbprints[0]; i++) {
        char what[KEY_WHAT_MAX] = "";
        char text[KEY_THUMBPRINT_SIZE] = "";
        char *copy = strdup(thumbprints[i].jwk);
        struct jsontext json = {0};
        struct jwk jwk;
        struct key key = {0};

        cr_assert_eq(jsontext_read(copy, strlen(copy), SIZE_MAX, &json, what),
                     REASON_OK);
        jwk_read(&json, jsontext_root(&json), &jwk);
        cr_assert_eq(key_from_jwk(&jwk, &key, what), KEY_GOOD, "%s", what);
        /* Before it is built, and after. */
        cr_expect(key_thumbprint(&key, text));
        cr_expect_str_eq(text, thumbprints[i].thumbprint);
        cr_assert_eq(key_build(&key, what), KEY_GOOD, "%s", what);
        cr_expect(key_thumbprint(&key, text));
        cr_expect_str_eq(text, thumbprints[i].thumbprint);
        key_done(&key);
        jsontext_done(&json);
        free(copy);
    }
}

/* RFC 9964 appendix A.1: the key that 32 zeros make. */
#define MLDSA_PUB                                                            \
    "unH59k4RuutY-pxvu24U5h8YZD2rSVtHU5qRZsoBmBMcRPgmu9VuNOVdteXi1zNIXjnqJg" \
    "_GAAxepLqA00Vc3lO0bzRIKu39VFD8Lhuk8l0V-cFEJC-zm7UihxiQMMUEmOFxe3x1ixkK" \
    "Z0jqmqP3rKryx8tSbtcXyfea64QhT6XNje2SoMP6FViBDxLHBQo2dwjRls0k5a-XSQSu2O" \
    "TOiHLoaWsLe8pQ5FLNfTDqmkrawDEdZyxr3oSWJAsHQxRjcIiVzZuvwxYy1zl2STiP2vy_" \
    "fTBaPemkleynQzqPg7oPCyXEE8bjnJbrfWkbNNN8438e6tHPIX4l7zTuzz98YPhLjt_d6E" \
    "BdT4MldsYe-Y4KLyjaGHcAlTkk9oa5RhRwW89T0z_t1DSO3dvfKLUGXh8gd1BD6Fz5Mfgp" \
    "F5NjoafnQEqDjsAAhrCXY4b-Y3yYJEdX4_dp3dRGdHG_rWcPmgX4JG7lCnser4f8QGnDri" \
    "qiAzJYEXeS8LzUngg_0bx0lqv_KcyU5IaLISFO0xZSU5mmEPvdSoDnyAcV8pV44qhLtAvd" \
    "29n0ehG259oRihtljTWeiu9V60a1N2tbZVl5mEqSK-6_xZvNYA1TCdzNctvweH24unV7U3" \
    "wer9XA9Q6kvJWDVJ4oKaQsKMrCSMlteBJMRxWbGK7ddUq6F7GdQw-3j2M-qdJvVKm9UPjY" \
    "9rc1lPgol25-oJxTu7nxGlbJUH-4m5pevAN6NyZ6lfhbjWTKlxkrEKZvQXs_Yf6cpXEwpI" \
    "_ZJeriq1UC1XHIpRkDwdOY9MH3an4RdDl2r9vGl_IwlKPNdh_5aF3jLgn7PCit1FNJAwC8" \
    "fIncAXgAlgcXIpRXdfJk4bBiO89GGccSyDh2EgXYdpG3XvNgGWy7npuSoNTE7WIyblAk13" \
    "UQuO4sdCbMIuriCdyfE73mvwj15xgb07RZRQtFGlFTmnFcIdZ90zDrWXDbANntv7KCKwNv" \
    "oTuv64bY3HiGbj-NQ-U9eMylWVpvr4hrXcES8c9K3PqHWADZC0iIOvlzFv4VBoc_wVflcO" \
    "rL_SIoaNFCNBAZZq-2v5lAgpJTqVOtqJ_HVraoSfcKy5g45p-qULunXj6Jwq21fobQiKub" \
    "BKKOZwcJFyJD7F4ACKXOrz-HIvSHMCWW_9dVrRuCpJw0s0aVFbRqopDNhu446nqb4_EDYQ" \
    "M1tTHMozPd_jKxRRD0sH75X8ZoToxFSpLBDbtdWcenxj-zBf6IGWfZnmaetjKEBYJWC7QD" \
    "Qx1A91pJVJCEgieCkoIfTqkeQuePpIyu48g2FG3P1zjRF-kumhUTfSjo5qS0YiZQy0E1BM" \
    "s6M11EvuxXRsHClLHoy5nLYI2Sj4zjVjYyxSHyPRPGGo9hwB34yWxzYNtPPGiqXS_dNCpi" \
    "_zRZwRY4lCGrQ-hYTEWIK1Dm5OlttvC4_eiQ1dv63NiGkLRJ5kJA3bICN0fzCDY-MBqnd1" \
    "cWn8YVBijVkgtaoascjL9EywDgJdeHnXK0eeOvUxHHhXJVkNqcibn8O4RQdpVU60TSA-ui" \
    "u675ytIjcBHC6kTv8A8pmkj_4oypPd-F92YIJC741swkYQoeIHj8rE-ThcMUkF7KqC5VOR" \
    "bZTRp8HsZSqgiJcIPaouuxd1-8Rxrid3fXkE6p8bkrysPYoxWEJgh7ZFsRCPDWX-yTeJwF" \
    "N0PKFP1j0F6YtlLfK5wv-c4F8ZQHA_-yc_gODicy7KmWDZgbTP07e7gEWzw4MFRrndjbDQ"

/* Read, and not built: that needs OpenSSL 3.5. */
Test(key, the_thumbprint_of_ml_dsa_is_that_of_rfc_9964)
{
    char text[] = "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\","
                  "\"kid\":\"k\",\"pub\":\"" MLDSA_PUB "\"}";
    char what[KEY_WHAT_MAX] = "";
    char print[KEY_THUMBPRINT_SIZE] = "";
    struct jsontext json = {0};
    struct jwk jwk;
    struct key key = {0};

    cr_assert_eq(jsontext_read(text, strlen(text), SIZE_MAX, &json, what),
                 REASON_OK);
    jwk_read(&json, jsontext_root(&json), &jwk);
    cr_assert_eq(key_from_jwk(&jwk, &key, what), KEY_GOOD, "%s", what);
    cr_expect_eq(key.type, KEY_MLDSA44);
    cr_expect(key_thumbprint(&key, print));
    cr_expect_str_eq(print, "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o");
    if (key_build(&key, what) == KEY_GOOD) {
        memset(print, 0, sizeof print);
        cr_expect(key_thumbprint(&key, print));
        cr_expect_str_eq(print, "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o");
    } else {
        cr_expect(strstr(what, "ML-DSA-44 needs OpenSSL 3.5") != NULL, "%s",
                  what);
    }
    key_done(&key);
    jsontext_done(&json);
}
