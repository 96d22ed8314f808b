/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/state/open_sessions.h"

#include <dirent.h>
#include <fcntl.h>
#include <paths.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utmpx.h>

#define LOGIND "/run/systemd/sessions"

/* True for a session of a person; logind has others, for its own services. */
static bool
is_of_person(int folder, const char *name)
{
    static const char wanted[] = "CLASS=user";
    char line[256];
    int file = openat(folder, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *stream = file >= 0 ? fdopen(file, "r") : NULL;
    bool is = false;

    if (stream == NULL) {
        if (file >= 0)
            close(file);
        return false;
    }
    while (!is && fgets(line, sizeof line, stream) != NULL)
        is = strncmp(line, wanted, strlen(wanted)) == 0;
    fclose(stream);
    return is;
}

static int
count_utmp(void)
{
    const struct utmpx *entry;
    int count = 0;

    if (access(_PATH_UTMP, R_OK) != 0)
        return -1;
    setutxent();
    while ((entry = getutxent()) != NULL)
        count += entry->ut_type == USER_PROCESS;
    endutxent();
    return count;
}

int
opensessions_count(void)
{
    DIR *names = opendir(LOGIND);
    const struct dirent *entry;
    int count = 0;

    if (names == NULL)
        return count_utmp();
    /* NAME.ref is a pipe of the session NAME. */
    while ((entry = readdir(names)) != NULL)
        count += strchr(entry->d_name, '.') == NULL &&
                 is_of_person(dirfd(names), entry->d_name);
    closedir(names);
    return count;
}
