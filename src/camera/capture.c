#include "camera/capture.h"

#include <errno.h>

#include "base/alloc.h"
#include "camera/internal.h"

/* After this a requested still counts as lost, and another one may be requested. No capture waits
 * longer. */
static const int64_t LOST_US = 10 * US_PER_S;

struct capture {
    struct list node; /* in camera->captures */
    struct camera *camera;
    struct lease *lease;     /* waiting for a frame of the stream, or NULL */
    bool wants_still;        /* waiting for a still that the device takes */
    bool is_answered;        /* done() is about to be called */
    struct net_timer *timer; /* fires at deadline_us, or at once when there is something to do */
    int64_t begun_us, deadline_us;
    int error; /* to be reported when the timer fires */
    void (*done)(void *ctx, int error, struct packet *still);
    void *ctx;
};

static int64_t now(const struct capture *capture)
{
    return clock_now_us(capture->camera->home->env.clock);
}

void capture_cancel(struct capture *capture)
{
    if (!capture)
        return;
    list_remove(&capture->node);
    lease_release(&capture->lease);
    net_timer_destroy(capture->timer);
    mem_free(capture);
}

static void finish(struct capture *capture, int error, struct packet *still)
{
    void (*done)(void *ctx, int error, struct packet *still) = capture->done;
    void *ctx = capture->ctx;
    capture_cancel(capture);
    done(ctx, error, still);
}

static void on_ready(void *ctx)
{
    struct capture *capture = ctx;
    net_timer_set(capture->timer, now(capture));
}

/* Reports the error from the timer, since done() is never called from inside capture_begin. */
static void fail_soon(struct capture *capture, int error)
{
    capture->error = error;
    net_timer_set(capture->timer, now(capture));
}

/* A single capture does not keep the camera awake afterwards; a series does, because waking for
 * each picture would take longer. */
static int64_t linger_us(struct camera *camera, int64_t now_us)
{
    static const int64_t SERIES_US = 2 * US_PER_S;
    const bool is_series = camera->frame_asked_us && now_us - camera->frame_asked_us <= SERIES_US;
    camera->frame_asked_us = now_us;
    return is_series ? SERIES_US : LEASE_NO_LINGER;
}

static void wait_for_frame(struct capture *capture)
{
    capture->wants_still = false;
    capture->lease =
        camera_lease(capture->camera,
                     &(struct lease_params){.reason = LEASE_SNAPSHOT,
                                            .rendition = RENDITION_JPEG,
                                            .linger_us = linger_us(capture->camera, now(capture)),
                                            .ready = on_ready,
                                            .ctx = capture});
}

static bool wants_still(const struct camera *camera)
{
    list_for_each (capture, &camera->captures, const struct capture, node)
        if (capture->wants_still && !capture->error)
            return true;
    return false;
}

/* Requests the still that captures wait for. Only one request is outstanding: all waiting captures
 * share it, and the device has viewers to serve. -EBUSY: the device is still taking one that timed
 * out; the request is repeated once that arrives. */
static int ask_device(struct camera *camera)
{
    const int64_t now_us = clock_now_us(camera->home->env.clock);
    const bool is_under_way = camera->still.request && now_us - camera->still.asked_us < LOST_US;
    if (is_under_way || !wants_still(camera))
        return 0;
    camera->still.request = 0;
    if (!camera_runs(camera))
        camera->last_drop = -1;
    uint32_t request = ++camera->last_request;
    int r = camera->source ? camera->source_ops->still(camera->source, request) : -ENOTCONN;
    if (r == 0) {
        camera->still.request = request;
        camera->still.asked_us = now_us;
        return 0;
    }
    if (r == -EBUSY)
        return r;
    list_for_each (capture, &camera->captures, struct capture, node) {
        if (!capture->wants_still || capture->error)
            continue;
        if (r == -ENOTSUP)
            wait_for_frame(capture);
        else
            fail_soon(capture, r);
    }
    return r;
}

