/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECRET_FORM_H
#define SECRET_FORM_H

/* How the text in a secret_file is written. */
enum secret_encoding {
    SECRET_TEXT, /* the bytes of the file less one final newline */
    SECRET_HEX,
    SECRET_BASE64,
    SECRET_BASE64URL
};

#endif
