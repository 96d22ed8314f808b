/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/trusted_file.h"
#include "cli/check/finding.h"
#include "keys/secret_weak.h"
#include "login/issuer.h"

/* Whoever guesses the secret of one token makes all others. */
static void
check_strength(const struct keyfile *file, struct findings *findings)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct key *key = &file->keys[i];
        const char *why = NULL;

        if (!key->is_bad)
            why = secret_weakness(key->secret, key->secret_length);
        if (why != NULL)
            finding_add(findings, FINDING_ERROR, file->path,
                        "whoever has one token can find the secret and make "
                        "any other",
                        "make a new one (pam-jwt keygen), here and where "
                        "tokens are issued",
                        "secret %zu can be guessed: %s",
                        key->number > 0 ? key->number : 1, why);
    }
}

/* Warns where the file may not hold the secret that its writer has in mind. */
static void
check_look(const struct issuer *issuer, const struct keyfile *file,
           struct findings *findings)
{
    struct file content = {0};
    char what[READFILE_WHAT_MAX];
    const char *why = NULL;

    if (keyfile_is_json(file) || file->count == 0 ||
        !readfile(file->path, SECRET_FORM_MAX, &content, what))
        return; /* a JWK, or said before */
    if (content.size > 0 && content.data[content.size - 1] == '\n')
        content.size--;
    why = secret_misleads(content.data, content.size, issuer->secret_encoding);
    content.size += content.data[content.size] == '\n';
    file_done(&content);
    if (why != NULL)
        finding_add(findings, FINDING_WARNING, file->path,
                    "where tokens are issued, other bytes may be the secret: "
                    "each token would be a bad_signature",
                    "see that both sides read it alike (pam-jwt verify)", "%s",
                    why);
}

void
cli_check_secrets(const struct issuer *issuer, const struct keyset *keys,
                  struct findings *findings)
{
    for (size_t i = 0; keys->kind == KEYSET_SECRETS && i < keys->count; i++) {
        check_strength(&keys->files[i], findings);
        check_look(issuer, &keys->files[i], findings);
    }
}
