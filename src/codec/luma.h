/* Brightness of a picture, without colours and details. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "codec/jpeg_decode.h"
#include "codec/shrink.h"

enum { LUMA_SCALE = 8 };

/* Brightness at an eighth of the size: of a JPEG from its DC coefficients, of a raw picture as
 * means of 8x8. Belongs to one thread at a time. */
struct luma {
    struct jpeg_decode decode;
    struct shrink shrink;
};

int luma_init(struct luma *luma) __attribute__((warn_unused_result)); /* -ENOMEM */
void luma_finish(struct luma *luma);                                  /* a zeroed one too */

/* *ret_picture is grey and borrowed until the next call. -EBADMSG: it does not decode, or has no
 * format or size that is taken here; -ENOMEM. */
int luma_of_jpeg(struct luma *luma, const uint8_t *jpeg, size_t len_bytes,
                 struct picture *ret_picture) __attribute__((warn_unused_result));
int luma_of_raw(struct luma *luma, const struct raw_picture *raw, struct picture *ret_picture)
    __attribute__((warn_unused_result));

/* Any thread. Mean luma of a JPEG, 0 (black) to 255; -EBADMSG when it does not decode, -ENOMEM. */
int luma_mean(const uint8_t *jpeg, size_t len_bytes) __attribute__((warn_unused_result));
