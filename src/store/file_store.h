/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILE_STORE_H
#define FILE_STORE_H

#include "store/store.h"

struct folder;

/* Members of store_file, which store.h describes. */
enum store_answer store_file_revoked(void *data, const struct ticket *ticket,
                                     char ret_what[STORE_WHAT_MAX]);
bool store_file_revoke(void *data, const struct revocation *revocation,
                       double *ret_before, char ret_what[STORE_WHAT_MAX]);
bool store_file_list(void *data, store_each *each, store_odd *odd,
                     void *each_data, char ret_what[STORE_WHAT_MAX]);
enum store_answer store_file_overdue(void *data, double now,
                                     char ret_what[STORE_WHAT_MAX]);
bool store_file_size(void *data, uint64_t *ret_count,
                     char ret_what[STORE_WHAT_MAX]);
bool store_file_clean(void *data, const struct retention *retention,
                      store_odd *odd, void *odd_data,
                      char ret_what[STORE_WHAT_MAX]);

/* Calls `each` with every revocation and its file's name. */
bool store_file_each_record(const struct folder *state,
                            void (*each)(const struct revocation *revocation,
                                         const char *name, void *data),
                            store_odd *odd, void *data, void *odd_data,
                            char *ret_what);

#endif
