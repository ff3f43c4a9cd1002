/* What rpicam's and libcamera's own programs write: their list of cameras, and JPEGs one behind
 * another. Pure functions over bytes. Formats: rpicam-apps, `--list-cameras` and `--codec mjpeg`;
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
 * Lines that are no camera are passed over. */
unsigned rpicam_text_cameras(const char *text, size_t len_bytes,
                             struct rpicam_camera cameras[HELPER_CAMERAS_MAX]);

/* The first JPEG among the bytes, found by its segments, so that a thumbnail inside is not taken
 * for its end: 0, and its place; -EAGAIN: more bytes are needed, and those before *ret_off are of
 * no use; len_bytes is then all there is. */
int rpicam_text_jpeg(const uint8_t *bytes, size_t len_bytes, size_t *ret_off, size_t *ret_end)
    __attribute__((warn_unused_result));
