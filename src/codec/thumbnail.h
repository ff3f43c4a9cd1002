/* A small JPEG of a large one. Any thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { THUMBNAIL_SIDE = 320 }; /* pixels, the longer side at most */

/* -EBADMSG: it cannot be decoded; -ENOMEM. */
int thumbnail_make(const uint8_t *jpeg, size_t len_bytes, struct buf **ret_buf)
    __attribute__((warn_unused_result));
