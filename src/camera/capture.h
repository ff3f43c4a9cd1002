/* Capture: one fresh still of a camera, waking it where need be. Loop only.
 *
 * A controlled device is asked for a still at its best; a device that only pushes gives its next
 * fresh frame. It is asked for one still at a time: those who wait when that is taken share it, and
 * later ones share the next one. A still that is no longer awaited is not requested.
 */
#pragma once
#include "camera/camera.h"

struct capture;

enum capture_kind {
    CAPTURE_STILL, /* the device's own still where it can take one */
    CAPTURE_FRAME, /* the next fresh frame of the stream, in any case */
};

/* done is called exactly once unless the capture is cancelled, never from inside capture_begin: 0
 * and the still (borrowed), or -ENOTCONN: no device; -ETIMEDOUT: nothing came within timeout_us;
 * -EIO: the device said no; -EBUSY: it has too many to take already; -EHOSTUNREACH: a network
 * camera that cannot be reached. */
struct capture *capture_begin(struct camera *camera, enum capture_kind kind, int64_t timeout_us,
                              void (*done)(void *ctx, int error, struct packet *still), void *ctx)
    __attribute__((returns_nonnull, warn_unused_result));
void capture_cancel(struct capture *capture); /* takes NULL; not after done */
