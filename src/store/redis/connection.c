/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/redis/connection.h"

#include "base/trusted_file.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PEM_FILE_MAX (1024 * 1024)

/* One read of the socket: a TLS record and a little. */
#define BLOCK_SIZE (17 * 1024)

/*
 * TLS goes through two memory buffers: the socket is written by send() alone,
 * whose MSG_NOSIGNAL keeps SIGPIPE from sshd and sudo.
 */
struct connection {
    int socket;
    long long deadline; /* milliseconds of CLOCK_MONOTONIC */
    SSL_CTX *context;
    SSL *tls; /* NULL: none */
};

static long long
milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
fail(char *ret_what, const char *what)
{
    snprintf(ret_what, CONNECTION_WHAT_MAX, "%s", what);
    return false;
}

static bool
fail_errno(char *ret_what, const char *call)
{
    char why[READFILE_WHAT_MAX];

    readfile_say(why, call);
    return fail(ret_what, why);
}

/* Waits for the socket, but not beyond the deadline. */
static bool
wait_for(struct connection *connection, short events, long long until,
         char *ret_what)
{
    struct pollfd descriptor = {.fd = connection->socket, .events = events};

    for (;;) {
        long long left = until - milliseconds();
        int ready = left > 0 ? poll(&descriptor, 1, (int)left) : 0;

        if (ready > 0)
            return true;
        if (ready == 0)
            return fail(ret_what, "it does not answer in time");
        if (errno != EINTR)
            return fail_errno(ret_what, "wait for it");
    }
}

static bool
send_bytes(struct connection *connection, const char *bytes, size_t length,
           char *ret_what)
{
    while (length > 0) {
        ssize_t sent = send(connection->socket, bytes, length, MSG_NOSIGNAL);

        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return fail_errno(ret_what, "send to it");
        } else if (!wait_for(connection, POLLOUT, connection->deadline,
                             ret_what)) {
            return false;
        }
    }
    return true;
}

static bool
receive_bytes(struct connection *connection, char *into, size_t size,
              size_t *ret_got, char *ret_what)
{
    for (;;) {
        ssize_t got;

        if (!wait_for(connection, POLLIN, connection->deadline, ret_what))
            return false;
        got = recv(connection->socket, into, size, 0);
        if (got > 0) {
            *ret_got = (size_t)got;
            return true;
        }
        if (got == 0)
            return fail(ret_what, "it closed the connection");
        if (errno != EAGAIN && errno != EINTR)
            return fail_errno(ret_what, "read from it");
    }
}

/* Sends what TLS has written into its buffer. */
static bool
flush_tls(struct connection *connection, char *ret_what)
{
    char *bytes;
    long length = BIO_get_mem_data(SSL_get_wbio(connection->tls), &bytes);

    if (length > 0 && !send_bytes(connection, bytes, (size_t)length, ret_what))
        return false;
    return BIO_reset(SSL_get_wbio(connection->tls)) == 1 ||
           fail(ret_what, "out of memory");
}

static bool
say_tls(const struct connection *connection, char *ret_what)
{
    long verified = SSL_get_verify_result(connection->tls);

    if (verified != X509_V_OK)
        snprintf(ret_what, CONNECTION_WHAT_MAX,
                 "its certificate is not accepted: %s",
                 X509_verify_cert_error_string(verified));
    else
        fail(ret_what, "TLS failed");
    return false;
}

/*
 * After a call that returned `result`: sends what it wrote, and reads what it
 * waits for. False: it has failed.
 */
static bool
feed_tls(struct connection *connection, int result, char *ret_what)
{
    int error = SSL_get_error(connection->tls, result);
    char block[BLOCK_SIZE];
    size_t got;

    /* An alert, too, goes out before the failure is told. */
    if (!flush_tls(connection, ret_what))
        return false;
    if (error != SSL_ERROR_WANT_READ)
        return say_tls(connection, ret_what);
    if (!receive_bytes(connection, block, sizeof block, &got, ret_what))
        return false;
    return BIO_write(SSL_get_rbio(connection->tls), block, (int)got) ==
               (int)got ||
           fail(ret_what, "out of memory");
}

static bool
shake_hands(struct connection *connection, char *ret_what)
{
    int result;

    while ((result = SSL_do_handshake(connection->tls)) != 1)
        if (!feed_tls(connection, result, ret_what))
            return false;
    return flush_tls(connection, ret_what);
}

