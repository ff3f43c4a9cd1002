/* A grey picture at 1/8 of a camera's size, and the grid of cells that the detector works on.
 *
 * The grid has about 80x60 cells for any camera size: larger planes are averaged. Finer grids cost
 * more and find no more, as measured (docs/decisions/motion.md). Pure; any thread.
 */
#pragma once
#include <stdint.h>

enum { GRID_CELLS_MAX = 9600, GRID_SIDE_MAX = 480 };

struct watch_plane {
    const uint8_t *pixels; /* borrowed; 0 black to 255 */
    unsigned width, height, stride;
};

struct grid {
    unsigned width, height; /* cells; 0 if the plane is too small or too elongated to watch */
    unsigned step;          /* a cell is step x step pixels of the plane */
};

struct grid grid_for(unsigned plane_width, unsigned plane_height);

/* The mean of each cell, row by row; a remainder at the right or bottom is left out. cells has room
 * for width x height. */
void grid_read(const struct grid *grid, const struct watch_plane *plane, uint8_t *cells);
