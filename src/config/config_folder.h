/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_FOLDER_H
#define CONFIG_FOLDER_H

#include "base/strings.h"
#include "base/trusted_file.h"

#include <stdbool.h>

/*
 * Lists the paths of the files *.conf in a folder, in the C locale's order; a
 * name that begins with a dot does not count. The folder must be trusted as a
 * file is; one that does not exist has no files. False: `ret_what` says what is
 * wrong. strings_done() is due in every case.
 */
bool config_folder_list(const char *folder, struct strings *ret_paths,
                        char ret_what[READFILE_WHAT_MAX]);

#endif
