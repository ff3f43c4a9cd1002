/* Shared by the worker's files: v4l2/v4l2_worker.c (orders, the thread and its stream),
 * v4l2/v4l2_pictures.c (filled buffers) and v4l2/v4l2_still.c. */
#pragma once
#include "base/inbox.h"
#include "base/thread.h"
#include "v4l2/v4l2_stream.h"
#include "v4l2/v4l2_worker.h"

/* The target state. */
struct v4l2_orders {
    bool run, quit;
    unsigned attempt; /* counts the calls of v4l2_worker_run */
    struct v4l2_target target;
    struct v4l2_wanted wanted;
    unsigned wanted_version;
    uint32_t still; /* request number; 0: none */
};

struct v4l2_worker {
    const struct v4l2_found *found; /* immutable while the worker is there */
    const struct camera_env *env;   /* immutable */
    struct thread thread;
    int order_fd; /* an eventfd: readable when there are new orders, or lent buffers are back */
    struct inbox reports;

    struct lock lock;
    struct v4l2_orders orders; /* guarded by lock */
    unsigned frames_on_way;    /* guarded by lock: posted, not yet taken */
    struct v4l2_drops drops;   /* guarded by lock: not yet taken */
    bool has_told_drops;       /* guarded by lock: a report of them is pending */

    /* The thread's own. */
    int fd; /* of the device; -1: closed */
    struct v4l2_stream *stream;
    struct v4l2_mode asked; /* of the stream */
    unsigned seen_attempt;  /* the last attempt that was handled */
    bool has_failed;        /* in that attempt */
    bool is_gone;
    struct v4l2_knobs knobs;
    unsigned applied_version; /* of wanted */
    struct buf *last_buf;     /* the last raw picture, for the poster; NULL: none */
    struct raw_picture last_raw;
    int64_t last_us;
};

/* A new report of this kind, to be posted. */
struct v4l2_report *v4l2_report_create(enum v4l2_report_kind kind) __attribute__((returns_nonnull));
void v4l2_worker_post(struct v4l2_worker *worker, struct v4l2_report *report);

bool v4l2_worker_is_quitting(struct v4l2_worker *worker);

/* --- The device; thread only. --- */

/* Opens the device if it is closed and puts the controls in force. */
int v4l2_worker_open(struct v4l2_worker *worker) __attribute__((warn_unused_result));
/* Starts a stream, ending the current one. */
int v4l2_worker_begin(struct v4l2_worker *worker, const struct v4l2_mode *mode)
    __attribute__((warn_unused_result));
void v4l2_worker_end(struct v4l2_worker *worker); /* of the stream */
/* Closes the device and tells the loop why; if the device is gone, ends the thread. */
void v4l2_worker_fail(struct v4l2_worker *worker, int error);
/* Queues returned buffers, then waits until the driver has filled a buffer (1), another thread has
 * news or the deadline passed (0); negative: the stream is broken. */
int v4l2_worker_wait(struct v4l2_worker *worker, int64_t deadline_us)
    __attribute__((warn_unused_result));

/* --- Pictures; thread only. --- */

/* Passes what the driver filled to the loop. */
void v4l2_worker_publish(struct v4l2_worker *worker, const struct v4l2_filled *filled);

/* The same as a JPEG packet; a raw picture is encoded. Returns the buffer in any case. */
int v4l2_worker_packet(struct v4l2_worker *worker, const struct v4l2_filled *filled,
                       struct packet **ret_packet) __attribute__((warn_unused_result));

/* Counts an unusable frame. However many come until the loop looks, it is told once. */
void v4l2_worker_drop(struct v4l2_worker *worker, unsigned drop, size_t len_bytes);

/* The last raw picture becomes the poster and is released. */
void v4l2_worker_make_poster(struct v4l2_worker *worker);
void v4l2_worker_forget_last(struct v4l2_worker *worker);

/* --- Stills; thread only. --- */

/* Takes one and posts it. */
void v4l2_worker_take_still(struct v4l2_worker *worker, uint32_t request);
