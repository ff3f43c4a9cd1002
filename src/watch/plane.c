#include "watch/plane.h"

#include <string.h>

enum { SIDE_MIN = 8, STEP_MAX = 64 };

struct grid grid_for(unsigned plane_width, unsigned plane_height)
{
    for (unsigned step = 1; step <= STEP_MAX; step++) {
        const unsigned width = plane_width / step, height = plane_height / step;
        if (width < SIDE_MIN || height < SIDE_MIN)
            break;
        if (width <= GRID_SIDE_MAX && height <= GRID_SIDE_MAX && width * height <= GRID_CELLS_MAX)
            return (struct grid){.width = width, .height = height, .step = step};
    }
    return (struct grid){0};
}

static uint8_t cell_mean(const uint8_t *corner, unsigned stride, unsigned step)
{
    const unsigned cells = step > 0 ? step * step : 1; /* a grid's step is never 0 */
    unsigned sum = cells / 2;
    for (unsigned y = 0; y < step; y++)
        for (unsigned x = 0; x < step; x++)
            sum += corner[y * stride + x];
    return (uint8_t)(sum / cells);
}

void grid_read(const struct grid *grid, const struct watch_plane *plane, uint8_t *cells)
{
    for (unsigned y = 0; y < grid->height; y++) {
        const uint8_t *row = plane->pixels + (size_t)y * grid->step * plane->stride;
        if (grid->step == 1)
            memcpy(cells, row, grid->width);
        else
            for (unsigned x = 0; x < grid->width; x++)
                cells[x] = cell_mean(row + (size_t)x * grid->step, plane->stride, grid->step);
        cells += grid->width;
    }
}
