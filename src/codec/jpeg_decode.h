/* JPEG to planes, without RGB in between for the usual subsamplings. A decoder is used by one
 * thread at a time.
 * Format: ITU-T T.81 baseline, extended and progressive; JFIF 1.02 for the meaning of the
 * samples. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "codec/picture.h"

struct jpeg_decode {
    void *handle;    /* TurboJPEG's */
    void *encoder;   /* TurboJPEG's, from RGB to planes; NULL until it is needed */
    uint8_t *planes; /* of the last picture */
    size_t capacity_bytes;
};

/* -ENOMEM. */
int jpeg_decode_init(struct jpeg_decode *decode) __attribute__((warn_unused_result));
void jpeg_decode_finish(struct jpeg_decode *decode); /* a zeroed one too */

/* Each side is divided by scale (1, 2, 4 or 8) and rounded up: the decoder does so from fewer
 * coefficients, which costs less than the full size. The planes are borrowed until the next call.
 * -EBADMSG: not a supported JPEG, a size that H.264 does not allow, or an incomplete scan;
 * -ENOMEM. */
int jpeg_decode_planes(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                       unsigned scale, struct picture *ret_picture)
    __attribute__((warn_unused_result));

/* The same as grey at an eighth of its size (rounded up), if only brightness matters. */
int jpeg_decode_thumbnail(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                          struct picture *ret_picture) __attribute__((warn_unused_result));
