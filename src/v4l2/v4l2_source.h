/* A local camera as a source: the loop's half, which knows the camera and its owner's wishes. The
 * worker (v4l2/v4l2_worker.h) owns the device. Loop only. */
#pragma once
#include "camera/registry.h"
#include "v4l2/v4l2_found.h"

struct v4l2_source {
    struct list node; /* its owner's */
    struct registry *registry;
    struct camera *camera; /* NULL: replaced by another source, or the device is gone */
    bool is_dismissed;     /* the owner removed the camera although its device is connected */
    struct v4l2_found *found;
    struct camera_wish wish;   /* the last one */
    struct v4l2_target owner;  /* what the owner chose of the stream */
    struct v4l2_wanted wanted; /* and of the controls */
    struct v4l2_worker *worker;
    struct net_wake *wake;
    void (*ended)(void *ctx, struct v4l2_source *source);
    void *ctx;
};

/* Brings the camera up. Takes found, but not if it fails. ended: the device or the camera is gone
 * and the thread has ended; the callee destroys the source. Negative errno: the registry takes no
 * more cameras, or thread creation failed. */
int v4l2_source_create(struct registry *registry, struct v4l2_found *takes_found,
                       void (*ended)(void *ctx, struct v4l2_source *source), void *ctx,
                       struct v4l2_source **ret_source) __attribute__((warn_unused_result));

/* Its node is gone: the camera goes offline now, the source ends soon. */
void v4l2_source_gone(struct v4l2_source *source);

/* Waits for the thread. Takes NULL. */
void v4l2_source_destroy(struct v4l2_source *source);
