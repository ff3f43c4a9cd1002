/* The loop's half: turns the camera's calls into orders, and reports into calls to the camera. */
#include "source/source.h"

#include <errno.h>

#include "base/alloc.h"
#include "net/net.h"
#include "source/internal.h"

/* Reports handled in one turn of the loop. */
enum { TURN_MAX = 16 };

/* --- From the camera. --- */

/* The caller changes the orders, then calls give_orders. */
static struct source_orders *begin_orders(struct source *source)
{
    lock_take(&source->lock);
    source->version++;
    return &source->orders;
}

static void give_orders(struct source *source)
{
    lock_drop(&source->lock);
    source_poke(source);
}

static void on_start(void *ctx, const struct camera_wish *wish)
{
    struct source_orders *orders = begin_orders(ctx);
    orders->runs = true;
    orders->round++;
    orders->wish = *wish;
    give_orders(ctx);
}

static void on_adjust(void *ctx, const struct camera_wish *wish)
{
    begin_orders(ctx)->wish = *wish;
    give_orders(ctx);
}

static void on_stop(void *ctx)
{
    begin_orders(ctx)->runs = false;
    give_orders(ctx);
}

static int on_still(void *ctx, uint32_t request)
{
    struct source *source = ctx;
    if (source->still)
        return -EBUSY;
    source->still = request;
    begin_orders(source)->still = request;
    give_orders(source);
    return 0;
}

static int on_set(void *ctx, const struct control_values *values)
{
    struct source_orders *orders = begin_orders(ctx);
    control_values_merge(&orders->settings, values);
    orders->fresh |= values->mask;
    give_orders(ctx);
    return 0;
}

static void ask_to_end(struct source *source)
{
    source->camera = NULL;
    lock_take(&source->lock);
    source->is_ending = true;
    give_orders(source);
}

static void on_detached(void *ctx)
{
    struct source *source = ctx;
    source->is_detached = true;
    ask_to_end(source);
}

static const struct source_ops OPS = {
    .start = on_start,
    .adjust = on_adjust,
    .restart = on_start,
    .stop = on_stop,
    .still = on_still,
    .set = on_set,
    .detached = on_detached,
};

/* --- From the thread. --- */

/* Reports the last drop's reason last, because the camera keeps that one. */
static void on_drops(struct source *source)
{
    lock_take(&source->lock);
    const struct source_drops drops = source->drops;
    source->drops = (struct source_drops){.last = drops.last};
    source->has_told_drops = false;
    lock_drop(&source->lock);
    for (unsigned i = 1; i <= CAMERA_DROPS; i++) {
        unsigned drop = (drops.last + i) % CAMERA_DROPS;
        camera_count_drops(source->camera, drop, drops.of[drop].frames, drops.of[drop].len_bytes);
    }
}

static void on_frame(struct source *source, struct source_report *report)
{
    /* A change of format may change the kind of the pictures. */
    camera_native(source->camera, report->frame.raw ? RENDITION_RAW : RENDITION_JPEG);
    camera_frame(source->camera, &report->frame);
    report->frame.takes_buf = NULL;
}

static void on_answered(struct source *source, const struct source_report *report)
{
    source->still = 0; /* the camera may request the next one */
    camera_captured(source->camera, report->request, report->error, report->packet);
}

/* Values set before belong to the old schema; the camera sets those that are still valid again. The
 * thread waits for that, so that it starts with them. */
static void on_learned(struct source *source, const struct source_report *report)
{
    struct source_orders *orders = begin_orders(source);
    orders->settings.mask = orders->fresh = 0;
    lock_drop(&source->lock);
    camera_learned(source->camera, report->sentence, report->controls);
    source_poke(source);
}

static void on_report(struct source *source, struct source_report *report)
{
    struct camera *camera = source->camera;
    switch (report->kind) {
    case REPORT_FRAME:
        on_frame(source, report);
        break;
    case REPORT_DROPS:
        on_drops(source);
        break;
    case REPORT_STILL:
        on_answered(source, report);
        break;
    case REPORT_POSTER:
        camera_set_poster(camera, report->packet);
        report->packet = NULL;
        break;
    case REPORT_VALUES:
        camera_controls_changed(camera, report->values);
        break;
    case REPORT_REFUSAL:
        camera_refused(camera, report->control, report->sentence);
        break;
    case REPORT_LEARNED:
        on_learned(source, report);
        break;
    case REPORT_TROUBLE:
        camera_error(camera, report->sentence);
        break;
    case REPORT_FLUSH:
        camera_flush_raw(camera);
        break;
    case REPORT_FAILED:
        camera_failed(camera, report->sentence);
        break;
    case REPORT_GONE:
        source_hang_up(source);
        break;
    case REPORT_ENDED:
        break;
    }
}

static void on_wake(void *ctx)
{
    struct source *source = ctx;
    struct list *node = NULL;
    bool has_ended = false;
    for (unsigned i = 0; i < TURN_MAX && (node = inbox_take(&source->reports)); i++) {
        struct source_report *report = list_entry(node, struct source_report, node);
        has_ended = has_ended || report->kind == REPORT_ENDED;
        if (source->camera)
            on_report(source, report);
        source_report_free(source, report);
    }
    if (has_ended) {
        source->params.ended(source->params.ctx);
    } else if (node) { /* there may be more */
        struct waker waker = net_wake_waker(source->wake);
        waker_wake(&waker);
    }
}

/* --- Create and destroy. --- */

/* Frees everything but the thread. */
static void discard(struct source *source)
{
    for (struct list *node; (node = inbox_take(&source->reports));)
        source_report_free(source, list_entry(node, struct source_report, node));
    inbox_finish(&source->reports);
    lock_finish(&source->lock);
    poke_finish(&source->poke);
    net_wake_destroy(source->wake);
    mem_free(source);
}

int source_create(const struct source_params *params, struct source **ret_source)
{
    struct source *source = mem_new(struct source);
    source->params = *params;
    source->wake = net_wake_create(params->net, on_wake, source);
    lock_init(&source->lock, LOCK_RANK_SOURCE);
    inbox_init(&source->reports, net_wake_waker(source->wake));
    int r = poke_init(&source->poke);
    if (r == 0)
        r = thread_start(&source->thread, params->driver->name, source_thread_run, source);
    if (r < 0)
        discard(source);
    else
        *ret_source = source;
    return r;
}

void source_attach(struct source *source, struct camera *camera,
                   const struct camera_source_info *info)
{
    source->camera = camera;
    camera_source_up(camera, &OPS, source, info);
}

struct camera *source_camera(const struct source *source)
{
    return source->camera;
}

bool source_was_detached(const struct source *source)
{
    return source->is_detached;
}

void source_hang_up(struct source *source)
{
    if (!source)
        return;
    struct camera *camera = source->camera;
    source->is_detached = false;
    ask_to_end(source);
    if (camera)
        camera_source_down(camera);
}

void source_destroy(struct source *source)
{
    if (!source)
        return;
    source_hang_up(source);
    thread_join(&source->thread);
    discard(source);
}
