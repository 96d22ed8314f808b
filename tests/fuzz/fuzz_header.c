/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/base64.h"
#include "keys/key.h"
#include "token/jws.h"
#include "json/document.h"

#include <string.h>

/* A header that is taken has an "alg", a short "kid", and asks for nothing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const unwanted[] = {"crit", "enc", "zip"};
    struct verdict verdict = {0};
    struct json_object *value;
    struct jws jws = {0};
    char *head = base64url_text(data, size);
    char *token = NULL;
    int length = asprintf(&token, "%s.e30.AAAA", head);

    if (jws_parse(token, (size_t)length, 16384, &jws, &verdict) == REASON_OK) {
        MUST(jws.algorithm != NULL && jws.header != NULL);
        MUST(jws.kid == NULL || strlen(jws.kid) <= KEY_KID_MAX);
        MUST(jws.payload_length == 2 && jws.signature_length == 3);
        for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++)
            MUST(!jsondoc_find(jws.header, unwanted[i], &value));
    } else
        MUST(verdict.reason != REASON_OK);
    jws_done(&jws);
    free(head);
    free(token);
    return 0;
}
