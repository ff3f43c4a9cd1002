/* A camera that trembles: by how much of a cell the picture lies beside its background, by least
 * squares over the background's gradient (Lucas and Kanade, 1981, one step), and the residual
 * without it. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/plane.h"

struct shake_shift {
    float x, y;    /* cells */
    bool explains; /* it accounts for a good part of the residual */
};

/* background and residual in 1/32 levels; residuals above max_levels are things, not trembling,
 * and do not count. */
struct shake_shift shake_estimate(const int16_t *background, const int16_t *residual,
                                  const struct grid *grid, int max_levels);

/* Subtracts what the shift does to the background. */
void shake_subtract(int16_t *residual, const int16_t *background, const struct grid *grid,
                    const struct shake_shift *shift);
