/* What rpicam's stream program writes: JPEGs one behind another, read from a pipe and taken apart.
 * Owned by one thread. */
#pragma once
#include "camera/source.h"

struct rpicam_output {
    uint8_t *bytes;
    size_t room_bytes, len_bytes;
    size_t seen_bytes; /* of those, without an end of a JPEG */
};

/* More of the output; blocks unless there is some. 0; -ENODATA: it ended; -EFBIG: no JPEG is that
 * large; else a negative errno. */
int rpicam_output_read(struct rpicam_output *output, int fd) __attribute__((warn_unused_result));

/* The next whole JPEG: its bytes, as camera_frame takes them; the caller's buffer. False: more is
 * needed. */
bool rpicam_output_next(struct rpicam_output *output, struct camera_frame *ret_frame)
    __attribute__((warn_unused_result));

/* Forgets what was read of a program that ended, and the room for it. */
void rpicam_output_finish(struct rpicam_output *output);
