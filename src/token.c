/* SPDX-License-Identifier: BSD-2-Clause */
#include "token.h"

#include "jsondoc.h"
#include "text.h"

#include <string.h>
#include <strings.h>

/*
 * The checks behind those of jws.c, in this order:
 * 1. "typ" MUST be one of token_types.
 * 2. "alg" MUST be one of the table, of the allow-list, and of a type that a
 *    configured key has.
 * 3. A configured key MUST fit; the header never brings one.
 * 4. The signature MUST verify with it.
 * 5. Only then the payload is parsed: it MUST be one JSON object.
 * 6. Its claims MUST be as claims.c has it.
 */

/* RFC 7515 section 4.1.9: "application/" may be left off, any case. */
static const char *
media_type(const char *text)
{
    static const char prefix[] = "application/";
    char head[sizeof prefix] = "";

    strncpy(head, text, sizeof prefix - 1);
    return text_equal_nocase(head, prefix) ? text + sizeof prefix - 1 : text;
}

static bool
is_accepted_type(const char *type, const struct strings *accepted)
{
    if (accepted->count == 0)
        return text_equal_nocase(media_type(type), "JWT") ||
               text_equal_nocase(media_type(type), "at+jwt");
    for (size_t i = 0; i < accepted->count; i++)
        if (text_equal_nocase(media_type(type), media_type(accepted->items[i])))
            return true;
    return false;
}

static enum reason
check_type(const struct jws *jws, const struct token_policy *policy,
           struct verdict *verdict)
{
    struct json_object *value;
    const char *type;

    verdict_check(verdict, "type", "token_types");
    if (!jsondoc_find(jws->header, "typ", &value))
        return policy->types.count == 0
                   ? REASON_OK
                   : verdict_refuse(verdict, REASON_WRONG_TYPE,
                                    "token has no typ, token_types wants one");
    if (!jsondoc_is_string(value, &type))
        return verdict_refuse(verdict, REASON_WRONG_TYPE, "typ is no string");
    if (is_accepted_type(type, &policy->types))
        return REASON_OK;
    return verdict_refuse(
        verdict, REASON_WRONG_TYPE, "token has typ=%s, token_types is %s%s",
        text_quote(type, strlen(type)).text,
        policy->types.count == 0 ? "JWT at+jwt"
                                 : text_bare(policy->types.items[0]).text,
        policy->types.count > 1 ? " or others" : "");
}

static enum reason
check_algorithm(const struct jws *jws, const struct token_policy *policy,
                const struct keyset *keys, const struct algorithm **ret_found,
                struct verdict *verdict)
{
    const struct algorithm *algorithm = algorithm_find(jws->algorithm);
    unsigned allowed = policy->algorithms;
    struct shown name = text_quote(jws->algorithm, strlen(jws->algorithm));

    verdict_check(verdict, "algorithm", "algorithms");
    if (algorithm == NULL)
        return verdict_refuse(verdict, REASON_ALGORITHM_NOT_ALLOWED,
                              "token has alg=%s, which is not known",
                              name.text);
    *ret_found = algorithm;
    if (allowed != 0 && (allowed & algorithm_bit(algorithm)) == 0)
        return verdict_refuse(verdict, REASON_ALGORITHM_NOT_ALLOWED,
                              "token has alg=%s, which algorithms does not "
                              "list",
                              name.text);
    if ((keyset_algorithms(keys, allowed) & algorithm_bit(algorithm)) == 0)
        return verdict_refuse(verdict, REASON_ALGORITHM_NOT_ALLOWED,
                              "token has alg=%s, for which no key of key_file "
                              "is meant%s",
                              name.text,
                              allowed == 0 ? " (algorithms is unset)" : "");
    return REASON_OK;
}

