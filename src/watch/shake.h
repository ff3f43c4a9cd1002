/* A shaking camera: estimates by which fraction of a cell the picture is shifted against its
 * background, by least squares over the background's gradient (Lucas and Kanade, 1981, one step),
 * and removes the shift from the residual. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "watch/plane.h"

struct shake_shift {
    float x, y;    /* cells */
    bool explains; /* it explains a good part of the residual */
};

/* background and residual in 1/32 levels; residuals above max_levels are objects, not shake, and do
 * not count. */
struct shake_shift shake_estimate(const int16_t *background, const int16_t *residual,
                                  const struct grid *grid, int max_levels);

/* Subtracts the effect of the shift on the background. */
void shake_subtract(int16_t *residual, const int16_t *background, const struct grid *grid,
                    const struct shake_shift *shift);
