/* Removes effects of light from a difference picture: changes of overall brightness, bands of
 * flicker, lamps and the soft edges of clouds. What remains has structure of the size of moving
 * objects.
 *
 * Brightness is compared on a logarithmic scale, where a change of exposure or of a lamp is an
 * offset: levels of 0 to 255 as those of the plane, in units of 1/32 level. Pure; any thread. */
#pragma once
#include <stdint.h>

#include "watch/plane.h"

enum { LIGHT_ONE = 32 }; /* one level */

struct light_curve {
    int16_t of[256]; /* grey to log-luma, in 1/32 levels */
};
void light_curve_init(struct light_curve *curve);

/* The median, searched within 32 levels around centre, exact to a level.
 */
int light_median(const int16_t *values, unsigned count, int centre);

/* Subtracts from each row its median if that is within max_levels of overall, so that a row filled
 * by a near object keeps it. */
void light_subtract_rows(int16_t *residual, const struct grid *grid, int overall, int max_levels);

/* Sets each residual to the one of the two closer to zero, or 0 if their signs differ. */
void light_keep_smaller(int16_t *residual, const int16_t *other, unsigned count);

/* Subtracts from each cell the mean of the square of 2 x radius + 1 cells around it, each clipped
 * to max_levels. scratch: width x height values; columns: width values. */
void light_subtract_mean(int16_t *residual, const struct grid *grid, unsigned radius,
                         int max_levels, int16_t *scratch, int32_t *columns);
