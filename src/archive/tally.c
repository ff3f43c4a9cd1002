#include "archive/tally.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void tally_finish(struct tally *tally)
{
    mem_free(tally->rows);
    *tally = (struct tally){.rows = NULL};
}

static void insert(struct tally *tally, unsigned at, const char *camera)
{
    if (tally->n == tally->cap) {
        tally->cap = tally->cap ? 2 * tally->cap : 8;
        struct tally_row *rows = mem_new_array(struct tally_row, tally->cap);
        if (tally->n)
            memcpy(rows, tally->rows, tally->n * sizeof(*rows));
        mem_free(tally->rows);
        tally->rows = rows;
    }
    struct tally_row *row = &tally->rows[at];
    memmove(row + 1, row, (tally->n++ - at) * sizeof(*row));
    *row = (struct tally_row){.items = 0};
    snprintf(row->camera, sizeof(row->camera), "%s", camera);
}

void tally_count(struct tally *tally, const char *camera, int64_t items, int64_t bytes)
{
    unsigned at = 0;
    while (at < tally->n && strcmp(tally->rows[at].camera, camera) < 0)
        at++;
    if (at == tally->n || strcmp(tally->rows[at].camera, camera) != 0)
        insert(tally, at, camera);
    struct tally_row *row = &tally->rows[at];
    row->items += (uint64_t)items;
    row->bytes += (uint64_t)bytes;
    if (row->items == 0)
        memmove(row, row + 1, (--tally->n - at) * sizeof(*row));
}
