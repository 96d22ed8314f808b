/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ISSUER_H
#define ISSUER_H

#include "account/account.h"
#include "keys/keyset.h"
#include "store/replay.h"
#include "token/token.h"

#include <stdbool.h>

/* The rules for the tokens of one issuer: one section of the file. */
struct issuer {
    char *name; /* of its section, NULL in a file without sections */
    struct strings services;     /* PAM services it is for; empty: any */
    struct strings key_files;    /* public keys; empty where there are ... */
    struct strings secret_files; /* ... shared secrets */
    enum secret_encoding secret_encoding;
    double key_age_max; /* seconds; 0: any */
    struct token_policy token;
    /* All names of its issuer, in order: see issuers_set_names(). */
    struct strings known_as;
    char *user_map; /* path; NULL: the identity is the account's name */
    struct account_policy account;
    struct replay_policy replay;
    struct strings exports; /* NAME=CLAIM */
    bool session_limit;     /* the session ends when the token does */
};

/* All rules of a host. */
struct policy {
    size_t token_size_max; /* bytes */
    struct issuer *issuers;
    size_t issuer_count;
};

#define ISSUER_WHAT_MAX 400

/* Names of one issuer at the most; a login asks the state for each of them. */
#define ISSUER_NAMES_MAX 16

/*
 * Fills `known_as` of all sections. The names in one list are one issuer's.
 * Sections whose lists share a name are for the same issuer, which has the
 * names of all of them, and so on from list to list: a token that was used or
 * revoked by one name is so by all. It stays empty in a section for any
 * issuer. False: out of memory.
 */
bool issuers_set_names(struct policy *policy)
    __attribute__((warn_unused_result));

/*
 * True if two sections are for the same issuer, by `known_as`; two for any
 * issuer are.
 */
bool issuer_is_same(const struct issuer *a, const struct issuer *b);

/* True if a token can be for both: an "iss" of both, or any for one of them. */
bool issuers_share_iss(const struct issuer *a, const struct issuer *b);

/*
 * True if the sections can be told apart by service and "iss", and whether each
 * of several says which accounts are its own (INTERFACE "Which section").
 * False: `ret_what` says what is wrong. Keys are not looked at.
 */
bool issuers_are_distinct(const struct policy *policy,
                          char ret_what[ISSUER_WHAT_MAX]);

/*
 * The name by which the sections for a service are chosen: its own where a
 * section has it in `services`, or else sudo for sudo-i and su for su-l where a
 * section has that. NULL: no section names it, those without `services` answer.
 */
const char *issuers_named_service(const struct policy *policy,
                                  const char *service);

/* True if the section answers for what issuers_named_service() returned. */
bool issuer_answers(const struct issuer *issuer, const char *named);

/* True if both are the same, or both sudo and sudo-i, or su and su-l. */
bool service_is_kin(const char *a, const char *b);

/*
 * The section for a token: those that name the service, or else those that
 * name the one it stands for, or else those that name none; among several, the
 * one that has the token's "iss" among its own. That is read
 * here before the signature holds, to choose keys and for nothing else. OK,
 * SERVICE_NOT_ALLOWED, UNKNOWN_ISSUER, MISSING_CLAIM, BAD_CLAIM, MALFORMED or
 * NO_MEMORY.
 */
enum reason issuer_choose(const struct policy *policy, const char *service,
                          const struct token *token,
                          const struct issuer **ret_issuer,
                          struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * Checks that the key which verified a token of `issuer` is in no section with
 * another "iss", which would take the token as well: OK, BAD_CONFIG or
 * NO_MEMORY. Reads those sections' files and builds none of their keys. Free of
 * cost with one "iss".
 */
enum reason issuer_check_key(const struct policy *policy,
                             const struct issuer *issuer, const struct key *key,
                             double now, struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * The same for all keys of all sections, each of which is built: for who
 * changes keys or configuration, not for a login. A key that cannot be used is
 * nobody's.
 */
enum reason issuers_check_keys(const struct policy *policy, double now,
                               struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * OK, or BAD_CONFIG where `algorithms` of a section names one that this host's
 * OpenSSL lacks. It is no part of reading the configuration, as only what knows
 * OpenSSL can tell.
 */
enum reason issuers_check_algorithms(const struct policy *policy,
                                     struct verdict *verdict)
    __attribute__((warn_unused_result));

/* Which of key_file and secret_file a section has, and the files. */
enum keyset_kind issuer_key_kind(const struct issuer *issuer);
const struct strings *issuer_key_paths(const struct issuer *issuer);

/* keyset_load() of a section's files, under its rules. */
enum reason issuer_load_keys(const struct issuer *issuer, time_t now,
                             struct keyset *ret_keys, struct strings *problems,
                             struct strings *notes)
    __attribute__((warn_unused_result));

/* Frees the sections, and leaves no section; a zeroed policy is allowed. */
void issuers_done(struct policy *policy);

#endif
