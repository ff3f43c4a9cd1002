/* A file of JPEGs one behind another, as recorders of MJPEG streams write it. Format: ITU-T T.81
 * Annex B. One thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { MJPEG_MAX_BYTES = 1 << 30 };

struct mjpeg {
    unsigned count;
    struct buf **frames;
    uint16_t width, height; /* pixels, of the first */
};

/* The length of the JPEG that begins at data, SOI through EOI, found by walking its segments: a
 * thumbnail inside is not taken for its end. ret_width and ret_height come from its frame header.
 * -EBADMSG when there is no whole JPEG. */
int mjpeg_measure(const uint8_t *data, size_t len_bytes, size_t *ret_len_bytes, uint16_t *ret_width,
                  uint16_t *ret_height) __attribute__((warn_unused_result));

/* Reads the whole file. Zeros and line ends between frames are skipped. On failure a negative errno
 * and a sentence in error: which file, at which byte, what is wrong. */
int mjpeg_load(const char *path, struct mjpeg *ret_mjpeg, char *error, size_t error_cap)
    __attribute__((warn_unused_result));
void mjpeg_finish(struct mjpeg *mjpeg);
