#include "camera/capture.h"

#include <errno.h>

#include "base/alloc.h"
#include "camera/internal.h"

struct capture {
    struct list node; /* in camera->captures */
    struct camera *camera;
    struct lease *lease;     /* waiting for a frame of the stream, or NULL */
    uint32_t request;        /* waiting for the device's still, or 0 */
    struct net_timer *timer; /* fires at deadline_us, or at once when there is something to do */
    int64_t begun_us, deadline_us;
    int error; /* known already, told when the timer fires */
    void (*done)(void *ctx, int error, struct packet *still);
    void *ctx;
};

static int64_t now(const struct capture *capture)
{
    return clock_now_us(registry_params(capture->camera->registry)->clock);
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

static void on_timer(void *ctx)
{
    struct capture *capture = ctx;
    struct packet *frame = capture->lease ? lease_next(capture->lease, NULL) : NULL;
    if (frame && frame->arrival_us >= capture->begun_us)
        finish(capture, 0, frame);
    else if (capture->error)
        finish(capture, capture->error, NULL);
    else if (now(capture) >= capture->deadline_us)
        finish(capture, -ETIMEDOUT, NULL);
    else
        net_timer_set(capture->timer, capture->deadline_us);
    packet_unref(&frame);
}

static void on_ready(void *ctx)
{
    struct capture *capture = ctx;
    net_timer_set(capture->timer, now(capture));
}

/* Asks the device for a still of its own: 0, or what its source says. */
static int ask_device(struct capture *capture)
{
    struct camera *camera = capture->camera;
    uint32_t request = ++camera->last_request;
    int r = camera->source_ops->capture(camera->source, request);
    if (r == 0)
        capture->request = request;
    return r;
}

/* Known at once, told from the timer: never from inside capture_begin. */
static void fail_soon(struct capture *capture, int error)
{
    capture->error = error;
    net_timer_set(capture->timer, now(capture));
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
    capture->timer = net_timer_create(registry_params(camera->registry)->net, on_timer, capture);
    list_append(&camera->captures, &capture->node);
    net_timer_set(capture->timer, capture->deadline_us);

    int r = !camera->source ? -ENOTCONN : kind == CAPTURE_FRAME ? -ENOTSUP : ask_device(capture);
    if (r == -ENOTSUP)
        capture->lease = camera_lease(camera, &(struct lease_params){.reason = LEASE_SNAPSHOT,
                                                                     .rendition = RENDITION_JPEG,
                                                                     .ready = on_ready,
                                                                     .ctx = capture});
    else if (r < 0)
        fail_soon(capture, r);
    return capture;
}

void camera_captured(struct camera *camera, uint32_t request, int error, struct packet *still)
{
    list_for_each (capture, &camera->captures, struct capture, node) {
        if (request && capture->request == request) {
            finish(capture, error, still);
            return;
        }
    }
}

void camera_captured_all(struct camera *camera, int error, struct packet *still)
{
    /* done() may cancel others of the list, and begin further ones, which are not answered. */
    struct list asked;
    list_init(&asked);
    list_for_each (capture, &camera->captures, struct capture, node) {
        if (!capture->request)
            continue;
        list_remove(&capture->node);
        list_append(&asked, &capture->node);
    }
    while (!list_empty(&asked))
        finish(list_entry(asked.next, struct capture, node), error, still);
}

void capture_end_all(struct camera *camera)
{
    /* done() may cancel others of the list, so each time the first one. */
    while (!list_empty(&camera->captures))
        finish(list_entry(camera->captures.next, struct capture, node), -ENOTCONN, NULL);
}

void capture_fail_all(struct camera *camera, int error)
{
    /* Told from the timers: done() may begin another capture or cancel a further one of this list.
     */
    list_for_each (capture, &camera->captures, struct capture, node) {
        if (!capture->error)
            fail_soon(capture, error);
    }
}
