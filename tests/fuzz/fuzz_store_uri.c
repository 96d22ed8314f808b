/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "store/store_uri.h"

#include <stdlib.h>
#include <string.h>

/* What is taken apart has its parts, each of them safe to hand on. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *state = calloc(1, size + 1);
    struct address address;

    memcpy(state, data, size);
    if (store_uri_parse(state, &address) == NULL) {
        bool is_server =
            address.kind == STORE_URI_TCP || address.kind == STORE_URI_TLS;

        MUST((address.host[0] != '\0') == is_server);
        MUST((address.path[0] == '/') == !is_server);
        MUST((address.port[0] != '\0') == is_server);
        MUST(strpbrk(address.host, " /@\n%") == NULL);
        MUST(strstr(state, is_server ? address.host : address.path) != NULL);
    }
    free(state);
    return 0;
}
