/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys/public_bytes.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The shortest key, that of Ed25519 (RFC 8410 section 4), has 44 bytes. */
#define DER_LENGTH_MIN 40

/* A certificate has at most eight levels. */
#define DER_DEPTH_MAX 16

/* Bytes of the line ends that are looked behind. */
#define LINE_END_MAX 4

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* Bytes that stand in public keys, and what they are part of. */
struct mark {
    const char *bytes;
    size_t length;
    const char *name;
};

#define MARK(text, name)             \
    {                                \
        text, sizeof(text) - 1, name \
    }

static const char der_name[] = "a DER key or certificate";
static const char ssh_name[] = "an SSH key";
static const char pem_name[] = "a PEM file";
static const char jwk_name[] = "a JWK or JWK Set";

static const struct mark marks[] = {
    MARK("\x2a\x86\x48\x86\xf7\x0d\x01", der_name), /* PKCS: RFC 8017 A.1 */
    MARK("\x06\x07\x2a\x86\x48\xce\x3d", der_name), /* ECC: RFC 5480 2.1.1 */
    MARK("\x06\x08\x2a\x86\x48\xce\x3d", der_name),
    MARK("\x06\x05\x2b\x81\x04\x00", der_name),
    MARK("\x30\x05\x06\x03\x2b\x65", der_name), /* Edwards: RFC 8410 3 */
    MARK("\x06\x09\x60\x86\x48\x01\x65\x03\x04", der_name), /* ML-DSA */
    MARK("ssh-rsa", ssh_name),
    MARK("ssh-dss", ssh_name),
    MARK("ssh-ed25519", ssh_name),
    MARK("ssh-ed448", ssh_name),
    MARK("ecdsa-sha2-", ssh_name),
    MARK("sk-ecdsa-", ssh_name),
    MARK("-----BEGIN", pem_name),
    MARK("-----END", pem_name),
    MARK("BEGIN PUBLIC KEY", pem_name),
    MARK("END PUBLIC KEY", pem_name),
    MARK("END RSA PUBLIC", pem_name),
    MARK("END CERTIFICATE", pem_name),
    MARK("END SSH2 PUBLIC", ssh_name),
    MARK("BEGIN RSA PUBLIC", pem_name),
    MARK("BEGIN CERTIFICATE", pem_name),
    MARK("BEGIN SSH2 PUBLIC", ssh_name),
    MARK("PuTTY-User-Key-File", ssh_name),
    MARK("untrusted comment:", "a minisign or signify key"),
    MARK("RSAKeyValue", "an XML key"),
    MARK("\"kty\"", jwk_name),
    MARK("\"keys\"", jwk_name),
    MARK("'kty'", jwk_name),
    MARK("'keys'", jwk_name),
    MARK("\xfe\xed\xfe\xed\x00\x00\x00\x02", "a Java key store"),
    MARK("BZh91AY&SY", "a compressed file"),
};

/* True where a mark may begin; most bytes are passed over by this alone. */
static const bool begins_mark[256] = {
    [0xfe] = true, [0x06] = true, [0x2a] = true, [0x30] = true, ['"'] = true,
    ['\''] = true, ['-'] = true,  ['B'] = true,  ['E'] = true,  ['P'] = true,
    ['R'] = true,  ['e'] = true,  ['s'] = true,  ['u'] = true,
};

/*
 * True for the beginning of an RSAPublicKey (RFC 8017 appendix A.1.1), which
 * may be cut off behind it: two lengths that agree, and a modulus that begins
 * with 00 and a byte from 80. These are some 50 fixed bits, of a key of 1024
 * bits 46.
 */
static bool
begins_rsa(const unsigned char *bytes, size_t length)
{
    size_t octets = length > 1 && bytes[1] == 0x81 ? 1 : 2;
    const unsigned char *inner = bytes + 2 + octets;
    size_t whole = 0;
    size_t modulus = 0;

    if (length < 6 + 2 * octets || bytes[0] != 0x30 ||
        bytes[1] != 0x80 + octets || inner[0] != 0x02 ||
        inner[1] != 0x80 + octets || inner[2 + octets] != 0 ||
        inner[3 + octets] < 0x80)
        return false;
    for (size_t i = 0; i < octets; i++) {
        whole = whole << 8 | bytes[2 + i];
        modulus = modulus << 8 | inner[2 + i];
    }
    return whole >= modulus + octets + 5 && whole <= modulus + octets + 12;
}

const char *
public_bytes_mark(const unsigned char *bytes, size_t length)
{
    for (size_t at = 0; at < length; at++) {
        if (begins_rsa(bytes + at, length - at))
            return der_name;
        for (size_t i = 0; begins_mark[bytes[at]] && i < COUNT(marks); i++)
            if (bytes[at] == (unsigned char)marks[i].bytes[0] &&
                length - at >= marks[i].length &&
                memcmp(bytes + at, marks[i].bytes, marks[i].length) == 0)
                return marks[i].name;
    }
    return NULL;
}

