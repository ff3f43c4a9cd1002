/* The thread of one local camera: only it touches the device, so that nothing that blocks there
 * delays others. It sleeps until it has orders; the device is open only while pictures are wanted.
 * The loop gives it a target state and takes its reports. */
#pragma once
#include "base/list.h"
#include "base/waker.h"
#include "camera/registry.h"
#include "v4l2/v4l2_found.h"

struct v4l2_worker;

/* Takes the waker, which is called when there are reports. found is borrowed and outlives the
 * worker; the worker reads its immutable parts, and has its own values of the controls. -EAGAIN:
 * thread creation failed. */
int v4l2_worker_create(const struct v4l2_found *found, const struct camera_env *env,
                       struct waker waker, struct v4l2_worker **ret_worker)
    __attribute__((warn_unused_result));

/* Ends the thread, waits for it and drops its reports. Takes NULL. */
void v4l2_worker_destroy(struct v4l2_worker *worker);

/* --- Orders: a target state, so of several the last one counts. Loop only. --- */

/* Starts a stream, or restarts it. */
void v4l2_worker_run(struct v4l2_worker *worker, const struct v4l2_target *target);
/* Changes what runs, or will run. */
void v4l2_worker_adjust(struct v4l2_worker *worker, const struct v4l2_target *target);
void v4l2_worker_rest(struct v4l2_worker *worker);
void v4l2_worker_want(struct v4l2_worker *worker, const struct v4l2_wanted *wanted);
void v4l2_worker_still(struct v4l2_worker *worker, uint32_t request);
/* The thread ends as soon as possible; its last report is V4L2_REPORT_ENDED. */
void v4l2_worker_quit(struct v4l2_worker *worker);

/* --- Reports. --- */

enum v4l2_report_kind {
    V4L2_REPORT_FRAME,
    V4L2_REPORT_DROPS,  /* unusable frames arrived: v4l2_worker_take_drops */
    V4L2_REPORT_STILL,  /* the answer to an order */
    V4L2_REPORT_POSTER, /* the last picture of a stream that has ended */
    V4L2_REPORT_VALUES, /* of the controls, as the driver has them */
    V4L2_REPORT_ERROR,  /* the stream did not start, or broke; the next v4l2_worker_run tries
                         * again */
    V4L2_REPORT_GONE,   /* the device is gone; the thread ends */
    V4L2_REPORT_ENDED,
};

enum { V4L2_SENTENCE_MAX = 160 };

struct v4l2_report {
    struct list node;
    enum v4l2_report_kind kind;
    struct camera_frame frame;        /* FRAME; owns its buffer */
    struct raw_picture raw;           /* FRAME: what frame.raw points to */
    size_t len_bytes;                 /* FRAME: what arrived */
    uint32_t request;                 /* STILL */
    int error;                        /* STILL: 0 or negative */
    struct packet *packet;            /* STILL, POSTER: owned, NULL when there is none */
    int64_t values[V4L2_KNOBS_MAX];   /* VALUES */
    int errors[V4L2_KNOBS_MAX];       /* VALUES: with which the driver refused, or 0 */
    char sentence[V4L2_SENTENCE_MAX]; /* ERROR */
};

/* The oldest report, or NULL. Loop only. */
struct v4l2_report *v4l2_worker_next(struct v4l2_worker *worker);
/* Frees it and what it still owns. */
void v4l2_report_free(struct v4l2_worker *worker, struct v4l2_report *report);

/* Unusable frames, by reason (enum jpeg_fault or camera_drop). They are counted, not reported one
 * by one: there are most of them when the loop cannot take reports. */
struct v4l2_drops {
    struct {
        uint64_t frames, len_bytes;
    } of[CAMERA_DROPS];
    unsigned last; /* reason of the last one */
};

/* Those since the last call. Loop only. */
struct v4l2_drops v4l2_worker_take_drops(struct v4l2_worker *worker);
