/* The date and time of a photo, drawn into a picture of a film. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CAPTION_BYTES = 20 }; /* "2026-11-30 14:03:22" */

/* The local time in the name of a photo's file (archive/item.h). False: it is not dated. */
bool caption_text(const char *path, char ret_text[CAPTION_BYTES]);

/* Bottom left, white on a darkened ground; digits, "-", ":" and blanks. planes: 4:2:0, of this even
 * size, one after another. A picture too small for the text stays as it is. */
void caption_draw(const char *text, uint8_t *planes, unsigned width, unsigned height, bool limited);
