/* The clock pattern, by which the latency of any player can be measured: 16x4 cells over the full
 * width and the top sixth of the picture, luma 225 (1) or 25 (0), read at the cells' centres, row
 * by row, high bit first. Byte 0 is 0xAC, 1 to 4 the wall clock in ms modulo 2^32 (big-endian), 5
 * and 6 the frame number, 7 the CRC-8 (polynomial 0x07) of bytes 1 to 6. Pure functions; any
 * thread. */
#pragma once
#include <stdint.h>

#include "tools/fakecam/canvas.h"

struct barcode {
    uint32_t wall_ms;
    uint16_t number;
};

/* Ignores the canvas's tone. */
void barcode_draw(struct canvas *canvas, const struct barcode *barcode);
