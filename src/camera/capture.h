/* Capture: one fresh still of a camera, which is woken if it sleeps. Loop only.
 *
 * A controlled device takes a full-size still; of a device that only pushes, the next fresh frame
 * is used. One still is requested at a time: all captures waiting when it is taken share it, later
 * ones share the next. Nothing is requested once no capture waits.
 */
#pragma once
#include "camera/camera.h"

struct capture;

enum capture_kind {
    CAPTURE_STILL, /* a still that the device takes, if it can */
    CAPTURE_FRAME, /* always the next fresh frame of the stream */
};

/* done is called exactly once unless the capture is cancelled, never from inside capture_begin: 0
 * and the still (borrowed), or -ENOTCONN: no device; -ETIMEDOUT: no picture within timeout_us;
 * -EIO: the device failed to take it; -EBUSY: the device is busy with another one; -EHOSTUNREACH:
 * the network camera cannot be reached. */
struct capture *capture_begin(struct camera *camera, enum capture_kind kind, int64_t timeout_us,
                              void (*done)(void *ctx, int error, struct packet *still), void *ctx)
    __attribute__((returns_nonnull, warn_unused_result));
void capture_cancel(struct capture *capture); /* takes NULL; not after done */
