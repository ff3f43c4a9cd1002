/* Converts pixel formats that the server does not know. Pure functions over bytes. Formula: ITU-T
 * T.871 (JFIF), section 7: BT.601, full range. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "helper/libcamera/protocol.h"

/* The layout of a tightly packed I420 picture, full range BT.601; odd sides round up. */
struct helper_pixels pixels_i420(uint32_t width, uint32_t height);

/* Rows of 24 bit pixels, red first or blue first, into I420 as pixels_i420 lays it out. */
void pixels_from_rgb24(const uint8_t *rgb, uint32_t stride, bool blue_first,
                       const struct helper_pixels *layout, uint8_t *out);
