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

/* Reads the whole file. Zeros and line ends between frames are skipped. On failure a negative errno
 * and a sentence in error: which file, at which byte, what is wrong. */
int mjpeg_load(const char *path, struct mjpeg *ret_mjpeg, char *error, size_t error_cap)
    __attribute__((warn_unused_result));
void mjpeg_finish(struct mjpeg *mjpeg);