/* The identifier and length octets of X.690 section 8.1; `at` moves on. */
static bool
read_der_head(const unsigned char **at, const unsigned char *end,
              unsigned char *ret_tag, size_t *ret_size)
{
    size_t count;

    if (end - *at < 2)
        return false;
    *ret_tag = *(*at)++;
    *ret_size = *(*at)++;
    if (*ret_size >= 0x80) {
        count = *ret_size & 0x7f;
        if (count == 0 || count > 3 || (size_t)(end - *at) < count)
            return false;
        for (*ret_size = 0; count > 0; count--)
            *ret_size = *ret_size << 8 | *(*at)++;
    }
    return *ret_size <= (size_t)(end - *at);
}

/* True if the content can be of this type, which has no parts. */
static bool
is_der_value(unsigned char tag, const unsigned char *content, size_t size)
{
    switch (tag) {
    case 0x01: /* BOOLEAN */
        return size == 1;
    case 0x02: /* INTEGER */
    case 0x0a: /* ENUMERATED */
        return size > 0;
    case 0x03: /* BIT STRING */
        return size > 0 && content[0] <= 7;
    case 0x05: /* NULL */
        return size == 0;
    case 0x06: /* OBJECT IDENTIFIER */
        return size > 0 && content[size - 1] < 0x80;
    case 0x04: /* OCTET STRING */
    case 0x0c: /* strings and times */
    case 0x13:
    case 0x14:
    case 0x16:
    case 0x17:
    case 0x18:
    case 0x1e:
        return true;
    default: /* of the context */
        return tag >= 0x80 && tag <= 0x8f;
    }
}

/* True if the bytes are values of DER, one behind the other, to the last. */
static bool
are_der_values(const unsigned char *at, const unsigned char *end, int depth)
{
    unsigned char tag;
    size_t size;

    while (at < end) {
        if (depth > DER_DEPTH_MAX || !read_der_head(&at, end, &tag, &size))
            return false;
        if (tag == 0x30 || tag == 0x31 || (tag >= 0xa0 && tag <= 0xaf)) {
            if (!are_der_values(at, at + size, depth + 1))
                return false;
        } else if (!is_der_value(tag, at, size)) {
            return false;
        }
        at += size;
    }
    return true;
}

/*
 * True for a whole SEQUENCE that begins with another one or with a number, as
 * those of keys and certificates do: of random bytes, one in 10^9 is so.
 */
static bool
is_der(const unsigned char *bytes, size_t length)
{
    const unsigned char *at = bytes;
    const unsigned char *end = bytes + length;
    unsigned char tag;
    size_t size;

    return length >= DER_LENGTH_MIN && bytes[0] == 0x30 &&
           read_der_head(&at, end, &tag, &size) && size == (size_t)(end - at) &&
           (at[0] == 0x30 || at[0] == 0x02) && are_der_values(at, end, 0);
}

/* The strings of RFC 4251 section 5, the first of them a name, to the last. */
static bool
is_ssh_blob(const unsigned char *bytes, size_t length)
{
    size_t strings = 0;

    for (size_t at = 0; at < length; strings++) {
        size_t size;

        if (length - at < 4 || bytes[at] != 0)
            return false;
        size = (size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 |
               bytes[at + 3];
        at += 4;
        if (size > length - at ||
            (strings == 0 && memchr(bytes + at, '-', size) == NULL))
            return false;
        at += size;
    }
    return strings > 1;
}

/* True for a point in any of the forms of SEC 1 that lies on this curve. */
static bool
is_on_curve(int curve, const unsigned char *bytes, size_t length)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(curve);
    EC_POINT *point;
    bool is_on;

    if (group == NULL)
        return false; /* a curve that this OpenSSL does not have */
    point = EC_POINT_new(group);
    is_on = point == NULL ||
            EC_POINT_oct2point(group, point, bytes, length, NULL) == 1;
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return is_on;
}

/*
 * A header alone would condemn one good secret of this length in 64, so that
 * the curve decides; of the short form it condemns half of those. Its curves
 * are therefore only those of JOSE (RFC 7518 section 6.2, RFC 8812).
 */
static bool
is_point(const unsigned char *bytes, size_t length)
{
    static const struct {
        size_t size; /* bytes of a coordinate */
        int curve;
        bool is_jose;
    } rows[] = {
        {28, NID_secp224r1, false},       {32, NID_X9_62_prime256v1, true},
        {32, NID_secp256k1, true},        {32, NID_brainpoolP256r1, false},
        {48, NID_secp384r1, true},        {48, NID_brainpoolP384r1, false},
        {64, NID_brainpoolP512r1, false}, {66, NID_secp521r1, true},
    };
    bool is_on = false;

    if (length == 0 || bytes[0] < 2 || bytes[0] > 7 || bytes[0] == 5)
        return false;
    ERR_set_mark();
    for (size_t i = 0; !is_on && i < COUNT(rows); i++)
        if (bytes[0] < 4 ? rows[i].is_jose && length == 1 + rows[i].size
                         : length == 1 + 2 * rows[i].size)
            is_on = is_on_curve(rows[i].curve, bytes, length);
    ERR_pop_to_mark();
    return is_on;
}

