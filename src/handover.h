/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "place.h"
#include "revocation.h"
#include "stringlist.h"

#include <security/pam_modules.h>
#include <stdbool.h>

struct json_object;

#define HANDOVER_VARIABLE "PAM_JWT_LOGIN"

/*
 * What an authentication tells the phases behind it. It travels in the PAM
 * environment: for keyboard-interactive, sshd authenticates in a child of its
 * own, from which nothing else comes back. handover_take() removes it before a
 * program sees it.
 */
struct handover {
    const char *user;     /* the account that logged in */
    const char *identity; /* whom the token named */
    struct ticket ticket; /* of the token */
    double expires;       /* "exp", seconds since 1970 */
    bool revocation;      /* whether `place` is asked again */
    struct place place;   /* not to be freed */
    bool limits_session;
    const struct strings *environment; /* NAME=VALUE, for handover_put() */
    struct json_object *document;      /* what the strings are part of */
};

enum handover_result {
    HANDOVER_BAD = 0, /* something is there that cannot be read */
    HANDOVER_NONE,    /* another method logged in */
    HANDOVER_THERE
};

/*
 * Says that no token has logged in, at the beginning of each attempt, unless
 * sshd has counted an earlier one as a factor. The variable stays, empty: what
 * a child takes away, sshd does not.
 */
bool handover_clear(pam_handle_t *pamh);

/* Leaves `handover` for later. False: out of memory. */
bool handover_put(pam_handle_t *pamh, const struct handover *handover);

/*
 * What the attempt that logged in has left; of one that only came before it,
 * NONE: sshd says in SSH_AUTH_INFO_0 which methods those were that counted.
 * handover_done() is due in every case.
 */
enum handover_result handover_get(pam_handle_t *pamh,
                                  struct handover *ret_handover)
    __attribute__((warn_unused_result));

/* As handover_get(), and leaves nothing behind. */
enum handover_result handover_take(pam_handle_t *pamh,
                                   struct handover *ret_handover)
    __attribute__((warn_unused_result));

/* Puts the variables of a handover into the session's environment. */
bool handover_export(pam_handle_t *pamh, const struct handover *handover);

/* Frees; a zeroed handover is allowed. */
void handover_done(struct handover *handover);

#endif
