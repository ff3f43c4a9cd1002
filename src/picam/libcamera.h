/* The Raspberry Pi cameras of this machine: found by the helper, or by rpicam's programs where the
 * helper is not there, and each given its source. Loop only. */
#pragma once
#include "camera/registry.h"
#include "helper/libcamera/protocol.h"

struct libcamera;

struct libcamera_params {
    struct registry *registry; /* outlives it */
    const char *helper;        /* eyelid-libcamera's file; copied; NULL: it is not there */
    const char *path;          /* where rpicam's programs are looked for then; copied */
};

/* What such a camera is called: "imx219-3fa8". Pure. */
void libcamera_id(const struct helper_camera *found, char ret_id[CAMERA_ID_MAX + 1]);

/* -ENOENT: neither the helper nor the programs are there: no such cameras; else a negative errno.
 */
int libcamera_create(const struct libcamera_params *params, struct libcamera **ret_libcamera)
    __attribute__((warn_unused_result));

/* Ends every source and its helper; before the registry. Takes NULL. */
void libcamera_destroy(struct libcamera *libcamera);
