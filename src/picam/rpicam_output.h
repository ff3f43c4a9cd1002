/* Splits the output of rpicam's stream program, a series of JPEGs read from a pipe.
 * Owned by one thread. */
#pragma once
#include "camera/source.h"

struct rpicam_output {
    uint8_t *bytes;
    size_t room_bytes, len_bytes;
    size_t seen_bytes; /* of those, known to contain no end of a JPEG */
};

/* Reads more output; blocks until there is some. 0; -ENODATA: it ended; -EFBIG: a JPEG is too
 * large; else a negative errno. */
int rpicam_output_read(struct rpicam_output *output, int fd) __attribute__((warn_unused_result));

/* The next complete JPEG, as camera_frame takes it; the buffer becomes the caller's. False: more
 * output is needed. */
bool rpicam_output_next(struct rpicam_output *output, struct camera_frame *ret_frame)
    __attribute__((warn_unused_result));

/* Discards what was read, and frees the memory. */
void rpicam_output_finish(struct rpicam_output *output);
