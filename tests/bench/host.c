/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host CONFDIR SERVICE USER ANSWER-FILE RSA-FILE: one login as a program makes
 * it; 0 says that the user is in. Built with USES_LIBCRYPTO it is a program
 * that needs OpenSSL itself: like sshd it has computed a digest and has an RSA
 * key, without the decoders of OpenSSL 3, before anybody logs in.
 */
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef USES_LIBCRYPTO
/* sshd calls what OpenSSL 3 deprecates, too. */
#    define OPENSSL_SUPPRESS_DEPRECATED
#    include <openssl/evp.h>
#    include <openssl/pem.h>
#    include <openssl/rsa.h>
#endif

static int
converse(int count, const struct pam_message **messages,
         struct pam_response **ret_responses, void *data)
{
    struct pam_response *responses = calloc((size_t)count, sizeof *responses);
    char *answer = data;

    if (responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
            continue;
        responses[i].resp = strdup(answer);
        /* Who asks for a second part gets an empty one. */
        *answer = '\0';
    }
    *ret_responses = responses;
    return PAM_SUCCESS;
}

#ifdef USES_LIBCRYPTO
static bool
use_libcrypto(const char *path)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    FILE *file = fopen(path, "r");
    /* PKCS #1: a host key in OpenSSH's format needs no more than that. */
    RSA *key =
        file != NULL ? PEM_read_RSAPublicKey(file, NULL, NULL, NULL) : NULL;

    if (file != NULL)
        fclose(file);
    /* It stays, as a host's key does. */
    return EVP_Digest("", 0, digest, NULL, EVP_sha256(), NULL) == 1 &&
           key != NULL;
}
#else
static bool
use_libcrypto(const char *path)
{
    (void)path;
    return true;
}
#endif

int
main(int argc, char **argv)
{
    static char answer[20000];
    const struct pam_conv conversation = {converse, answer};
    pam_handle_t *pamh = NULL;
    FILE *file;
    int code;

    if (argc != 6 || !use_libcrypto(argv[5]) || getpwnam(argv[3]) == NULL)
        return 2;
    file = fopen(argv[4], "r");
    if (file == NULL || fgets(answer, sizeof answer, file) == NULL)
        return 2;
    fclose(file);
    answer[strcspn(answer, "\n")] = '\0';
    code = pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &pamh);
    if (code == PAM_SUCCESS)
        code = pam_authenticate(pamh, 0);
    if (pamh != NULL)
        pam_end(pamh, code);
    return code == PAM_SUCCESS ? 0 : 1;
}
