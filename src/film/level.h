/* Evens out brightness from photo to photo: each is moved to the mean of its neighbours, weighted
 * by a bell curve over their logarithms. Pure; any thread. */
#pragma once
#include <stdint.h>

/* Neighbours on each side that count: three standard deviations of six photos. */
enum { LEVEL_REACH = 18 };

/* A photo that has no brightness: it cannot be read, or is left out. */
#define LEVEL_NONE (-1.0)

/* means: of n photos, 0 to 255 or LEVEL_NONE; the table for photo at. */
void level_table(const double *means, unsigned n, unsigned at, uint8_t ret_table[256]);
void level_same(uint8_t ret_table[256]); /* changes nothing */
