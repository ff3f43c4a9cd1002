#include "picam/rpicam_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "camera/capture.h"
#include "camera/registry.h"
#include "picam/libcamera_control.h"
#include "picam/rpicam_worker.h"

struct rpicam_source {
    struct camera *camera; /* NULL once detached */
    struct net_wake *wake;
    struct rpicam_worker *worker;
    struct rpicam_wish wish;
    void (*ended)(void *ctx);
    void *ctx;
};

/* --- Which programs. --- */

static bool is_in_path(const char *path, const char *program)
{
    char file[512];
    for (const char *at = path; *at; at += strspn(at, ":")) {
        int len = (int)strcspn(at, ":");
        if (snprintf(file, sizeof(file), "%.*s/%s", len, at, program) < (int)sizeof(file) &&
            access(file, X_OK) == 0)
            return true;
        at += len;
    }
    return false;
}

const struct rpicam_programs *rpicam_programs_find(const char *path)
{
    static const struct rpicam_programs PAIRS[] = {{"rpicam-vid", "rpicam-still"},
                                                   {"libcamera-vid", "libcamera-still"}};
    for (unsigned i = 0; path && i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++)
        if (is_in_path(path, PAIRS[i].stream) && is_in_path(path, PAIRS[i].still))
            return &PAIRS[i];
    return NULL;
}

/* --- Orders. --- */

static void source_start(void *ctx, const struct camera_wish *wish)
{
    struct rpicam_source *source = ctx;
    source->wish.round++;
    source->wish.runs = true;
    source->wish.wish = *wish;
    rpicam_worker_wish(source->worker, &source->wish);
}

static void source_adjust(void *ctx, const struct camera_wish *wish)
{
    struct rpicam_source *source = ctx;
    source->wish.wish = *wish;
    rpicam_worker_wish(source->worker, &source->wish);
}

static void source_stop(void *ctx)
{
    struct rpicam_source *source = ctx;
    source->wish.runs = false;
    rpicam_worker_wish(source->worker, &source->wish);
}

static int source_still(void *ctx, uint32_t request)
{
    struct rpicam_source *source = ctx;
    return rpicam_worker_capture(source->worker, request);
}

/* A running program is started anew with what was set, unless it was told the same before. */
static int source_set(void *ctx, const struct control_values *values)
{
    struct rpicam_source *source = ctx;
    const struct controls *schema = camera_schema(source->camera);
    for (unsigned i = 0; i < schema->count; i++) {
        struct helper_set order;
        if (values->mask >> i & 1 &&
            libcamera_control_order(rpicam_controls, RPICAM_CONTROLS, &schema->list[i],
                                    values->of[i], &order) == 0)
            source->wish.choice.values[order.control] = order.value;
    }
    rpicam_worker_wish(source->worker, &source->wish);
    camera_controls_changed(source->camera, values); /* of every program from now on */
    return 0;
}

static void source_detached(void *ctx)
{
    struct rpicam_source *source = ctx;
    source->camera = NULL;
    rpicam_worker_hang_up(source->worker);
}

static const struct source_ops SOURCE_OPS = {
    .start = source_start,
    .adjust = source_adjust,
    .restart = source_start,
    .stop = source_stop,
    .still = source_still,
    .set = source_set,
    .detached = source_detached,
};

/* --- Events. --- */

static void on_still(struct rpicam_source *source, struct rpicam_event *event)
{
    struct packet *still = event->frame.takes_buf ? camera_packet(&event->frame) : NULL;
    event->frame.takes_buf = NULL;
    camera_captured(source->camera, event->request, still ? 0 : -EIO, still);
    packet_unref(&still);
}

static void on_event(struct rpicam_source *source, struct rpicam_event *event)
{
    switch (event->kind) {
    case RPICAM_FRAME:
        camera_count_received(source->camera, event->len_bytes);
        camera_frame(source->camera, &event->frame);
        event->frame.takes_buf = NULL;
        break;
    case RPICAM_DROP:
        camera_count_received(source->camera, event->len_bytes);
        camera_count_drop(source->camera, event->fault);
        break;
    case RPICAM_STILL:
        on_still(source, event);
        break;
    case RPICAM_TROUBLE:
        camera_error(source->camera, event->sentence);
        break;
    case RPICAM_ENDED:
        break;
    }
}

static void on_wake(void *ctx)
{
    struct rpicam_source *source = ctx;
    bool has_ended = false;
    for (struct rpicam_event *event; (event = rpicam_worker_next(source->worker));) {
        has_ended = has_ended || event->kind == RPICAM_ENDED;
        if (source->camera)
            on_event(source, event);
        rpicam_event_free(source->worker, event);
    }
    if (has_ended)
        source->ended(source->ctx);
}

/* --- Birth and death. --- */

int rpicam_source_create(struct camera *camera, const struct rpicam_programs *programs,
                         unsigned number, const char *model, void (*ended)(void *ctx), void *ctx,
                         struct rpicam_source **ret_source)
{
    const struct camera_env *env = camera_env(camera);
    struct rpicam_source *source = mem_new(struct rpicam_source);
    source->ended = ended;
    source->ctx = ctx;
    rpicam_choice_init(&source->wish.choice, number);
    source->wake = net_wake_create(env->net, on_wake, source);
    int r =
        rpicam_worker_create(&(struct rpicam_worker_params){.stream_program = programs->stream,
                                                            .still_program = programs->still,
                                                            .clock = env->clock,
                                                            .limits = env->jpeg_limits,
                                                            .waker = net_wake_waker(source->wake)},
                             &source->worker);
    if (r < 0) {
        rpicam_source_destroy(source);
        return r;
    }
    source->camera = camera;
    struct controls controls;
    libcamera_control_schema(rpicam_controls, RPICAM_CONTROLS, &controls);
    camera_source_up(camera, &SOURCE_OPS, source,
                     &(struct camera_source_info){
                         .controlled = true, .name = model, .model = model, .controls = &controls});
    controls_finish(&controls);
    *ret_source = source;
    return 0;
}

void rpicam_source_hang_up(struct rpicam_source *source)
{
    struct camera *camera = source->camera;
    source->camera = NULL;
    if (camera)
        camera_source_down(camera);
    if (source->worker)
        rpicam_worker_hang_up(source->worker);
}

void rpicam_source_destroy(struct rpicam_source *source)
{
    if (!source)
        return;
    rpicam_source_hang_up(source);
    rpicam_worker_destroy(source->worker);
    net_wake_destroy(source->wake);
    mem_free(source);
}

struct camera *rpicam_source_camera(const struct rpicam_source *source)
{
    return source->camera;
}
