/* The link to one Raspberry Pi camera: a thread that keeps its helper running, hears it, and posts
 * what it says as events to the loop. A helper that ends is started again, later each time; one
 * that does not answer is ended. Loop only, but for the thread inside. */
#pragma once
#include <stdatomic.h>

#include "base/clock.h"
#include "base/inbox.h"
#include "picam/libcamera_message.h"
#include "stream/packet.h"

struct libcamera_link;

struct libcamera_link_params {
    const char *helper, *camera_id; /* copied */
    struct inbox *events;           /* borrowed, outlives the link; as the next two */
    _Atomic unsigned *n_events;     /* those that were posted and are not destroyed yet */
    const struct clock *clock;
    int (*make_jpeg)(const struct raw_picture *raw, unsigned quality, size_t room,
                     struct buf **ret_buf, size_t *ret_end_off);
};

enum libcamera_event_kind {
    LIBCAMERA_READY,    /* the camera is open */
    LIBCAMERA_FRAME,    /* of the stream */
    LIBCAMERA_POSTER,   /* what is to be shown of it while it rests */
    LIBCAMERA_STILL,    /* a capture was answered */
    LIBCAMERA_CAPTURED, /* a capture is over, with or without one */
    LIBCAMERA_TROUBLE,  /* something the owner should know */
    LIBCAMERA_GONE,     /* the helper ended, and begins anew by itself */
    LIBCAMERA_ENDED, /* the last one, after it was hung up: destroying it does not wait any more */
};

struct libcamera_event {
    struct list node;
    enum libcamera_event_kind kind;
    _Atomic unsigned *n_events; /* of the link's params, where it counts */
    struct libcamera_ready {
        char model[64];
        unsigned n_controls;
        struct helper_control controls[HELPER_CONTROLS_MAX];
    } * ready; /* owned; READY */
    struct {
        struct buf *buf; /* owned; FRAME */
        struct raw_picture raw;
        int64_t capture_us, arrival_us;
    } frame;
    struct packet *jpeg; /* owned; POSTER and STILL */
    uint32_t request;    /* STILL */
    int error;           /* CAPTURED, TROUBLE: 0 or a negative errno */
    char sentence[160];  /* TROUBLE */
};
void libcamera_event_destroy(struct libcamera_event *event);

/* -EAGAIN: no thread to be had. */
int libcamera_link_create(const struct libcamera_link_params *params,
                          struct libcamera_link **ret_link) __attribute__((warn_unused_result));

/* The first half of its end, which several links may go through at once; then the other, which
 * waits for the thread: for two seconds at most, and not at all once LIBCAMERA_ENDED came. */
void libcamera_link_hang_up(struct libcamera_link *link);
void libcamera_link_destroy(struct libcamera_link *link); /* takes NULL */

/* An order for the helper; false: there is none now, or it takes no more orders. */
bool libcamera_link_send(struct libcamera_link *link, enum helper_kind kind, const void *body,
                         size_t len_bytes);
