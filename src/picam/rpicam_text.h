/* Parses the output of rpicam's and libcamera's programs: their list of cameras, and series of
 * JPEGs. Pure functions over bytes. Formats: rpicam-apps, `--list-cameras` and `--codec mjpeg`;
 * ITU-T T.81 (JPEG), Annex B. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "helper/libcamera/protocol.h"

/* A line of the list: "0 : imx219 [3280x2464 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx219@10)". */
struct rpicam_camera {
    unsigned number; /* for --camera */
    struct helper_camera camera;
};

/* The cameras of a list, at most HELPER_CAMERAS_MAX; USB cameras are left to the kernel's driver.
 * Other lines are skipped. */
unsigned rpicam_text_cameras(const char *text, size_t len_bytes,
                             struct rpicam_camera cameras[HELPER_CAMERAS_MAX]);

/* Finds the first JPEG by its segments, so that the end of an embedded thumbnail is not mistaken
 * for its end: 0, and its range; -EAGAIN: more bytes are needed, and those before *ret_off can be
 * discarded. */
int rpicam_text_jpeg(const uint8_t *bytes, size_t len_bytes, size_t *ret_off, size_t *ret_end)
    __attribute__((warn_unused_result));
