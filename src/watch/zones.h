/* Zones as a mask over the grid. Pure; any thread. */
#pragma once
#include <stdint.h>

#include "watch/plane.h"
#include "watch/settings.h"

/* Sets watched[i] to 1 if the centre of a cell is watched, else 0; returns how many are. */
unsigned zones_mask(const struct watch_zone *zones, unsigned n_zones, const struct grid *grid,
                    uint8_t *watched);