/* A PEM file that root keeps. NULL: `ret_what`. */
static BIO *
open_pem(const char *path, struct file *ret_file, bool is_secret,
         char *ret_what)
{
    char what[READFILE_WHAT_MAX];
    BIO *bio = NULL;

    if (!readfile(path, PEM_FILE_MAX, ret_file, what))
        snprintf(ret_what, CONNECTION_WHAT_MAX, "%s: %s",
                 is_secret ? "state_client_file" : "state_ca_file", what);
    else if (is_secret && !ret_file->is_private)
        fail(ret_what, "state_client_file has a private key and others may "
                       "read it (chmod 600)");
    else if ((bio = BIO_new_mem_buf(ret_file->data, (int)ret_file->size)) ==
             NULL)
        fail(ret_what, "out of memory");
    return bio;
}

static bool
load_authorities(SSL_CTX *context, const char *path, char *ret_what)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    struct file file = {0};
    BIO *bio = open_pem(path, &file, false, ret_what);
    X509 *certificate;
    int count = 0;

    while (bio != NULL &&
           (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        count += X509_STORE_add_cert(store, certificate);
        X509_free(certificate);
    }
    if (bio != NULL && count == 0)
        fail(ret_what, "state_ca_file has no certificate in PEM");
    BIO_free(bio);
    file_done(&file);
    return count > 0;
}

/* A key with a passphrase is no key: there is nobody to ask. */
static int
no_passphrase(char *into, int size, int is_writing, void *data)
{
    (void)into;
    (void)size;
    (void)is_writing;
    (void)data;
    return -1;
}

/* The certificate first, then its chain and the key in any order. */
static bool
load_client(SSL_CTX *context, const char *path, char *ret_what)
{
    struct file file = {0};
    BIO *bio = open_pem(path, &file, true, ret_what);
    X509 *certificate = NULL;
    X509 *above;
    EVP_PKEY *key = NULL;
    bool done = false;

    if (bio == NULL)
        goto out;
    certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    if (certificate == NULL ||
        SSL_CTX_use_certificate(context, certificate) != 1)
        goto bad;
    while ((above = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
        if (SSL_CTX_add0_chain_cert(context, above) != 1)
            X509_free(above);
    if (BIO_reset(bio) != 1)
        goto bad;
    key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    done = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
bad:
    if (!done)
        fail(ret_what, "state_client_file needs a certificate and its private "
                       "key, both in PEM");
out:
    EVP_PKEY_free(key);
    X509_free(certificate);
    BIO_free(bio);
    file_done(&file);
    return done;
}

static SSL_CTX *
make_context(const struct store_uri *store_uri, char *ret_what)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    bool done;

    if (context == NULL) {
        fail(ret_what, "TLS cannot be started");
        return NULL;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    done = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
    if (!done)
        fail(ret_what, "TLS cannot be started");
    else if (store_uri->ca_file != NULL)
        done = load_authorities(context, store_uri->ca_file, ret_what);
    else if (!(done = SSL_CTX_set_default_verify_paths(context) == 1))
        fail(ret_what, "the system's certificates cannot be read");
    if (done && store_uri->client_file != NULL)
        done = load_client(context, store_uri->client_file, ret_what);
    if (done)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

/* The name that the certificate must be for: a host's, or an address. */
static bool
expect_host(SSL *tls, const char *host)
{
    X509_VERIFY_PARAM *rules = SSL_get0_param(tls);

    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1)
        return true;
    X509_VERIFY_PARAM_set_hostflags(rules,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(rules, host, 0) == 1 &&
           SSL_set_tlsext_host_name(tls, host) == 1;
}

static bool
start_tls(struct connection *connection, const struct store_uri *store_uri,
          const struct address *address, char *ret_what)
{
    BIO *in;
    BIO *out;

    connection->context = make_context(store_uri, ret_what);
    if (connection->context == NULL)
        return false;
    connection->tls = SSL_new(connection->context);
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    if (connection->tls == NULL || in == NULL || out == NULL) {
        BIO_free(in);
        BIO_free(out);
        return fail(ret_what, "out of memory");
    }
    SSL_set_bio(connection->tls, in, out);
    SSL_set_connect_state(connection->tls);
    return expect_host(connection->tls, address->host)
               ? shake_hands(connection, ret_what)
               : fail(ret_what, "out of memory");
}

/* Connects to one address until a moment. */
static bool
connect_to(struct connection *connection, const struct sockaddr *to,
           socklen_t length, long long until, char *ret_what)
{
    int error = 0;
    socklen_t size = sizeof error;

    connection->socket =
        socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection->socket < 0)
        return fail_errno(ret_what, "make a socket");
    if (connect(connection->socket, to, length) == 0)
        return true;
    if (errno == EINPROGRESS) {
        if (!wait_for(connection, POLLOUT, until, ret_what) ||
            getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &error,
                       &size) != 0)
            goto failed;
        if (error == 0)
            return true;
        errno = error;
    }
    fail_errno(ret_what, "connect to it");
failed:
    close(connection->socket);
    connection->socket = -1;
    return false;
}

static bool
connect_local(struct connection *connection, const char *path, char *ret_what)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof to.sun_path)
        return fail(ret_what, "its path is too long for a socket");
    memcpy(to.sun_path, path, strlen(path));
    return connect_to(connection, (const struct sockaddr *)&to, sizeof to,
                      connection->deadline, ret_what);
}

