/* Raw pictures to JPEG, for cameras that do not make JPEG. Used by one thread at a time.
 * Format: ITU-T T.81 baseline, JFIF 1.02: full range BT.601. A picture of limited range is
 * stretched; one of BT.709 keeps its chroma, so its colours are slightly off. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "codec/raw_planes.h"

enum { JPEG_ENCODE_QUALITY = 85, JPEG_ENCODE_BEST_QUALITY = 95 };

struct jpeg_encode {
    void *handle; /* TurboJPEG's */
    struct raw_planes raw_planes;
    uint8_t *stretched; /* planes in full range */
    size_t capacity_bytes;
};

/* -ENOMEM. */
int jpeg_encode_init(struct jpeg_encode *encode) __attribute__((warn_unused_result));
void jpeg_encode_finish(struct jpeg_encode *encode); /* a zeroed one too */

/* A new buffer with room bytes left free in front of the JPEG, which ends at *ret_end_off. quality:
 * 1 to 100. -EBADMSG: raw has an unsupported format or size; -ENOMEM; -EIO. */
int jpeg_encode_raw(struct jpeg_encode *encode, const struct raw_picture *raw, unsigned quality,
                    size_t room, struct buf **ret_buf, size_t *ret_end_off)
    __attribute__((warn_unused_result));

/* The same for an occasional picture, with a temporary codec. Any thread. */
int jpeg_encode_once(const struct raw_picture *raw, unsigned quality, size_t room,
                     struct buf **ret_buf, size_t *ret_end_off) __attribute__((warn_unused_result));
