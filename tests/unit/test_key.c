/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/key.h"

#include "json/document.h"

#include <criterion/criterion.h>
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
        struct json_object *jwk = NULL;
        struct key key = {0};

        cr_assert_eq(jsondoc_parse(thumbprints[i].jwk,
                                   strlen(thumbprints[i].jwk), &jwk, what),
                     REASON_OK);
        cr_assert_eq(key_from_jwk(jwk, &key, what), KEY_GOOD, "%s", what);
        cr_assert_eq(key_build(&key, what), KEY_GOOD, "%s", what);
        cr_expect(key_thumbprint(&key, text));
        cr_expect_str_eq(text, thumbprints[i].thumbprint);
        key_done(&key);
        jsondoc_free(jwk);
    }
}
