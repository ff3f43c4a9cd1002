/* The Raspberry Pi cameras of this machine: finds them with the helper, or with rpicam's programs
 * if there is no helper, and gives each its source. Loop only. */
#pragma once
#include "camera/registry.h"
#include "helper/libcamera/protocol.h"

struct libcamera;

struct libcamera_params {
    struct registry *registry; /* outlives it */
    const char *helper;        /* path of eyelid-libcamera; copied; NULL: not installed */
    const char *path;          /* PATH to search for rpicam's programs then; copied */
};

/* The id of such a camera, like "imx219-3fa8". Pure. */
void libcamera_id(const struct helper_camera *found, char ret_id[CAMERA_ID_MAX + 1]);

/* -ENOENT: neither the helper nor the programs are installed; else a negative errno.
 */
int libcamera_create(const struct libcamera_params *params, struct libcamera **ret_libcamera)
    __attribute__((warn_unused_result));

/* Ends every source and its helper; before the registry. Takes NULL. */
void libcamera_destroy(struct libcamera *libcamera);