/* Sets the timer to its deadline, or to when the outstanding still counts as lost. */
static void wait_on(struct capture *capture)
{
    const struct camera *camera = capture->camera;
    int64_t until_us = capture->deadline_us;
    if (capture->wants_still) {
        int64_t asked_us = camera->still.request ? camera->still.asked_us : now(capture);
        until_us = asked_us + LOST_US < until_us ? asked_us + LOST_US : until_us;
    }
    net_timer_set(capture->timer, until_us);
}

static void on_timer(void *ctx)
{
    struct capture *capture = ctx;
    struct packet *frame = capture->lease ? lease_next(capture->lease, NULL) : NULL;
    if (frame && frame->arrival_us >= capture->begun_us) {
        finish(capture, 0, frame);
    } else if (capture->error) {
        finish(capture, capture->error, NULL);
    } else if (now(capture) >= capture->deadline_us) {
        if (capture->lease)
            camera_gave_nothing(capture->camera, capture->deadline_us - capture->begun_us);
        finish(capture, -ETIMEDOUT, NULL);
    } else {
        (void)ask_device(capture->camera);
        if (!capture->error) /* else the timer fires at once */
            wait_on(capture);
    }
    packet_unref(&frame);
}

struct capture *capture_begin(struct camera *camera, enum capture_kind kind, int64_t timeout_us,
                              void (*done)(void *ctx, int error, struct packet *still), void *ctx)
{
    struct capture *capture = mem_new(struct capture);
    capture->camera = camera;
    capture->done = done;
    capture->ctx = ctx;
    capture->begun_us = now(capture);
    capture->deadline_us = capture->begun_us + timeout_us;
    capture->timer = net_timer_create(camera->home->env.net, on_timer, capture);
    list_append(&camera->captures, &capture->node);
    capture->wants_still = kind == CAPTURE_STILL;
    wait_on(capture);

    if (!camera->source)
        fail_soon(capture, -ENOTCONN);
    else if (!capture->wants_still)
        wait_for_frame(capture);
    else if (ask_device(camera) == -EBUSY)
        fail_soon(capture, -EBUSY); /* earlier captures continue to wait */
    return capture;
}

/* Marks the captures for which this still is fresh: those that began before it was requested or
 * taken. */
static void mark_answered(struct camera *camera, const struct packet *still)
{
    list_for_each (capture, &camera->captures, struct capture, node)
        capture->is_answered = capture->wants_still && !capture->error &&
                               (capture->begun_us <= camera->still.asked_us ||
                                (still && capture->begun_us <= still->capture_us));
}

static struct capture *next_answered(struct camera *camera)
{
    list_for_each (capture, &camera->captures, struct capture, node)
        if (capture->is_answered)
            return capture;
    return NULL;
}

void camera_captured(struct camera *camera, uint32_t request, int error, struct packet *still)
{
    if (request && request == camera->still.request) {
        mark_answered(camera, still);
        camera->still.request = 0;
        /* done() may begin or cancel captures, so start from the head each time. */
        for (struct capture *capture; (capture = next_answered(camera));)
            finish(capture, error, still);
    }
    (void)ask_device(camera);
}

void capture_end_all(struct camera *camera)
{
    /* done() may cancel others, so take the first one each time. */
    while (!list_empty(&camera->captures))
        finish(list_entry(camera->captures.next, struct capture, node), -ENOTCONN, NULL);
}

void capture_fail_all(struct camera *camera, int error)
{
    camera->still.request = 0;
    /* Reported from the timers: done() may begin or cancel captures, which changes this list. */
    list_for_each (capture, &camera->captures, struct capture, node) {
        if (!capture->error)
            fail_soon(capture, error);
    }
}

void capture_fail_frames(struct camera *camera, int error)
{
    list_for_each (capture, &camera->captures, struct capture, node) {
        if (capture->lease && !capture->error)
            fail_soon(capture, error);
    }
}
