#include "picam/libcamera_source.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "camera/capture.h"
#include "camera/registry.h"
#include "picam/libcamera_control.h"
#include "picam/libcamera_link.h"

enum { CAPTURES_MAX = 2 }; /* one whose picture is there already, and one that is to be taken */
enum { TURN_MAX = 16 };    /* events that the loop takes before others have their turn */

struct libcamera_source {
    struct camera *camera; /* NULL once detached */
    struct inbox events;
    _Atomic unsigned n_events; /* posted, not destroyed */
    struct net_wake *wake;
    struct libcamera_link *link; /* NULL once it is ended */
    bool is_up;

    struct libcamera_ready *ready; /* what the helper said of the camera, NULL = not yet */
    struct control_values values;  /* all that was set, to be set again */
    bool runs;
    struct camera_wish wish;
    uint32_t captures[CAPTURES_MAX]; /* requests in the order in which the helper does them */
    unsigned n_captures;
    void (*ended)(void *ctx);
    void *ctx;
};

/* --- Orders. --- */

static void send_start(struct libcamera_source *source)
{
    const struct helper_start order = {
        .fps = source->wish.fps, .width = source->wish.width, .height = source->wish.height};
    libcamera_link_send(source->link, HELPER_START, &order, sizeof(order));
}

static void send_stop(struct libcamera_source *source)
{
    libcamera_link_send(source->link, HELPER_STOP, NULL, 0);
}

static void send_set(struct libcamera_source *source, const struct control_values *values)
{
    const struct controls *schema = camera_schema(source->camera);
    for (unsigned i = 0; i < schema->count; i++) {
        struct helper_set order;
        if (values->mask >> i & 1 &&
            libcamera_control_order(source->ready->controls, source->ready->n_controls,
                                    &schema->list[i], values->of[i], &order) == 0)
            libcamera_link_send(source->link, HELPER_SET, &order, sizeof(order));
    }
}

static void source_start(void *ctx, const struct camera_wish *wish)
{
    struct libcamera_source *source = ctx;
    source->runs = true;
    source->wish = *wish;
    send_start(source);
}

static void source_restart(void *ctx, const struct camera_wish *wish)
{
    struct libcamera_source *source = ctx;
    send_stop(source);
    source_start(source, wish);
}

static void source_stop(void *ctx)
{
    struct libcamera_source *source = ctx;
    source->runs = false;
    send_stop(source);
}

static int source_still(void *ctx, uint32_t request)
{
    struct libcamera_source *source = ctx;
    const struct helper_capture order = {.request = request};
    if (source->n_captures == CAPTURES_MAX)
        return -EBUSY;
    if (!libcamera_link_send(source->link, HELPER_CAPTURE, &order, sizeof(order)))
        return -ENOTCONN; /* between two helpers nobody would answer it */
    source->captures[source->n_captures++] = request;
    return 0;
}

static int source_set(void *ctx, const struct control_values *values)
{
    struct libcamera_source *source = ctx;
    control_values_merge(&source->values, values);
    send_set(source, values);
    return 0;
}

static void source_detached(void *ctx)
{
    struct libcamera_source *source = ctx;
    source->camera = NULL;
    source->is_up = false;
    libcamera_link_hang_up(source->link);
}

static const struct source_ops SOURCE_OPS = {
    .start = source_start,
    .adjust = source_start, /* the helper does not interrupt a stream that may go on */
    .restart = source_restart,
    .stop = source_stop,
    .still = source_still,
    .set = source_set,
    .detached = source_detached,
};

/* --- Events. --- */

/* The first helper brings the camera up; the next one is brought to where the last one was. */
static void on_ready(struct libcamera_source *source, struct libcamera_event *event)
{
    mem_free(source->ready);
    source->ready = event->ready;
    event->ready = NULL;
    if (source->is_up) {
        send_set(source, &source->values);
        if (source->runs)
            send_start(source);
        return;
    }
    struct controls controls;
    libcamera_control_schema(source->ready->controls, source->ready->n_controls, &controls);
    source->is_up = true;
    camera_source_up(source->camera, &SOURCE_OPS, source,
                     &(struct camera_source_info){.native = RENDITION_RAW,
                                                  .controlled = true,
                                                  .name = source->ready->model,
                                                  .model = source->ready->model,
                                                  .controls = &controls});
    controls_finish(&controls);
}

static size_t picture_bytes(const struct raw_picture *raw)
{
    size_t pixels = (size_t)raw->width * raw->height;
    return raw->format == RAW_YUYV ? 2 * pixels : pixels * 3 / 2;
}

