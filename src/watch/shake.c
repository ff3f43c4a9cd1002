#include "watch/shake.h"

#include <math.h>

#include "watch/light.h"

/* A linear step is not reliable beyond the width of a cell. */
static const float SHIFT_MAX_CELLS = 1.2f;
/* The part of the residual's energy that a plausible shift must explain. */
static const float EXPLAINED_MIN = 0.1f;

/* Gradients and residuals in quarters of a level: products of a row fit 32 bits. */
enum { QUARTER_SHIFT = 3 };

struct sums {
    int64_t xx, xy, yy, xr, yr, rr;
};

static void add_row(struct sums *sums, const int16_t *mean, const int16_t *residual, unsigned width,
                    int limit)
{
    int32_t xx = 0, xy = 0, yy = 0, xr = 0, yr = 0, rr = 0;
    for (unsigned i = 1; i + 1 < width; i++) {
        const int r0 = residual[i] >> QUARTER_SHIFT;
        const int counts = -(r0 <= limit && r0 >= -limit);
        const int gx = ((mean[i + 1] - mean[(int)i - 1]) >> (QUARTER_SHIFT + 1)) & counts;
        const int gy = ((mean[i + width] - (mean - width)[i]) >> (QUARTER_SHIFT + 1)) & counts;
        const int r = r0 & counts;
        xx += gx * gx;
        xy += gx * gy;
        yy += gy * gy;
        xr += gx * r;
        yr += gy * r;
        rr += r * r;
    }
    sums->xx += xx;
    sums->xy += xy;
    sums->yy += yy;
    sums->xr += xr;
    sums->yr += yr;
    sums->rr += rr;
}

struct shake_shift shake_estimate(const int16_t *background, const int16_t *residual,
                                  const struct grid *grid, int max_levels)
{
    struct sums sums = {0};
    for (unsigned y = 1; y + 1 < grid->height; y++)
        add_row(&sums, background + y * grid->width, residual + y * grid->width, grid->width,
                (max_levels * LIGHT_ONE) >> QUARTER_SHIFT);
    const double xx = (double)sums.xx, xy = (double)sums.xy, yy = (double)sums.yy;
    const double xr = (double)sums.xr, yr = (double)sums.yr, det = xx * yy - xy * xy;
    if (det <= 1e-3 * xx * yy)
        return (struct shake_shift){0}; /* no texture, or in one direction only */
    const double x = (xr * yy - yr * xy) / det, y = (yr * xx - xr * xy) / det;
    return (struct shake_shift){.x = (float)x,
                                .y = (float)y,
                                .explains = fabs(x) < SHIFT_MAX_CELLS &&
                                            fabs(y) < SHIFT_MAX_CELLS &&
                                            x * xr + y * yr > EXPLAINED_MIN * (double)sums.rr};
}

void shake_subtract(int16_t *residual, const int16_t *background, const struct grid *grid,
                    const struct shake_shift *shift)
{
    const unsigned width = grid->width;
    /* Half of the difference of two neighbours, in 1/256. */
    const int by_x = (int)lrintf(shift->x * 128), by_y = (int)lrintf(shift->y * 128);
    for (unsigned y = 1; y + 1 < grid->height; y++) {
        const int16_t *mean = background + y * width;
        int16_t *row = residual + y * width;
        for (unsigned i = 1; i + 1 < width; i++) {
            const int gx = mean[i + 1] - mean[(int)i - 1], gy = mean[i + width] - (mean - width)[i];
            row[i] = (int16_t)(row[i] - ((gx * by_x + gy * by_y) >> 8));
        }
    }
}