/* A point as PKCS #11 has it, in an OCTET STRING; or with its BIT STRING. */
static bool
is_wrapped_point(const unsigned char *bytes, size_t length)
{
    size_t head = bytes[0] == 0x04 ? 2 : 3;

    return length > 3 && (bytes[0] == 0x04 || bytes[0] == 0x03) &&
           bytes[1] == length - 2 && is_point(bytes + head, length - head);
}

/*
 * True for text of two or four bytes a character: in a third of all places a
 * NUL, in every other one text or a byte order mark.
 */
static bool
is_wide_text(const unsigned char *bytes, size_t length)
{
    size_t zeros = 0;
    size_t others = 0;

    for (size_t i = 0; i < length; i++) {
        zeros += bytes[i] == 0;
        others += bytes[i] != 0 && bytes[i] < 0xfe &&
                  (bytes[i] >= 0x7f || bytes[i] < '\t');
    }
    return length >= 16 && zeros >= length / 3 && zeros < length &&
           others <= length / 8;
}

/*
 * A member of gzip (RFC 1952): the header, and at the end a size that the
 * bytes can hold.
 */
static bool
is_gzip(const unsigned char *bytes, size_t length)
{
    size_t size;

    if (length < 20 || bytes[0] != 0x1f || bytes[1] != 0x8b || bytes[2] != 8 ||
        bytes[3] > 0x1f || (bytes[9] > 13 && bytes[9] != 255))
        return false;
    size = (size_t)bytes[length - 1] << 24 | (size_t)bytes[length - 2] << 16 |
           (size_t)bytes[length - 3] << 8 | bytes[length - 4];
    return size > 0 && size / 1032 <= length;
}

/*
 * The packets of OpenPGP (RFC 9580 section 4.2), to the last byte, the first a
 * public key of version 4 or 6.
 */
static bool
is_openpgp(const unsigned char *bytes, size_t length)
{
    /* RFC 9580 section 9.1 */
    static const unsigned char algorithms[] = {1,  2,  3,  16, 17, 18,
                                               19, 22, 25, 26, 27, 28};
    size_t packets = 0;

    for (size_t at = 0; at < length; packets++) {
        unsigned char tag = bytes[at++];
        size_t octets = tag & 0x40 ? 1 : (size_t)1 << (tag & 3);
        size_t size = 0;

        if ((tag & 0x80) == 0 || octets > 4 || octets > length - at)
            return false;
        for (; octets > 0; octets--)
            size = size << 8 | bytes[at++];
        if (size > length - at || size < 2)
            return false;
        tag = tag & 0x40 ? tag & 0x3f : tag >> 2 & 0xf;
        if (packets == 0 &&
            (tag != 6 || size < 32 || (bytes[at] != 4 && bytes[at] != 6) ||
             memchr(algorithms, bytes[at + 5], sizeof algorithms) == NULL))
            return false;
        at += size;
    }
    return packets > 0;
}

/* "Ed", a number of 8 bytes, and an Ed25519 key. */
static bool
is_minisign(const unsigned char *bytes, size_t length)
{
    return length == 42 && bytes[0] == 'E' && bytes[1] == 'd';
}

static bool
is_blank(unsigned char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/*
 * True for DER. An editor puts line ends around it; its own last byte may be
 * one too.
 */
static bool
is_der_file(const unsigned char *bytes, size_t length)
{
    size_t from = 0;

    while (from < length && is_blank(bytes[from]))
        from++;
    for (size_t end = length; end > from; end--) {
        if (is_der(bytes + from, end - from))
            return true;
        if (!is_blank(bytes[end - 1]) || length - end == LINE_END_MAX)
            break;
    }
    return false;
}

const char *
public_bytes_name(const unsigned char *bytes, size_t length)
{
    const char *name = public_bytes_mark(bytes, length);

    if (name != NULL || length == 0)
        return name;
    if (is_der_file(bytes, length))
        return der_name;
    if (is_ssh_blob(bytes, length))
        return ssh_name;
    if (is_point(bytes, length) || is_wrapped_point(bytes, length))
        return "a point of an elliptic curve";
    if (is_wide_text(bytes, length))
        return "UTF-16 text";
    if (is_gzip(bytes, length))
        return "a compressed file";
    if (is_openpgp(bytes, length))
        return "an OpenPGP key";
    return is_minisign(bytes, length) ? "a minisign or signify key" : NULL;
}
