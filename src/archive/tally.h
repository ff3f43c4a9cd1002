/* How many items each camera has and their bytes, kept in memory so that a sum does not read the
 * whole index. Pure; one thread at a time. */
#pragma once
#include <stdint.h>

#include "archive/item.h"

struct tally_row {
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1];
    uint64_t items, bytes;
};

/* Zeroed: empty. */
struct tally {
    struct tally_row *rows; /* by camera, in the order of strcmp; none without items */
    unsigned n, cap;
};

void tally_finish(struct tally *tally); /* empty again */

/* Items come or go: counts may be negative. */
void tally_count(struct tally *tally, const char *camera, int64_t items, int64_t bytes);
