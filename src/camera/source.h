/* The interface between a camera and its source: calls from the camera, and calls by the source.
 * A source (push, v4l2, libcamera, http) delivers frames and follows the camera's orders; it does
 * not know the consumers. Loop only. */
#pragma once
#include "camera/camera.h"
#include "camera/control.h"
#include "media/live.h"

/* What a source is asked to deliver; 0 = the source's choice. */
struct camera_wish {
    uint16_t fps, width, height;
};

/* Called by the camera only. Only the demand decides when to retry: a source that cannot continue
 * calls camera_failed and waits for the next start. */
struct source_ops {
    /* Deliver frames from now on. */
    void (*start)(void *source, const struct camera_wish *wish);
    /* The wish has changed while it runs. Frames should continue meanwhile if possible. */
    void (*adjust)(void *source, const struct camera_wish *wish);
    /* It runs but delivers nothing: start again. */
    void (*restart)(void *source, const struct camera_wish *wish);
    /* Stop. May be called on a stopped source: a device can connect while it is streaming. */
    void (*stop)(void *source);
    /* Take a still; camera_captured answers with this request number. The previous request was
     * answered or has timed out. -ENOTSUP: it can only stream; -EBUSY: it is still taking the one
     * that timed out; -ENOTCONN: the device is not connected. */
    int (*still)(void *source, uint32_t request);
    /* Set values, all of them valid, by their places in camera_schema. The source reports the
     * result with camera_controls_changed and camera_refused. -ENOTSUP: it has no controls. */
    int (*set)(void *source, const struct control_values *values);
    /* Another source replaced it, or the camera ends: it must not touch the camera again. */
    void (*detached)(void *source);
};

/* Bytes that must be free before a JPEG frame. */
enum { CAMERA_FRAME_ROOM = PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES };

struct camera_source_info {
    enum rendition_kind native; /* RENDITION_JPEG (zero) or RENDITION_RAW */
    bool controlled;
    int64_t first_frame_us;   /* its timeout for the first frame, if longer than the policy's */
    const char *name, *model; /* NULL = unknown; copied */
    const struct controls *controls; /* NULL = none; copied */
};
/* The device is connected. Replaces the previous source, if there is one, whose detached() is
 * called. */
void camera_source_up(struct camera *camera, const struct source_ops *ops, void *source,
                      const struct camera_source_info *info);
void camera_source_down(struct camera *camera);
/* The owner moved a network camera to another address (copied), which is stored. The source is then
 * replaced by one for it. */
void camera_move(struct camera *camera, const char *address);

/* Reports what the source has learned about its device only now; borrowed. The owner's settings are
 * sent again where the device's values differ. */
void camera_learned(struct camera *camera, const char *model, const struct controls *controls);

/* The controls as described by the source, with their current values; valid until the next
 * camera_source_up or camera_learned. Empty: it has none. */
const struct controls *camera_schema(const struct camera *camera);

/* From now on the source delivers this kind (RENDITION_JPEG or RENDITION_RAW); viewers stay. */
void camera_native(struct camera *camera, enum rendition_kind native);

/* A frame of the native kind, as received. A JPEG has CAMERA_FRAME_ROOM before unit_off; a raw
 * picture is in memory that a lent buffer (base/buf.h) represents. dark: the device reports that
 * its exposure has not settled. */
struct camera_frame {
    struct buf *takes_buf;
    uint32_t unit_off, end_off;    /* JPEG */
    struct jpeg_info info;         /* JPEG, after the check */
    bool is_admitted;              /* by camera_admit */
    const struct raw_picture *raw; /* copied; NULL: it is a JPEG */
    int64_t capture_us, arrival_us;
    bool dark;
};
/* Counts and checks the frame, unless camera_admit did, and publishes or drops it. Takes the
 * buffer. Not for stills. */
void camera_frame(struct camera *camera, const struct camera_frame *frame);
/* The first half of camera_frame, for sources that need the result: counts the frame, and drops it
 * if no lease wants it or the gatekeeper refuses it. JPEG_OK; or the reason, and the buffer is
 * freed. */
unsigned camera_admit(struct camera *camera, struct camera_frame *frame)
    __attribute__((warn_unused_result));

/* Runs the gatekeeper (media/jpeg.h) on a JPEG frame: JPEG_OK, and the frame is then the repaired
 * picture, possibly in another buffer; else the fault. Any thread. */
enum jpeg_fault camera_check_jpeg(struct camera_frame *frame, const struct jpeg_limits *limits)
    __attribute__((warn_unused_result));
size_t camera_frame_bytes(const struct camera_frame *frame); /* as counted in statistics */
/* Makes a still of a checked JPEG frame: a packet without its live header. Takes the buffer.
 */
struct packet *camera_packet(const struct camera_frame *frame) __attribute__((returns_nonnull));
/* Sets the picture that is shown while the camera sleeps. JPEG frames become the poster by
 * themselves; a raw source encodes its last picture before it stops. Takes the packet. */
void camera_set_poster(struct camera *camera, struct packet *takes_packet);
/* Releases all raw pictures, whose memory then returns to the driver. */
void camera_flush_raw(struct camera *camera);

void camera_count_received(struct camera *camera, size_t len_bytes); /* before any drop */
void camera_count_drop(struct camera *camera, unsigned drop);
/* Counts frames that another thread received and dropped, both as received and as dropped;
 * len_bytes is their total size. */
void camera_count_drops(struct camera *camera, unsigned drop, uint64_t frames, uint64_t len_bytes);

/* Sets the error shown to the owner (copied, one sentence); a usable frame clears it. Logged when
 * it changes, a few times a minute at most. */
void camera_error(struct camera *camera, const char *sentence);
/* The same, and the source gives up this start; the demand decides when to retry. */
void camera_failed(struct camera *camera, const char *sentence);
/* The same, and captures that wait for a frame fail now. */
void camera_unreachable(struct camera *camera, const char *sentence);
/* Charges the cost of a device's data to its camera, over all its connections: a device may use one
 * second of cost per second, and a limited burst. Returns 0; or the time until which nothing more
 * should be read from it. */
int64_t camera_charge(struct camera *camera, int64_t cost_us);
/* True while a capture waits for this still. */
bool camera_awaits_still(const struct camera *camera, uint32_t request);
void camera_battery(struct camera *camera, int percent);
void camera_sleeps(struct camera *camera, int64_t seconds); /* by itself, from now on */
/* The values in force, as the device reports them after each set and after its own changes. */
void camera_controls_changed(struct camera *camera, const struct control_values *values);
/* The device refused the value for this control; why: a sentence. */
void camera_refused(struct camera *camera, unsigned control, const char *why);

/* The answer to source_ops.still: error 0 with a still, or negative with NULL. Borrows the
 * packet. */
void camera_captured(struct camera *camera, uint32_t request, int error, struct packet *still);