/* One address of a host after the other; each has its share of the time. */
static bool
connect_remote(struct connection *connection, const struct address *address,
               char *ret_what)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    bool done = false;
    long long left = 0;
    int code = getaddrinfo(address->host, address->port, &hints, &found);

    if (code != 0) {
        snprintf(ret_what, CONNECTION_WHAT_MAX, "its host has no address: %s",
                 gai_strerror(code));
        return false;
    }
    /* The time that the lookup took is its own. */
    connection->deadline = milliseconds() + CONNECTION_TIME_MAX;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
        left++;
    for (const struct addrinfo *at = found; !done && at != NULL;
         at = at->ai_next, left--)
        done = connect_to(connection, at->ai_addr, at->ai_addrlen,
                          milliseconds() +
                              (connection->deadline - milliseconds()) / left,
                          ret_what);
    freeaddrinfo(found);
    return done;
}

struct connection *
connection_open(const struct store_uri *store_uri,
                const struct address *address,
                char ret_what[CONNECTION_WHAT_MAX])
{
    struct connection *connection = calloc(1, sizeof *connection);
    bool done;

    if (connection == NULL) {
        fail(ret_what, "out of memory");
        return NULL;
    }
    connection->socket = -1;
    connection->deadline = milliseconds() + CONNECTION_TIME_MAX;
    /* The queue of errors is the host's: what is ours does not stay there. */
    ERR_set_mark();
    done = address->kind == STORE_URI_UNIX
               ? connect_local(connection, address->path, ret_what)
               : connect_remote(connection, address, ret_what);
    if (done && address->kind == STORE_URI_TLS)
        done = start_tls(connection, store_uri, address, ret_what);
    ERR_pop_to_mark();
    if (done)
        return connection;
    connection_close(connection);
    return NULL;
}

bool
connection_send(struct connection *connection, const char *bytes, size_t length,
                char ret_what[CONNECTION_WHAT_MAX])
{
    bool done = true;
    int result;

    if (connection->tls == NULL)
        return send_bytes(connection, bytes, length, ret_what);
    ERR_set_mark();
    while (done &&
           (result = SSL_write(connection->tls, bytes, (int)length)) <= 0)
        done = feed_tls(connection, result, ret_what);
    done = done && flush_tls(connection, ret_what);
    ERR_pop_to_mark();
    return done;
}

bool
connection_receive(struct connection *connection, char *into, size_t size,
                   size_t *ret_got, char ret_what[CONNECTION_WHAT_MAX])
{
    bool done = true;
    int result = 0;

    if (connection->tls == NULL)
        return receive_bytes(connection, into, size, ret_got, ret_what);
    ERR_set_mark();
    while (done && (result = SSL_read(connection->tls, into, (int)size)) <= 0)
        done = feed_tls(connection, result, ret_what);
    ERR_pop_to_mark();
    if (done)
        *ret_got = (size_t)result;
    return done;
}

void
connection_renew(struct connection *connection)
{
    connection->deadline = milliseconds() + CONNECTION_TIME_MAX;
}

void
connection_close(struct connection *connection)
{
    if (connection == NULL)
        return;
    SSL_free(connection->tls);
    SSL_CTX_free(connection->context);
    if (connection->socket >= 0)
        close(connection->socket);
    free(connection);
}
