/* JPEGs made visible for tests. */
#pragma once
#include <stdint.h>

#include "base/buf.h"

struct pixels {
    int width, height, subsampling; /* TJSAMP_… */
    uint8_t *rgb;                   /* 3 bytes a pixel, no padding */
};

/* Fails the test when it does not decode. Finish it with pixels_finish. */
struct pixels pixels_decode(const uint8_t *jpeg, size_t len_bytes);
void pixels_finish(struct pixels *pixels);

const uint8_t *pixels_at(const struct pixels *pixels, int x, int y);
int pixels_luma(const struct pixels *pixels, int x, int y);

/* The middle of all that is strongly red; the count of such pixels is returned. */
int pixels_find_red(const struct pixels *pixels, int *ret_x, int *ret_y);
