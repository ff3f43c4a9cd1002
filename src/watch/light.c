#include "watch/light.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 64, RADIUS_MAX = 15 };

/* Offset 16 keeps the noise of dark cells from being amplified. */
void light_curve_init(struct light_curve *curve)
{
    for (int grey = 0; grey < 256; grey++)
        curve->of[grey] =
            (int16_t)lrint(log2((grey + 16) / 16.0) / log2(271 / 16.0) * 255 * LIGHT_ONE);
}

int light_median(const int16_t *values, unsigned count, int centre)
{
    uint16_t bins[BINS] = {0};
    for (unsigned i = 0; i < count; i++) {
        int bin = ((values[i] - centre) >> 5) + BINS / 2;
        bins[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin]++;
    }
    unsigned below = 0;
    int bin = 0;
    for (; bin < BINS - 1; bin++) {
        below += bins[bin];
        if (below * 2 >= count)
            break;
    }
    return centre + (bin - BINS / 2) * LIGHT_ONE + LIGHT_ONE / 2;
}

static int clip(int value, int limit)
{
    return value > limit ? limit : value < -limit ? -limit : value;
}

void light_subtract_rows(int16_t *residual, const struct grid *grid, int overall, int max_levels)
{
    for (unsigned y = 0; y < grid->height; y++, residual += grid->width) {
        const int median = light_median(residual, grid->width, overall);
        const int16_t offset = (int16_t)(overall + clip(median - overall, max_levels * LIGHT_ONE));
        for (unsigned x = 0; x < grid->width; x++)
            residual[x] = (int16_t)(residual[x] - offset);
    }
}

void light_keep_smaller(int16_t *residual, const int16_t *other, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const int a = residual[i], b = other[i];
        const int closer = abs(a) < abs(b) ? a : b;
        residual[i] = (int16_t)((a ^ b) < 0 ? 0 : closer);
    }
}

/* Running sums: a cell costs two additions for any radius. inverse: 65536 / count. */
static void mean_along_row(const int16_t *in, int16_t *out, unsigned width, unsigned radius,
                           int limit, const int32_t *inverse)
{
    int32_t sum = 0;
    unsigned count = 0;
    for (unsigned x = 0; x <= radius && x < width; x++, count++)
        sum += clip(in[x], limit);
    for (unsigned x = 0; x < width; x++) {
        out[x] = (int16_t)((sum * inverse[count]) >> 16);
        if (x + radius + 1 < width) {
            sum += clip(in[x + radius + 1], limit);
            count++;
        }
        if (x >= radius) {
            sum -= clip(in[x - radius], limit);
            count--;
        }
    }
}

static void add_row(int32_t *columns, const int16_t *row, unsigned width, int sign)
{
    for (unsigned x = 0; x < width; x++)
        columns[x] += sign * row[x];
}

void light_subtract_mean(int16_t *residual, const struct grid *grid, unsigned radius,
                         int max_levels, int16_t *scratch, int32_t *columns)
{
    const unsigned width = grid->width, height = grid->height;
    int32_t inverse[2 * RADIUS_MAX + 2] = {0};
    for (unsigned i = 1; i <= 2 * radius + 1; i++)
        inverse[i] = 65536 / (int32_t)i;
    for (unsigned y = 0; y < height; y++)
        mean_along_row(residual + y * width, scratch + y * width, width, radius,
                       max_levels * LIGHT_ONE, inverse);
    memset(columns, 0, width * sizeof(*columns));
    unsigned count = 0;
    for (; count <= radius && count < height; count++)
        add_row(columns, scratch + count * width, width, 1);
    for (unsigned y = 0; y < height; y++, residual += width) {
        for (unsigned x = 0; x < width; x++)
            residual[x] = (int16_t)(residual[x] - ((columns[x] * inverse[count]) >> 16));
        if (y + radius + 1 < height) {
            add_row(columns, scratch + (y + radius + 1) * width, width, 1);
            count++;
        }
        if (y >= radius) {
            add_row(columns, scratch + (y - radius) * width, width, -1);
            count--;
        }
    }
}
