/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/signature.h"

#include "base/text.h"
#include "token/jws.h"
#include "json/document.h"

#include <string.h>

/*
 * The checks, in this order:
 * 1. "alg" MUST be one of the table, of the allow-list, and of a type that a
 *    configured key has.
 * 2. A configured key MUST fit; the header never brings one.
 * 3. The signature MUST verify with it.
 */

static struct shown
quote(const char *text)
{
    return text_quote(text, strlen(text));
}

static enum reason
check_algorithm(const struct jws *jws, unsigned allowed,
                const struct keyset *keys, const struct algorithm **ret_found,
                struct verdict *verdict)
{
    const struct algorithm *algorithm = algorithm_find(jws->algorithm);
    bool is_listed;

    verdict_check(verdict, "algorithm", "algorithms");
    if (algorithm == NULL)
        return verdict_refuse(verdict, REASON_ALGORITHM_NOT_ALLOWED,
                              "token has alg=%s, which is not known",
                              quote(jws->algorithm).text);
    *ret_found = algorithm;
    if (!algorithm_is_available(algorithm))
        return verdict_refuse(verdict, REASON_ALGORITHM_NOT_ALLOWED,
                              "token has alg=%s, which needs " ALGORITHM_NEEDS,
                              quote(algorithm->name).text);
    is_listed = algorithm_is_allowed(algorithm, allowed);
    if (allowed != 0 && !is_listed)
        return verdict_refuse(verdict, REASON_ALGORITHM_NOT_ALLOWED,
                              "token has alg=%s, which algorithms does not "
                              "list",
                              quote(algorithm->name).text);
    if (!is_listed || !keyset_fits(keys, algorithm))
        return verdict_refuse(verdict, REASON_ALGORITHM_NOT_ALLOWED,
                              "token has alg=%s, for which no key of %s is "
                              "meant%s",
                              quote(algorithm->name).text,
                              keyset_setting(keys->kind),
                              allowed == 0 ? " (algorithms is unset)" : "");
    return REASON_OK;
}

static enum reason
no_key(const struct jws *jws, struct keyset *keys, struct strings *problems,
       struct verdict *verdict)
{
    if (keyset_is_spent(keys, problems))
        return verdict_refuse(verdict, REASON_KEY_UNAVAILABLE,
                              "no key of %s is usable (pam-jwt check)",
                              keyset_setting(keys->kind));
    if (jws->kid == NULL)
        return verdict_refuse(verdict, REASON_UNKNOWN_KEY,
                              "token has alg=%s and no kid, and not exactly "
                              "one key fits",
                              jws->algorithm);
    return verdict_refuse(verdict, REASON_UNKNOWN_KEY,
                          "token has alg=%s kid=%s, which names no usable key",
                          jws->algorithm, quote(jws->kid).text);
}

/* A signature shorter than the key makes them was probably cut on the way. */
static void
note_short_signature(const struct jws *jws, const struct algorithm *algorithm,
                     const struct key *key, struct verdict *verdict)
{
    if (jws->signature_length < algorithm_signature_size(algorithm, key))
        verdict->truncated = true;
}

/* An ECDSA signature as X.509 has it: a SEQUENCE of two INTEGERs. */
static bool
is_der(const struct jws *jws, const struct algorithm *algorithm)
{
    const unsigned char *bytes = jws->signature;
    size_t length = jws->signature_length;
    size_t head;

    if (strncmp(algorithm->name, "ES", 2) != 0 || length < 8 ||
        bytes[0] != 0x30)
        return false;
    head = bytes[1] == 0x81 ? 3 : 2;
    return length == head + bytes[head - 1] && bytes[head] == 0x02;
}

/* Names the causes of a wrong signature that a token shows by itself. */
static const char *
signature_hint(const struct jws *jws, const struct algorithm *algorithm)
{
    static const char *const graph[] = {"nonce", NULL};

    if (is_der(jws, algorithm))
        return "; it is written in DER, and must be R and S (RFC 7518 section "
               "3.4)";
    if (jsondoc_has_any(jws->header, graph))
        return "; its header has a nonce, so only Microsoft Graph can verify "
               "it: have a token made for an application of your own";
    return "";
}

static enum reason
try_keys(const struct jws *jws, const struct algorithm *algorithm,
         struct keyset *keys, struct strings *problems, struct verdict *verdict)
{
    struct key *candidates[KEYSET_CANDIDATES_MAX];
    size_t count;
    bool failed = false;

    verdict_check(verdict, "key", keyset_setting(keys->kind));
    count = keyset_candidates(keys, algorithm, jws->kid, candidates, problems);
    if (count == 0)
        return no_key(jws, keys, problems, verdict);

    verdict_check(verdict, "signature", keyset_setting(keys->kind));
    for (size_t i = 0; i < count; i++) {
        enum algorithm_result result = algorithm_verify(
            algorithm, candidates[i], jws->signing_input, jws->signing_length,
            jws->signature, jws->signature_length);

        if (result == ALGORITHM_RIGHT) {
            keys->used = candidates[i];
            return REASON_OK;
        }
        if (result == ALGORITHM_FAILED)
            failed = true;
        note_short_signature(jws, algorithm, candidates[i], verdict);
    }
    if (failed)
        return verdict_refuse(verdict, REASON_KEY_UNAVAILABLE,
                              "OpenSSL could not use a key with alg=%s: out "
                              "of memory, or not allowed on this host",
                              algorithm->name);
    return verdict_refuse(verdict, REASON_BAD_SIGNATURE,
                          "alg=%s, %zu %s tried, signature of %zu bytes%s",
                          algorithm->name, count, count == 1 ? "key" : "keys",
                          jws->signature_length,
                          signature_hint(jws, algorithm));
}

enum reason
signature_check(const struct jws *jws, unsigned allowed, struct keyset *keys,
                struct strings *problems, struct verdict *verdict)
{
    const struct algorithm *algorithm = NULL;
    enum reason reason =
        check_algorithm(jws, allowed, keys, &algorithm, verdict);

    if (reason == REASON_OK)
        reason = try_keys(jws, algorithm, keys, problems, verdict);
    return reason;
}
