/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/pointer.h"

#include <string.h>

bool
pointer_is_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (name[0] == '/' && *at == '~' && at[1] != '0' && at[1] != '1')
            return false;
    return name[0] != '\0' && name[strcspn(name, " \t")] == '\0';
}

bool
pointer_index(const char *step, size_t count, size_t *ret_index)
{
    size_t index = 0;

    if (step[0] == '\0' || (step[0] == '0' && step[1] != '\0'))
        return false;
    for (; *step != '\0'; step++) {
        if (*step < '0' || *step > '9' || index > count)
            return false;
        index = 10 * index + (size_t)(*step - '0');
    }
    *ret_index = index;
    return index < count;
}

bool
pointer_unescape(char *step)
{
    char *to = step;

    for (; *step != '\0'; step++, to++) {
        *to = *step;
        if (*step != '~')
            continue;
        step++;
        if (*step != '0' && *step != '1')
            return false;
        *to = *step == '0' ? '~' : '/';
    }
    *to = '\0';
    return true;
}
