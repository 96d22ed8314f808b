/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEY_H
#define KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct algorithm;
struct evp_pkey_st;
struct jwk;

#define KEY_KID_MAX  256 /* bytes of a key ID, in a token and in a key */
#define KEY_WHAT_MAX 160 /* room for what is wrong with a key */

/* Bytes of a secret: the shortest that any algorithm allows. */
#define KEY_SECRET_MIN 32

/* RFC 7518 section 3.3 asks for 2048; above 8192 one login takes too long. */
#define KEY_RSA_BITS_MIN 2048
#define KEY_RSA_BITS_MAX 8192

/* The key's own type decides which algorithms it can ever be used with. */
enum key_type {
    KEY_SECRET = 1 << 0,
    KEY_RSA = 1 << 1,
    KEY_P256 = 1 << 2,
    KEY_P384 = 1 << 3,
    KEY_P521 = 1 << 4,
    KEY_ED25519 = 1 << 5,
    KEY_ED448 = 1 << 6,
    KEY_MLDSA44 = 1 << 7,
    KEY_MLDSA65 = 1 << 8,
    KEY_MLDSA87 = 1 << 9
};

/* The types of RFC 9964. */
#define KEY_MLDSA (KEY_MLDSA44 | KEY_MLDSA65 | KEY_MLDSA87)

/* Bytes of the largest coordinate, P-521's. */
#define KEY_CURVE_BYTES_MAX 66

/* Bytes of the largest public key that is one text, that of ML-DSA-87. */
#define KEY_RAW_MAX 2592

/* How a key type is written in a JWK (RFC 7518 section 6, RFC 8037, 9964). */
struct key_kind {
    enum key_type type;
    const char *kty;
    const char *crv;   /* the "alg" of kty "AKP"; NULL: the kind has none */
    size_t size;       /* bytes of a coordinate, or of an Edwards, ML-DSA key */
    const char *group; /* OpenSSL's name of the curve, or of the algorithm */
    const char *oid;   /* what names it in ASN.1: RFC 3279, 5480, 8410, 9881 */
};

/*
 * The kind of a type; of a JWK with "kty" and "crv", or "alg" where the kty has
 * no curves; of a dotted OID; NULL for none of ours.
 */
const struct key_kind *key_kind(enum key_type type);
const struct key_kind *key_kind_named(const char *kty, const char *crv,
                                      const char *alg);
const struct key_kind *key_kind_identified(const char *oid);

/*
 * One trusted key; it owns what it points to, but for what is borrowed. Of a
 * file with many keys only what is wanted is built.
 */
struct key {
    enum key_type type;
    unsigned char *secret;          /* of a KEY_SECRET, NULL until built */
    size_t secret_length;           /* known before */
    struct evp_pkey_st *public_key; /* of any other, NULL until built */
    /* Prepared contexts for the next use with the same algorithm, or NULL. */
    struct evp_mac_ctx_st *mac;     /* of a secret */
    struct evp_md_ctx_st *verifier; /* of any other */
    const struct algorithm *ready_for;
    const char *kid;              /* borrowed; NULL when it has none */
    char *own_kid;                /* what `kid` is where it is nobody else's */
    const struct algorithm *only; /* its JWK "alg", NULL for any */
    bool is_pss_only;             /* RSA of the OID id-RSASSA-PSS */
    const struct jwk *jwk;        /* to build it from: borrowed from its set, */
    unsigned char *der;           /* or a SubjectPublicKeyInfo ... */
    size_t der_length;
    bool is_pkcs1; /* ... or an RSAPublicKey ... */
    bool
        is_certificate; /* ... or a certificate, to be judged then, at `now`, */
    time_t now;
    size_t spki_at; /* in which the SubjectPublicKeyInfo is here */
    size_t spki_length;
    size_t number; /* which of its file's entries it is, from 1 */
    bool is_bad;   /* an entry that only makes its "kid" ambiguous */
};

/* A verdict about one key. */
enum key_result {
    KEY_BAD = 0, /* `what` says why; it belongs into the log */
    KEY_GOOD,
    KEY_FOREIGN, /* not meant for what we do; `what` says why, no mistake */
    KEY_PRIVATE, /* it holds a private key: the whole file is refused */
    KEY_NO_MEMORY
};

/* Puts `text` into `what`; returns `result`, for `return key_say`. */
enum key_result key_say(enum key_result result, char what[KEY_WHAT_MAX],
                        const char *text);

/*
 * A number of a key, big-endian and unsigned, or the bytes of a point; at least
 * one.
 */
