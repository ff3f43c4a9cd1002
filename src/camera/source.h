/* What sources need of a camera: the calls that they answer, and those that they make. A source
 * (push, v4l2, libcamera, http) feeds the camera and obeys it; it never knows the consumers.
 * Loop only. */
#pragma once
#include "camera/camera.h"
#include "camera/control.h"
#include "media/live.h"

/* What a source is asked to deliver; 0 = the source's choice. */
struct camera_wish {
    uint16_t fps, width, height;
};

/* What a source can do. Called by the camera only. When to try again is the demand's decision
 * alone: a source that cannot go on calls camera_failed and waits for the next start. */
struct source_ops {
    /* It rests: deliver frames from now on. */
    void (*start)(void *source, const struct camera_wish *wish);
    /* It runs, and something else is wished of it now. Frames go on meanwhile where they can. */
    void (*adjust)(void *source, const struct camera_wish *wish);
    /* It runs but delivers nothing: begin again. */
    void (*restart)(void *source, const struct camera_wish *wish);
    /* Rest; called on a resting source too, for one may connect while it streams. */
    void (*stop)(void *source);
    /* A still under this request number: answered by camera_captured. The one before was answered,
     * or is given up. -ENOTSUP: it can only stream; -EBUSY: it still takes the one that was given
     * up; -ENOTCONN: the device is not there now. */
    int (*still)(void *source, uint32_t request);
    /* Values that the controls can have, by their places in camera_schema. What comes of it the
     * source tells by camera_controls_changed and camera_refused. -ENOTSUP: it has no controls. */
    int (*set)(void *source, const struct control_values *values);
    /* Another source took its place or the camera ends: it must not touch the camera again. */
    void (*detached)(void *source);
};

/* A good frame needs this much room before it. */
enum { CAMERA_FRAME_ROOM = PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES };

struct camera_source_info {
    enum rendition_kind native; /* RENDITION_JPEG (zero) or RENDITION_RAW */
    bool controlled;
    int64_t
        first_frame_us; /* what it allows for a first frame, if that is longer than the policy */
    const char *name, *model;        /* NULL = unknown; copied */
    const struct controls *controls; /* NULL = none; copied */
};
/* The device is there. Takes the place of the source that was there before, if any, whose
 * detached() is called. */
void camera_source_up(struct camera *camera, const struct source_ops *ops, void *source,
                      const struct camera_source_info *info);
void camera_source_down(struct camera *camera);
/* True while this source is the camera's. */
bool camera_has_source(const struct camera *camera, const void *source);

/* What the source found out about its device only now; borrowed. What the owner chose is set again
 * where the device has something else. */
void camera_learned(struct camera *camera, const char *model, const struct controls *controls);

/* The controls as the source described them, and as they are; valid until it is up or learned
 * again. Empty: it has none. */
const struct controls *camera_schema(const struct camera *camera);

/* From now on the source gives this kind (RENDITION_JPEG or RENDITION_RAW); viewers stay. */
void camera_native(struct camera *camera, enum rendition_kind native);

/* A frame of the native kind, as it came. A JPEG has CAMERA_FRAME_ROOM before unit_off; a raw
 * picture lies in memory that a lent buffer (base/buf.h) stands for. dark: the device says its
 * exposure has not settled. */
struct camera_frame {
    struct buf *takes_buf;
    uint32_t unit_off, end_off;    /* JPEG */
    struct jpeg_info info;         /* JPEG, once it was checked */
    bool is_admitted;              /* by camera_admit */
    const struct raw_picture *raw; /* copied; NULL: it is a JPEG */
    int64_t capture_us, arrival_us;
    bool dark;
};
/* Counts it and looks at it, unless camera_admit did, and publishes it or drops it. Takes the
 * buffer. Not for stills. */
void camera_frame(struct camera *camera, const struct camera_frame *frame);
/* Its first half, for sources that want to know what came: counts the frame and drops it where no
 * viewer wants it or the gatekeeper refuses it: JPEG_OK, or the reason, and the buffer is gone. */
unsigned camera_admit(struct camera *camera, struct camera_frame *frame)
    __attribute__((warn_unused_result));

/* The gatekeeper (media/jpeg.h) on a JPEG frame: JPEG_OK, and it is the repaired picture, perhaps
 * in another buffer; else the fault. Any thread. */
enum jpeg_fault camera_check_jpeg(struct camera_frame *frame, const struct jpeg_limits *limits)
    __attribute__((warn_unused_result));
size_t camera_frame_bytes(const struct camera_frame *frame); /* as they count in statistics */
/* A checked JPEG frame as a packet, its live header yet to be written: a still. Takes the buffer.
 */
struct packet *camera_packet(const struct camera_frame *frame) __attribute__((returns_nonnull));
/* What is shown of a sleeping camera: every JPEG frame becomes the poster by itself; a raw source
 * makes one of its last picture before it sleeps. Takes the packet. */
void camera_set_poster(struct camera *camera, struct packet *takes_packet);
/* Lets go of raw pictures: their memory goes back to the driver. */
void camera_flush_raw(struct camera *camera);

void camera_count_received(struct camera *camera, size_t len_bytes); /* before any drop */
void camera_count_drop(struct camera *camera, unsigned drop);
/* The same for frames that were received and dropped on another thread: len_bytes of all of them.
 * They are counted as received as well. */
void camera_count_drops(struct camera *camera, unsigned drop, uint64_t frames, uint64_t len_bytes);

/* What the owner should know (copied, one sentence); a usable frame clears it. The log has it once,
 * until it changes, and a few a minute. */
void camera_error(struct camera *camera, const char *sentence);
/* The same, and the source has given up this start: the demand decides when it tries again. */
void camera_failed(struct camera *camera, const char *sentence);
/* The same, and no frame can come now: captures that wait for one fail. */
void camera_unreachable(struct camera *camera, const char *sentence);
/* What a device sends is charged to its camera, also over several connections: the share of a
 * device is one second of cost a second, and a burst of some. 0: it may go on; else until when
 * nothing more is to be read from it. */
int64_t camera_charge(struct camera *camera, int64_t cost_us);
/* True while this still is waited for. */
bool camera_awaits_still(const struct camera *camera, uint32_t request);
void camera_battery(struct camera *camera, int percent);
void camera_sleeps(struct camera *camera, int64_t seconds); /* by itself, from now on */
/* The device says what is in force: after each set, and whenever it changes by itself. */
void camera_controls_changed(struct camera *camera, const struct control_values *values);
/* It does not take the value that this control was set to; why: a sentence. */
void camera_refused(struct camera *camera, unsigned control, const char *why);

/* The answer to source_ops.still: error 0 with a still, or negative with NULL. Borrows the
 * packet. */
void camera_captured(struct camera *camera, uint32_t request, int error, struct packet *still);
