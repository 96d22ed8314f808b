/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sightings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT "boot:"

/* Boots of a fleet that are remembered; the oldest goes first. */
#define BOOTS_MAX 500

struct sighting {
    char name[SIGHTINGS_NAME_SIZE];
    int64_t mark;
    int64_t age;
};

struct list {
    struct sighting *items;
    size_t count;
    size_t room;
};

struct sightings {
    int64_t age; /* now */
    struct list boots;
    struct list before; /* sorted by name */
    struct list noted;
};

static bool
append(struct list *list, const struct sighting *sighting)
{
    if (list->count == list->room) {
        size_t room = 2 * list->room + 16;
        struct sighting *items = reallocarray(list->items, room, sizeof *items);

        if (items == NULL)
            return false;
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *sighting;
    return true;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(((const struct sighting *)a)->name,
                  ((const struct sighting *)b)->name);
}

static struct sighting *
find(const struct list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

static bool
is_boot(const struct sighting *sighting)
{
    return strncmp(sighting->name, BOOT, strlen(BOOT)) == 0;
}

/* Takes in every line that is one; returns false when out of memory. */
static bool
read_lines(struct sightings *sightings, const char *text)
{
    for (; text != NULL; text = strchr(text, '\n')) {
        struct sighting one;
        int length = 0;

        text += *text == '\n';
        if (sscanf(text, "%63[^ \n] %18" SCNd64 " %18" SCNd64 "%n", one.name,
                   &one.mark, &one.age, &length) != 3 ||
            text[length] != '\n' || one.mark < 0 || one.age < 0)
            continue;
        if (!append(is_boot(&one) ? &sightings->boots : &sightings->before,
                    &one))
            return false;
    }
    return true;
}

/* Leaves room for one boot more. */
static void
forget_oldest_boot(struct list *boots)
{
    struct sighting *oldest = boots->items;

    if (boots->count < BOOTS_MAX)
        return;
    for (size_t i = 1; i < boots->count; i++)
        if (boots->items[i].age < oldest->age)
            oldest = &boots->items[i];
    *oldest = boots->items[--boots->count];
}

/* Goes on counting, and notes where. */
static bool
count_on(struct sightings *sightings, const struct uptime *uptime,
         bool is_shared)
{
    struct list *boots = &sightings->boots;
    struct sighting own = {.mark = uptime->seconds};
    struct sighting *last;
    int64_t counted = 0;

    snprintf(own.name, sizeof own.name, BOOT "%s", uptime->boot);
    for (size_t i = 0; i < boots->count; i++)
        if (boots->items[i].age > sightings->age)
            sightings->age = boots->items[i].age;
    last = find(boots, own.name);
    /* A container that was started again counts its uptime anew. */
    if (last != NULL && last->mark <= own.mark)
        counted = last->age + (own.mark - last->mark);
    /* The last look was before this boot: all of the boot has passed since. */
    else if (!is_shared && boots->count > 0)
        counted = sightings->age + own.mark;
    if (counted > sightings->age)
        sightings->age = counted;
    own.age = sightings->age;
    if (!is_shared)
        boots->count = 0;
    else if (last != NULL)
        *last = boots->items[--boots->count];
    forget_oldest_boot(boots);
    return append(boots, &own);
}

struct sightings *
sightings_read(const char *text, const struct uptime *uptime, bool is_shared)
{
    struct sightings *sightings = calloc(1, sizeof *sightings);

    if (sightings == NULL || !read_lines(sightings, text) ||
        !count_on(sightings, uptime, is_shared)) {
        sightings_free(sightings);
        return NULL;
    }
    if (sightings->before.count > 0)
        qsort(sightings->before.items, sightings->before.count,
              sizeof(struct sighting), compare);
    return sightings;
}

int64_t
sightings_note(struct sightings *sightings, const char *name, int64_t mark)
{
    struct sighting one = {.mark = mark, .age = sightings->age};
    const struct sighting *before = NULL;

    if (strlen(name) >= sizeof one.name ||
        sightings->noted.count == SIGHTINGS_MAX)
        return 0;
    strcpy(one.name, name);
    if (sightings->before.count > 0)
        before = bsearch(&one, sightings->before.items, sightings->before.count,
                         sizeof one, compare);
    if (before != NULL && before->mark == mark && before->age < one.age)
        one.age = before->age;
    return append(&sightings->noted, &one) ? sightings->age - one.age : 0;
}

void
sightings_drop(struct sightings *sightings)
{
    if (sightings->noted.count > 0)
        sightings->noted.count--;
}

static void
write_lines(const struct list *list, FILE *stream)
{
    for (size_t i = 0; i < list->count; i++)
        fprintf(stream, "%s %" PRId64 " %" PRId64 "\n", list->items[i].name,
                list->items[i].mark, list->items[i].age);
}

char *
sightings_text(const struct sightings *sightings)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (stream == NULL)
        return NULL;
    write_lines(&sightings->boots, stream);
    write_lines(&sightings->noted, stream);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

void
sightings_free(struct sightings *sightings)
{
    if (sightings == NULL)
        return;
    free(sightings->boots.items);
    free(sightings->before.items);
    free(sightings->noted.items);
    free(sightings);
}
