/* A camera's renditions: which exist, which one a lease gets, and their makers. */
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "camera/internal.h"
#include "media/h264.h"

enum {
    /* Of reduced scale or rate; beyond this many, leases get the full rendition. Peers choose the
     * bounds, and each rendition costs an encoder. */
    DERIVED_MAX = 8,
    /* Smaller sides are not worth an encoder. */
    MIN_SIDE = 64,
    /* While the camera's rate is unknown, bounds of at least this are ignored. */
    FULL_FPS = 24,
};

/* Properties of each kind. The H.264 ring is short: a joining viewer needs at most half a second of
 * it, and one that is a second late recovers faster with a new keyframe. */
static const struct row {
    struct hub_params hub;
    bool is_permanent; /* false: it exists only while it is leased */
    bool has_stream;   /* has a stream number: it is sent to viewers */
} ROWS[RENDITION_KINDS] = {
    [RENDITION_JPEG] = {{.latest_only = true}, .is_permanent = true, .has_stream = true},
    [RENDITION_H264] = {{.max_packets = 256, .max_bytes = 2 << 20, .max_age_us = 1 * US_PER_S},
                        .is_permanent = true,
                        .has_stream = true},
    [RENDITION_RAW] = {{.latest_only = true}, .is_permanent = true},
    [RENDITION_LUMA] = {{.latest_only = true}},
};

static void poke(void *ctx)
{
    struct waker waker = net_wake_waker(ctx);
    waker_wake(&waker);
}

static struct rendition *add(struct camera *camera, const struct rendition *what)
{
    struct rendition *rendition = mem_new(struct rendition);
    *rendition = *what;
    if (ROWS[what->kind].has_stream)
        rendition->stream = ++camera->home->last_stream;
    struct hub_params params = ROWS[what->kind].hub;
    params.stream = rendition->stream;
    rendition->hub = hub_create(&params);
    rendition->watch = (struct hub_watch){.poke = poke, .ctx = camera->wake};
    list_init(&rendition->watch.node);
    list_append(&camera->renditions, &rendition->node);
    return rendition;
}

void rendition_add_permanent(struct camera *camera)
{
    for (unsigned kind = 0; kind < RENDITION_KINDS; kind++)
        if (ROWS[kind].is_permanent)
            add(camera, &(struct rendition){.kind = (enum rendition_kind)kind, .scale = 1});
}

void rendition_destroy(struct rendition *rendition)
{
    list_remove(&rendition->node);
    hub_watch_remove(rendition->hub, &rendition->watch);
    hub_unref(&rendition->hub);
    mem_free(rendition);
}

static struct rendition *find(const struct camera *camera, const struct rendition *what)
{
    list_for_each (r, &camera->renditions, struct rendition, node)
        if (r->kind == what->kind && r->scale == what->scale && r->max_fps == what->max_fps &&
            r->back_us == 0)
            return r;
    return NULL;
}

struct rendition *rendition_full(const struct camera *camera, enum rendition_kind kind)
{
    return find(camera, &(struct rendition){.kind = kind, .scale = 1});
}

bool rendition_is_native(const struct camera *camera, const struct rendition *rendition)
{
    return rendition->kind == camera->native && rendition->scale == 1;
}

/* --- Choosing one for a lease. --- */

/* A picture fitted into a box of max_width x max_height covers it when one side is at least as long
 * as the box's. */
static bool covers(const struct lease_params *wish, unsigned width, unsigned height)
{
    return (wish->max_width && width >= wish->max_width) ||
           (wish->max_height && height >= wish->max_height);
}

static unsigned scale_for(const struct camera *camera, const struct lease_params *wish)
{
    for (unsigned scale = 4; scale > 1; scale /= 2) {
        const unsigned width = camera->width / scale, height = camera->height / scale;
        if (width >= MIN_SIDE && height >= MIN_SIDE && covers(wish, width, height))
            return scale;
    }
    return 1;
}

/* The bound, or 0 if it is close to the camera's rate or above. */
static uint16_t max_fps_for(const struct camera *camera, const struct lease_params *wish)
{
    const int64_t interval_us = camera->frame_interval_us;
    const bool is_full =
        interval_us ? wish->max_fps * 4 * interval_us >= 3 * US_PER_S : wish->max_fps >= FULL_FPS;
    return is_full ? 0 : wish->max_fps;
}

static unsigned derived(const struct camera *camera)
{
    unsigned n = 0;
    list_for_each (r, &camera->renditions, struct rendition, node)
        n += r->kind == RENDITION_H264 && (r->scale > 1 || r->max_fps || r->back_us);
    return n;
}

