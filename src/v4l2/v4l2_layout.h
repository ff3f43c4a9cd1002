/* Where the planes of a raw picture are in a driver's buffer, and what its colours mean. Pure; any
 * thread. Formats: Linux kernel, "V4L2 pixel formats", "Colorspaces". */
#pragma once
#include <stddef.h>

#include "media/raw.h"

struct v4l2_pix_format;

/* The picture without its addresses (planes stay NULL, offsets are set) and the size of a whole one
 * in bytes. -EBADMSG: an unsupported format, or rows shorter than the picture. */
int v4l2_layout(const struct v4l2_pix_format *pix, struct raw_picture *ret_raw,
                size_t *ret_len_bytes) __attribute__((warn_unused_result));
