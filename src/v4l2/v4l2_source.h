/* A local camera as a source: which camera it is, and its life. The device is its driver's
 * (v4l2/v4l2_driver.h). Loop only. */
#pragma once
#include "camera/registry.h"
#include "v4l2/v4l2_driver.h"

struct v4l2_source {
    struct list node; /* its owner's */
    struct v4l2_driver driver;
    void (*ended)(void *ctx, struct v4l2_source *source);
    void *ctx;
};

/* Adds the camera and its source. Takes found unless it fails. ended: the device or the camera is
 * gone and the thread has ended; the callee destroys the source. Negative errno: the registry is
 * full, or thread creation failed. */
int v4l2_source_create(struct registry *registry, struct v4l2_found *takes_found,
                       void (*ended)(void *ctx, struct v4l2_source *source), void *ctx,
                       struct v4l2_source **ret_source) __attribute__((warn_unused_result));

/* Its node is gone: the camera goes offline now, the source ends soon. */
void v4l2_source_gone(struct v4l2_source *source);

/* Waits for the thread. Takes NULL. */
void v4l2_source_destroy(struct v4l2_source *source);
