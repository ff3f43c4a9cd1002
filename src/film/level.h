/* Evens out brightness between photos: each is moved to the mean of its neighbours' logarithms,
 * weighted by a bell curve. Pure; any thread. */
#pragma once
#include <stdint.h>

/* Neighbours used on each side: three standard deviations of six photos. */
enum { LEVEL_REACH = 18 };

/* A photo without brightness: unreadable, or left out. */
#define LEVEL_NONE (-1.0)

/* The table for photo at. means: of n photos, 0 to 255 or LEVEL_NONE. */
void level_table(const double *means, unsigned n, unsigned at, uint8_t ret_table[256]);
void level_same(uint8_t ret_table[256]); /* changes nothing */
