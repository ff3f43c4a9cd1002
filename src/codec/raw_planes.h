/* Raw pictures to planes: a borrowed view if the planes are separate already, else split into
 * memory of this struct. Used by one thread at a time. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "codec/picture.h"
#include "media/raw.h"

struct raw_planes {
    uint8_t *planes; /* of the last picture */
    size_t capacity_bytes;
};

void raw_planes_finish(struct raw_planes *raw_planes); /* a zeroed one is ready to use */

/* The planes are those of raw or borrowed until the next call. A last odd column or row is dropped.
 * -EBADMSG: unsupported format or size; -ENOMEM. */
int raw_planes_split(struct raw_planes *raw_planes, const struct raw_picture *raw,
                     struct picture *ret_picture) __attribute__((warn_unused_result));
