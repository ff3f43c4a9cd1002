/* Blobs: groups of cells that are on and touch one another, corners included. Pure; any thread. */
#pragma once
#include <stdint.h>

#include "watch/plane.h"

enum { BLOBS_MAX = 12 };

struct blob {
    unsigned area;                     /* cells */
    unsigned left, top, right, bottom; /* cells, all inclusive */
    float x, y;                        /* the middle of its cells */
};

struct blob_scratch {
    uint8_t *kept;   /* the cells with enough neighbours */
    uint16_t *queue; /* of cells */
};

void blob_scratch_init(struct blob_scratch *scratch, unsigned count);
void blob_scratch_finish(struct blob_scratch *scratch);

/* The blobs of area_min cells or more, the largest BLOBS_MAX of them, unordered. A cell counts if
 * at least neighbours_min of the eight around it are on as well; cells at the edge of the grid
 * never do. Returns how many; leaves scratch->kept empty.
 */
unsigned blob_find(const uint8_t *on, const struct grid *grid, unsigned neighbours_min,
                   unsigned area_min, struct blob_scratch *scratch, struct blob blobs[BLOBS_MAX]);