struct key_number {
    const unsigned char *bytes;
    size_t length;
};

/*
 * OpenSSL keys of their numbers: from any of the formats, so that there is one
 * way to a key. A point is that of SEC 1 section 2.3.3, of RFC 8032, or the
 * public key of FIPS 204. NULL: they make none. key_from_public() looks at what
 * they are worth.
 */
struct evp_pkey_st *key_make_rsa(struct key_number modulus,
                                 struct key_number exponent);
struct evp_pkey_st *key_make_curve(const struct key_kind *kind,
                                   struct key_number point);

/* False where this host's OpenSSL is too old for keys of the kind. */
bool key_kind_is_available(const struct key_kind *kind);

/* The words for why none was made: `text`, or that OpenSSL is too old. */
enum key_result key_say_unmade(const struct key_kind *kind,
                               char what[KEY_WHAT_MAX], const char *text);

/*
 * Takes a copy of a shared secret. At least 32 bytes, the shortest that any
 * algorithm allows (RFC 7518 section 3.2), and not more than 7 NULs at the end,
 * which HMAC takes for padding. What else is not a secret is for
 * public_material_judge() to find.
 */
enum key_result key_from_secret(const unsigned char *secret, size_t length,
                                struct key *ret_key, char what[KEY_WHAT_MAX]);

/*
 * Adopts a public key that OpenSSL read: its type, the size and exponent of
 * RSA, the curve and point of EC, the order of an Edwards point. On anything
 * but KEY_GOOD the caller still owns `public_key`.
 */
enum key_result key_from_public(struct evp_pkey_st *public_key,
                                struct key *ret_key, char what[KEY_WHAT_MAX]);

/*
 * Reads the members of a JWK that choose keys (RFC 7517 section 4); it stays
 * unbuilt, so that in a large set only the one that is wanted costs anything. A
 * secret that is too short or too long is said at once. `jwk` must outlive the
 * key. On KEY_BAD `ret_key` is due for key_done() as well: it has `is_bad`, and
 * type (0 where there is no "kty"), "kid" and "alg" as far as they could be
 * read.
 */
enum key_result key_from_jwk(const struct jwk *jwk, struct key *ret_key,
                             char what[KEY_WHAT_MAX]);

/* True if nothing is left to build. */
bool key_is_built(const struct key *key);

/* Builds a key; a built one is KEY_GOOD at once. */
enum key_result key_build(struct key *key, char what[KEY_WHAT_MAX]);

/*
 * The part of it that makes a public key of a JWK's members. NULL: they make
 * none, and `what` says why.
 */
struct evp_pkey_st *key_jwk_public(const struct jwk *jwk,
                                   char what[KEY_WHAT_MAX]);

/* A copy of the bytes of a JWK's secret, judged: what key_build() makes. */
enum key_result key_jwk_secret(const struct jwk *jwk, struct key *ret_key,
                               char what[KEY_WHAT_MAX]);

/*
 * Reads one PEM block: SubjectPublicKeyInfo, PKCS #1 RSAPublicKey or an X.509
 * certificate. The key's type is known; it is not built, and only then must a
 * certificate be within its dates at `now` and meant for signatures.
 */
enum key_result key_from_pem(const char *text, size_t length, time_t now,
                             struct key *ret_key, char what[KEY_WHAT_MAX]);

/*
 * Reads base64 of the DER of one of these without the lines of PEM around it,
 * which is how some issuers show their keys; blanks and line ends in it do not
 * count, the padding may be left off. KEY_FOREIGN: it is not that.
 */
enum key_result key_from_bare(const char *text, size_t length, time_t now,
                              struct key *ret_key, char what[KEY_WHAT_MAX]);

/*
 * The required members of a key, built or not, as a JWK, in the canonical form
 * that RFC 7638 section 3 hashes: one object, names sorted, no white space.
 * NULL: out of memory, or its members make no key. The caller frees it, a
 * secret's with secret_free().
 */
char *key_canonical(const struct key *key);

/* base64url of a SHA-256, with its NUL. */
#define KEY_THUMBPRINT_SIZE 44

/* The JWK thumbprint of a key, built or not (RFC 7638). */
bool key_thumbprint(const struct key *key, char ret_text[KEY_THUMBPRINT_SIZE]);

/* True if there is anything to free: in a large set mostly not. */
static inline bool
key_owns(const struct key *key)
{
    return key->secret != NULL || key->public_key != NULL || key->der != NULL ||
           key->own_kid != NULL;
}

/* Wipes and frees; a zeroed key is allowed. */
void key_done(struct key *key);

#endif
