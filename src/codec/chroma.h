/* Chroma planes to 4:2:0, the only sampling that every browser plays. Luma is passed through. Used
 * by one thread at a time. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "codec/picture.h"

struct chroma {
    uint8_t *planes; /* of the last picture */
    size_t capacity_bytes;
};

void chroma_finish(struct chroma *chroma); /* a zeroed one is ready to use */

/* *ret_picture is the same picture in 4:2:0: its luma is the input's, its chroma is borrowed until
 * the next call (4:2:0 is unchanged; grey gets neutral chroma). -ENOMEM. */
int chroma_to_420(struct chroma *chroma, const struct picture *picture, struct picture *ret_picture)
    __attribute__((warn_unused_result));
