/* Scales pictures down: each pixel is the mean of scale x scale. For raw pictures; a decoder would
 * scale better and cheaper. Belongs to one thread at a time. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "codec/picture.h"

struct shrink {
    uint8_t *planes; /* of the last picture */
    size_t capacity_bytes;
};

void shrink_finish(struct shrink *shrink); /* a zeroed one is ready for use */

/* The sides divided by scale (2, 4 or 8) and rounded down to even; the planes are borrowed until
 * the next call. -EBADMSG: nothing would be left; -ENOMEM. */
int shrink_picture(struct shrink *shrink, const struct picture *picture, unsigned scale,
                   struct picture *ret_picture) __attribute__((warn_unused_result));

/* Reserves memory for the planes. -ENOMEM. */
int shrink_reserve(struct shrink *shrink, size_t len_bytes) __attribute__((warn_unused_result));

/* One plane of samples that lie step bytes apart; out_width x out_height means of scale x scale. */
void shrink_plane(const uint8_t *in, unsigned in_stride, unsigned step, unsigned scale,
                  uint8_t *out, unsigned out_stride, unsigned out_width, unsigned out_height);