struct rendition *rendition_choose(struct camera *camera, const struct lease_params *wish)
{
    struct rendition what = {.kind = wish->rendition, .scale = 1};
    if (wish->rendition == RENDITION_H264) {
        what.scale = scale_for(camera, wish);
        what.max_fps = max_fps_for(camera, wish);
        what.back_us = wish->back_us;
    } else if (wish->rendition == RENDITION_LUMA) {
        what.scale = 8;
    }
    struct rendition *rendition = what.back_us ? NULL : find(camera, &what);
    if (rendition)
        return rendition;
    if (wish->rendition == RENDITION_H264 && derived(camera) >= DERIVED_MAX)
        return rendition_full(camera, wish->rendition);
    return add(camera, &what);
}

/* --- Makers. --- */

static void open_maker(struct camera *camera, struct rendition *rendition)
{
    const struct makers *makers = &camera->home->env.makers;
    char label[RENDITION_LABEL_BYTES];
    rendition->turn = hub_take_over(rendition->hub);
    const struct maker_request request = {
        .about = camera->id,
        .kind = rendition->kind,
        .scale = rendition->scale,
        .source_hub = rendition_full(camera, camera->native)->hub,
        .hub = rendition->hub,
        .turn = rendition->turn,
        .pace = rendition->pace,
        .back_us = rendition->back_us,
    };
    rendition->maker_error = makers->open(makers->ctx, &request, &rendition->maker);
    if (rendition->maker_error < 0) {
        rendition->maker = NULL;
        log_error("camera", camera->id, "%s: %s", rendition_label(rendition, label),
                  strerror(-rendition->maker_error));
    }
}

static void add_stats(struct maker_stats *sum, const struct maker_stats *more)
{
    sum->encoded += more->encoded;
    sum->undecodable += more->undecodable;
    sum->skipped += more->skipped;
    sum->keys += more->keys;
    sum->unit_bytes += more->unit_bytes;
    sum->decode_us += more->decode_us;
    sum->encode_us += more->encode_us;
    for (unsigned i = 0; i < MAKER_BUCKETS; i++)
        sum->buckets[i] += more->buckets[i];
    sum->width = more->width;
    sum->height = more->height;
    sum->encoder = more->encoder ? more->encoder : sum->encoder;
    sum->device = more->device;
    sum->device_error = more->device_error;
    sum->error = more->error;
}

static void close_maker(struct camera *camera, struct rendition *rendition)
{
    const struct makers *makers = &camera->home->env.makers;
    rendition->maker_error = 0;
    if (!rendition->maker)
        return;
    struct maker_stats stats = makers->stats(rendition->maker);
    if (rendition->kind == RENDITION_H264)
        add_stats(&camera->past, &stats);
    makers->close(rendition->maker);
    rendition->maker = NULL;
    rendition->turn = hub_take_over(rendition->hub); /* drops what the old maker still makes */
}

void rendition_adjust(struct camera *camera, struct rendition *rendition)
{
    const struct makers *makers = &camera->home->env.makers;
    const bool wanted = rendition->leases > 0 && !rendition_is_native(camera, rendition);
    if (wanted && !rendition->maker)
        open_maker(camera, rendition);
    else if (wanted)
        makers->adjust(rendition->maker, &rendition->pace);
    else
        close_maker(camera, rendition);
    /* Its remaining packets need not wake the loop. */
    hub_watch_remove(rendition->hub, &rendition->watch);
    if (rendition->leases > 0)
        hub_watch_add(rendition->hub, &rendition->watch);
    const bool is_permanent = ROWS[rendition->kind].is_permanent && rendition->scale == 1 &&
                              rendition->max_fps == 0 && rendition->back_us == 0;
    if (rendition->leases == 0 && !is_permanent)
        rendition_destroy(rendition);
}

void rendition_close_all(struct camera *camera)
{
    list_for_each (r, &camera->renditions, struct rendition, node)
        close_maker(camera, r);
}

void rendition_adjust_all(struct camera *camera)
{
    list_for_each (r, &camera->renditions, struct rendition, node)
        rendition_adjust(camera, r);
}

void rendition_pause_all(struct camera *camera)
{
    hub_flush(rendition_full(camera, RENDITION_RAW)->hub); /* raw memory is the driver's */
    list_for_each (r, &camera->renditions, struct rendition, node)
        hub_pause(r->hub);
}

void rendition_add_stats(const struct camera *camera, enum rendition_kind kind,
                         struct maker_stats *sum)
{
    const struct makers *makers = &camera->home->env.makers;
    list_for_each (r, &camera->renditions, struct rendition, node) {
        if (r->kind != kind || !r->maker)
            continue;
        const struct maker_stats stats = makers->stats(r->maker);
        add_stats(sum, &stats);
    }
}

int rendition_error(const struct camera *camera)
{
    const struct makers *makers = &camera->home->env.makers;
    int error = 0;
    list_for_each (r, &camera->renditions, struct rendition, node)
        if (error == 0)
            error = r->maker ? makers->stats(r->maker).error : r->maker_error;
    return error;
}
