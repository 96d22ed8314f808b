/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REASON_H
#define REASON_H

/*
 * Every outcome there is, in one table: constant, stable name (log, command
 * line, tests; never renamed), sentence, PAM code, syslog level, and the exit
 * code of the command line. The last three are expanded only by the files
 * that know what they mean, so that no other file needs those headers.
 */
/* clang-format off */
#define REASON_TABLE(X) \
X(OK,                    "ok",                    "the token is accepted",                          PAM_SUCCESS,         LOG_INFO,   0) \
X(NO_TOKEN,              "no_token",              "there was nothing to look at",                   PAM_IGNORE,          LOG_DEBUG,  1) \
X(NOT_A_TOKEN,           "not_a_token",           "the answer is not a token",                         PAM_IGNORE,          LOG_DEBUG,  1) \
X(TOKEN_TOO_LARGE,       "token_too_large",       "the token is longer than max_token_size",        PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(TOKEN_CUT,             "token_cut",             "a program on the way cut the token",             PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(MALFORMED,             "malformed",             "the text is not a compact JSON Web Token",          PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(UNSUPPORTED_HEADER,    "unsupported_header",    "the header asks for what is not supported",      PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(ALGORITHM_NOT_ALLOWED, "algorithm_not_allowed", "the algorithm is not allowed",                   PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(UNKNOWN_ISSUER,        "unknown_issuer",        "the issuer is not configured",                   PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(UNKNOWN_KEY,           "unknown_key",           "no configured key fits the token",               PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(BAD_SIGNATURE,         "bad_signature",         "the signature does not verify",                  PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(MISSING_CLAIM,         "missing_claim",         "a required claim is absent",                     PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(BAD_CLAIM,             "bad_claim",             "a claim has the wrong type or range",            PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(EXPIRED,               "expired",               "the token has expired",                          PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(NOT_YET_VALID,         "not_yet_valid",         "the token is not valid yet",                     PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(ISSUED_IN_FUTURE,      "issued_in_future",      "the token was issued in the future",             PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(LIFETIME_TOO_LONG,     "lifetime_too_long",     "the token lives longer than max_lifetime",       PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(TOO_OLD,               "too_old",               "the person authenticated too long ago",          PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(WRONG_AUDIENCE,        "wrong_audience",        "the token is for another audience",              PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(WRONG_TYPE,            "wrong_type",            "the token is of another type",                   PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(REFRESH_TOKEN,         "refresh_token",         "the token is not an access token",               PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(REQUIREMENT_FAILED,    "requirement_failed",    "a required rule does not hold",                  PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(NO_MAPPING,            "no_mapping",            "no account is mapped to the identity",           PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(USER_MISMATCH,         "user_mismatch",         "the token belongs to another account",           PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(UNKNOWN_USER,          "unknown_user",          "there is no such account",                       PAM_USER_UNKNOWN,    LOG_NOTICE, 1) \
X(USER_NOT_ALLOWED,      "user_not_allowed",      "the account may not log in with a token",        PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(SERVICE_NOT_ALLOWED,   "service_not_allowed",   "no issuer is configured for this service",       PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(REVOKED,               "revoked",               "the token is revoked",                           PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(ALREADY_USED,          "already_used",          "the token was used before",                      PAM_AUTH_ERR,        LOG_NOTICE, 1) \
X(STATE_UNAVAILABLE,     "state_unavailable",     "what had to be asked did not answer",            PAM_AUTHINFO_UNAVAIL, LOG_ALERT, 4) \
X(BAD_CONFIG,            "bad_config",            "the configuration is invalid",                   PAM_AUTHINFO_UNAVAIL, LOG_ALERT, 3) \
X(KEY_UNAVAILABLE,       "key_unavailable",       "no usable key is left",                          PAM_AUTHINFO_UNAVAIL, LOG_ALERT, 3) \
X(CONVERSATION_FAILED,   "conversation_failed",   "the question could not be asked",                PAM_CONV_ERR,        LOG_ERR,    1) \
X(NO_MEMORY,             "no_memory",             "out of memory",                                  PAM_BUF_ERR,         LOG_CRIT,   1) \
X(NOT_CONFIRMED,         "not_confirmed",         "the token is bound to a key, not confirmed",     PAM_AUTH_ERR,        LOG_NOTICE, 1)
/* clang-format on */

/* A zeroed reason is not in the table: it is a refusal, never a yes. */
enum reason {
    REASON_UNDECIDED = 0,
#define X(id, name, text, pam, level, exit) REASON_##id,
    REASON_TABLE(X)
#undef X
    REASON_END
};

/* The stable name, such as "wrong_audience". Never NULL. */
const char *reason_name(enum reason reason);

/* The sentence, without a full stop. Never NULL. */
const char *reason_text(enum reason reason);

#endif
