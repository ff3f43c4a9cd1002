/* Letters of 5x7 dots. Immutable; any thread. */
#pragma once
#include <stdint.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7, FONT_CELL_WIDTH = 6 };

/* FONT_HEIGHT rows from the top, bit 4 is the leftmost dot. Lower case is drawn as upper case;
 * missing characters as '?'. */
const uint8_t *font_glyph(char c);
