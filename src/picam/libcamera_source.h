/* The source of one Raspberry Pi camera, through its helper (picam/libcamera_link.h). Loop only.
 */
#pragma once
#include "camera/source.h"

struct libcamera_source;

/* Connects the camera, which is up as soon as its helper has opened it. helper: the program; both
 * it and the camera outlive the source, or the camera detaches it. ended: it was hung up or
 * detached, and its helper and its thread are over; the callee destroys the source. */
int libcamera_source_create(struct camera *camera, const char *helper, void (*ended)(void *ctx),
                            void *ctx, struct libcamera_source **ret_source)
    __attribute__((warn_unused_result));

/* Takes it from its camera and ends the helper. */
void libcamera_source_hang_up(struct libcamera_source *source);
void libcamera_source_destroy(struct libcamera_source *source); /* waits for it; takes NULL */

/* The camera that it serves; NULL: it was detached, and waits for its end. */
struct camera *libcamera_source_camera(const struct libcamera_source *source);
