/* JPEG to samples by TurboJPEG, in this process. One thread at a time.
 * Format: ITU-T T.81 baseline, extended and progressive; JFIF 1.02 for the meaning of the
 * samples. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/picture.h"

enum jpeg_want {
    JPEG_WANT_PLANES, /* in the JPEG's chroma; by 4:2:0 for a sampling that has no name */
    JPEG_WANT_GREY,   /* at an eighth of the size, rounded up */
    JPEG_WANT_RGB,    /* 24 bits a pixel in planes[0], small */
};

struct jpeg_wish {
    enum jpeg_want want;
    unsigned scale;    /* of planes: each side is divided by 1, 2, 4 or 8, and rounded up */
    unsigned max_side; /* of RGB: pixels; the decoder's largest size that fits is taken */
};

struct jpeg_local {
    void *handle;     /* TurboJPEG's */
    void *encoder;    /* TurboJPEG's, from RGB to planes; NULL until it is needed */
    uint8_t *samples; /* of the last picture */
    size_t capacity_bytes;
    bool is_fixed; /* samples are the caller's, and do not grow */
};

/* -ENOMEM. */
int jpeg_local_init(struct jpeg_local *local) __attribute__((warn_unused_result));
void jpeg_local_finish(struct jpeg_local *local); /* a zeroed one too */

/* The planes are borrowed until the next call. -EBADMSG: not a supported JPEG, a size that H.264
 * does not allow, or an incomplete scan; -ENOMEM. */
int jpeg_local_decode(struct jpeg_local *local, const struct jpeg_wish *wish, const uint8_t *jpeg,
                      size_t len_bytes, struct picture *ret_picture)
    __attribute__((warn_unused_result));
