/* The source of one Raspberry Pi camera, through its helper (picam/libcamera_link.h). Loop only.
 */
#pragma once
#include "camera/camera.h"

struct libcamera_source;

/* Connects the camera, which is up as soon as its helper has opened it. helper: the program; both
 * it and the camera outlive the source, or the camera detaches it. */
int libcamera_source_create(struct camera *camera, const char *helper,
                            struct libcamera_source **ret_source)
    __attribute__((warn_unused_result));

/* Takes it from its camera and ends the helper: first all hang up, then all are waited for. */
void libcamera_source_hang_up(struct libcamera_source *source);
void libcamera_source_destroy(struct libcamera_source *source); /* takes NULL */

/* The camera that it serves; NULL: it was detached, and waits for its end. */
struct camera *libcamera_source_camera(const struct libcamera_source *source);
