/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "login/export.h"
#include "session/login_record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whatever is taken is a whole record, and says what it is made of. */
static void
judge(const char *text, const struct login_record *record)
{
    char *again = login_record_text(record);

    MUST(again != NULL && strcmp(again, text) == 0);
    MUST(record->service != NULL && record->user != NULL &&
         record->identity != NULL);
    MUST(record->expires >= 0 && record->ticket.until >= 0);
    MUST(!record->revocation || record->store_uri.state != NULL);
    MUST(isnan(record->ticket.issued) || record->ticket.issued >= 0);
    for (size_t i = 0; i < record->environment->count; i++)
        MUST(environment_is_safe(record->environment->items[i]));
    free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct login_record record;

    memcpy(text, data, size);
    if (login_record_parse(text, &record))
        judge(text, &record);
    login_record_done(&record);
    free(text);
    return 0;
}