static void on_frame(struct libcamera_source *source, struct libcamera_event *event)
{
    struct camera_frame frame = {.takes_buf = event->frame.buf,
                                 .raw = &event->frame.raw,
                                 .capture_us = event->frame.capture_us,
                                 .arrival_us = event->frame.arrival_us};
    event->frame.buf = NULL;
    camera_count_received(source->camera, picture_bytes(frame.raw));
    camera_frame(source->camera, &frame);
}

static void on_poster(struct libcamera_source *source, struct libcamera_event *event)
{
    camera_set_poster(source->camera, event->jpeg);
    event->jpeg = NULL;
}

/* An answer to the oldest capture, which is no more in the list when its waiters are told: they may
 * ask for another one. */
static uint32_t take_capture(struct libcamera_source *source)
{
    uint32_t request = source->captures[0];
    if (source->n_captures == 0)
        return 0;
    source->n_captures--;
    memmove(source->captures, source->captures + 1,
            source->n_captures * sizeof(source->captures[0]));
    return request;
}

static void on_captured(struct libcamera_source *source)
{
    /* Told already where there was a still: then nobody waits for the number any more. */
    camera_captured(source->camera, take_capture(source), -EIO, NULL);
}

static void on_gone(struct libcamera_source *source)
{
    while (source->n_captures > 0)
        camera_captured(source->camera, take_capture(source), -EIO, NULL);
    if (source->is_up)
        camera_flush_raw(source->camera); /* its pictures are of another process */
}

static void on_event(struct libcamera_source *source, struct libcamera_event *event)
{
    switch (event->kind) {
    case LIBCAMERA_READY:
        on_ready(source, event);
        break;
    case LIBCAMERA_FRAME:
        on_frame(source, event);
        break;
    case LIBCAMERA_POSTER:
        on_poster(source, event);
        break;
    case LIBCAMERA_STILL:
        camera_captured(source->camera, event->request, 0, event->jpeg);
        break;
    case LIBCAMERA_CAPTURED:
        on_captured(source);
        break;
    case LIBCAMERA_TROUBLE:
        camera_error(source->camera, event->sentence);
        break;
    case LIBCAMERA_GONE:
        on_gone(source);
        break;
    case LIBCAMERA_ENDED:
        break;
    }
}

/* Some of the events; true: the last one was among them. */
static bool read_events(struct libcamera_source *source)
{
    bool has_ended = false;
    struct list *node;
    for (unsigned i = 0; i < TURN_MAX && (node = inbox_take(&source->events)); i++) {
        struct libcamera_event *event = list_entry(node, struct libcamera_event, node);
        has_ended = has_ended || event->kind == LIBCAMERA_ENDED;
        if (source->camera)
            on_event(source, event);
        libcamera_event_destroy(event);
    }
    return has_ended;
}

static void on_wake(void *ctx)
{
    struct libcamera_source *source = ctx;
    if (read_events(source)) {
        source->ended(source->ctx);
    } else if (atomic_load(&source->n_events) > 0) {
        struct waker waker = net_wake_waker(source->wake);
        waker_wake(&waker);
    }
}

/* --- Birth and death. --- */

int libcamera_source_create(struct camera *camera, const char *helper, void (*ended)(void *ctx),
                            void *ctx, struct libcamera_source **ret_source)
{
    const struct camera_env *env = camera_env(camera);
    struct libcamera_source *source = mem_new(struct libcamera_source);
    source->camera = camera;
    source->ended = ended;
    source->ctx = ctx;
    source->wake = net_wake_create(env->net, on_wake, source);
    inbox_init(&source->events, net_wake_waker(source->wake));
    const struct libcamera_link_params link = {.helper = helper,
                                               .camera_id = camera_view(camera).address,
                                               .events = &source->events,
                                               .n_events = &source->n_events,
                                               .clock = env->clock,
                                               .make_jpeg = env->make_jpeg};
    int r = libcamera_link_create(&link, &source->link);
    if (r < 0)
        libcamera_source_destroy(source);
    else
        *ret_source = source;
    return r;
}

void libcamera_source_hang_up(struct libcamera_source *source)
{
    struct camera *camera = source->camera;
    source->camera = NULL;
    if (camera && source->is_up)
        camera_source_down(camera);
    source->is_up = false;
    if (source->link)
        libcamera_link_hang_up(source->link);
}

void libcamera_source_destroy(struct libcamera_source *source)
{
    if (!source)
        return;
    libcamera_source_hang_up(source);
    libcamera_link_destroy(source->link);
    while (atomic_load(&source->n_events) > 0)
        read_events(source); /* what still lies there means nothing any more */
    inbox_finish(&source->events);
    net_wake_destroy(source->wake);
    mem_free(source->ready);
    mem_free(source);
}

struct camera *libcamera_source_camera(const struct libcamera_source *source)
{
    return source->camera;
}