static enum reason
no_key(const struct jws *jws, struct keyset *keys, struct strings *problems,
       struct verdict *verdict)
{
    /* Keys of a set are built when wanted: is there a good one at all? */
    if (keyset_build_all(keys, problems) == 0)
        return verdict_refuse(verdict, REASON_KEY_UNAVAILABLE,
                              "no key of key_file is usable (pam-jwt check)");
    if (jws->kid == NULL)
        return verdict_refuse(verdict, REASON_UNKNOWN_KEY,
                              "token has alg=%s and no kid, and not exactly "
                              "one key fits",
                              jws->algorithm);
    return verdict_refuse(verdict, REASON_UNKNOWN_KEY,
                          "token has alg=%s kid=%s, which names no usable key",
                          jws->algorithm,
                          text_quote(jws->kid, strlen(jws->kid)).text);
}

/* A signature shorter than the key makes them was probably cut on the way. */
static void
note_short_signature(const struct jws *jws, const struct algorithm *algorithm,
                     const struct key *key, struct verdict *verdict)
{
    if (jws->signature_length < algorithm_signature_size(algorithm, key))
        verdict->torn = true;
}

static enum reason
check_signature(const struct jws *jws, const struct algorithm *algorithm,
                struct keyset *keys, struct strings *problems,
                struct verdict *verdict)
{
    const struct key *candidates[KEYSET_CANDIDATES_MAX];
    size_t count;

    verdict_check(verdict, "key", "key_file");
    count = keyset_candidates(keys, algorithm, jws->kid, candidates, problems);
    if (count == 0)
        return no_key(jws, keys, problems, verdict);

    verdict_check(verdict, "signature", "key_file");
    for (size_t i = 0; i < count; i++) {
        note_short_signature(jws, algorithm, candidates[i], verdict);
        if (algorithm_verify(algorithm, candidates[i], jws->signing_input,
                             jws->signing_length, jws->signature,
                             jws->signature_length) == ALGORITHM_RIGHT)
            return REASON_OK;
    }
    return verdict_refuse(verdict, REASON_BAD_SIGNATURE,
                          "alg=%s, %zu %s tried, signature of %zu bytes",
                          algorithm->name, count, count == 1 ? "key" : "keys",
                          jws->signature_length);
}

static enum reason
parse_payload(struct token *token, struct verdict *verdict)
{
    char what[JSONDOC_WHAT_MAX];
    enum reason reason;

    verdict_check(verdict, "payload", NULL);
    reason = jsondoc_parse(token->jws.payload, token->jws.payload_length,
                           &token->payload, what);
    if (reason == REASON_NO_MEMORY)
        return verdict_refuse(verdict, reason, "parsing the payload");
    if (reason != REASON_OK)
        return verdict_refuse(verdict, reason, "the payload: %s", what);
    return REASON_OK;
}

enum reason
token_verify(const char *text, size_t length, const struct token_policy *policy,
             struct keyset *keys, const struct template_facts *facts,
             double now, struct token *ret_token, struct strings *problems,
             struct verdict *verdict)
{
    const struct algorithm *algorithm = NULL;
    enum reason reason;

    *ret_token = (struct token){0};
    reason =
        jws_parse(text, length, policy->size_max, &ret_token->jws, verdict);
    if (reason == REASON_OK)
        reason = check_type(&ret_token->jws, policy, verdict);
    if (reason == REASON_OK)
        reason =
            check_algorithm(&ret_token->jws, policy, keys, &algorithm, verdict);
    if (reason == REASON_OK)
        reason = check_signature(&ret_token->jws, algorithm, keys, problems,
                                 verdict);
    if (reason == REASON_OK)
        reason = parse_payload(ret_token, verdict);
    if (reason == REASON_OK)
        reason = claims_check(ret_token->payload, &policy->claims, facts, now,
                              &ret_token->claims, verdict);
    return reason;
}

void
token_done(struct token *token)
{
    jsondoc_free(token->payload);
    jws_done(&token->jws);
    *token = (struct token){0};
}
