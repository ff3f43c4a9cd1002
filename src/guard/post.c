/* The post at one camera: grey pictures go through the pool's detector and become incidents. */
#include "guard/post.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/alloc.h"

/* Bound of the kept JPEGs' memory, for any picture size and pre-roll. */
static const size_t PAST_MAX_BYTES = 16u << 20;

static void finish(struct post *post)
{
    list_remove(&post->node);
    watcher_finish(&post->watcher);
    mem_free(post);
}

/* --- Leases. --- */

static void release(struct post *post)
{
    lease_release(&post->grey);
    lease_release(&post->colour);
    post->fps = 0;
    post->has_news = false;
}

static void on_ready(void *ctx)
{
    struct post *post = ctx;
    const struct waker waker = net_wake_waker(post->guard->wake);
    post->has_news = true;
    waker_wake(&waker);
}

static void on_gone(void *ctx)
{
    post_leave(ctx);
}

static unsigned wanted_fps(const struct post *post)
{
    return (unsigned)ceilf(watcher_fps(&post->watcher));
}

/* Changes the rate. The old leases are released after the new ones are taken, so that the camera
 * keeps running and its kept pictures stay. */
static void take(struct post *post, struct camera *camera)
{
    struct lease *grey = post->grey, *colour = post->colour;
    struct lease_params params = {
        .reason = LEASE_MOTION, .rendition = RENDITION_JPEG, .gone = on_gone, .ctx = post};
    post->fps = wanted_fps(post);
    params.max_fps = (uint16_t)post->fps;
    params.history.age_us = (int64_t)(post->settings.pre_s * (float)US_PER_S) + US_PER_S;
    params.history.bytes = PAST_MAX_BYTES;
    post->colour = camera_lease(camera, &params);
    params.rendition = RENDITION_LUMA;
    params.history = (struct hub_history){0};
    params.ready = on_ready;
    post->grey = camera_lease(camera, &params);
    lease_release(&grey);
    lease_release(&colour);
}

/* Follows the watcher's wishes; not while the pool has it. */
static void follow_rate(struct post *post)
{
    struct camera *camera = registry_find(post->guard->params.registry, post->camera);
    if (camera && post->grey && post->fps != wanted_fps(post))
        take(post, camera);
}

void post_adjust(struct post *post)
{
    struct guard *guard = post->guard;
    struct camera *camera = registry_find(guard->params.registry, post->camera);
    const bool is_wanted =
        post->settings.armed && guard->pool && camera && camera_view(camera).adopted;
    if (!is_wanted)
        post_leave(post);
    if (post->is_busy) /* looked() comes back here */
        return;
    if (post->is_unset)
        watcher_set(&post->watcher, &post->settings);
    const bool is_other = post->is_unset;
    post->is_unset = false;
    if (is_wanted && (!post->grey || is_other))
        take(post, camera);
}

void post_leave(struct post *post)
{
    release(post);
    post->seen = (struct detector_verdict){0};
    if (post->incident)
        incident_close(post->incident);
    if (!post->is_busy)
        minutes_end(post);
    post_rest(post);
}

void post_rest(struct post *post)
{
    post->must_rest = post->is_busy;
    if (!post->is_busy)
        (void)watcher_rest(&post->watcher);
}

/* --- Pictures. --- */

/* On the pool's thread. */
static void look(struct pool_work *work)
{
    struct post *post = list_entry(work, struct post, work);
    const struct packet *picture = post->picture;
    const struct watch_plane plane = {.pixels = packet_unit(picture),
                                      .width = picture->width,
                                      .height = picture->height,
                                      .stride = picture->stride};
    post->news = watcher_look(&post->watcher, &plane, picture->arrival_us);
}

static void conclude(struct post *post)
{
    const bool moves = post->news == WATCHER_STARTED || post->news == WATCHER_GOES_ON;
    post->looked++;
    post->seen = post->watcher.seen;
    if (!moves || !post->grey)
        return;
    if (post->incident)
        incident_update(post->incident);
    else
        incident_begin(post);
}

static void looked(struct pool_work *work)
{
    struct post *post = list_entry(work, struct post, work);
    post->is_busy = false;
    if (post->is_forgotten) {
        packet_unref(&post->picture);
        finish(post);
        return;
    }
    if (!post->must_rest)
        conclude(post);
    packet_unref(&post->picture);
    if (post->must_rest)
        post_rest(post);
    if (post->is_unset)
        post_adjust(post);
    follow_rate(post);
    if (post->has_news)
        post_look(post);
}

void post_look(struct post *post)
{
    if (post->is_busy || !post->grey)
        return;
    post->has_news = false;
    struct packet *picture = lease_next(post->grey, NULL);
    if (!picture)
        return;
    if (watcher_wants(&post->watcher, picture->arrival_us)) {
        minutes_note(post);
        post->picture = picture;
        post->work = (struct pool_work){.run = look, .done = looked};
        post->is_busy = pool_submit(post->guard->pool, &post->work) == 0;
        if (post->is_busy)
            return;
        post->picture = NULL;
    }
    packet_unref(&picture);
}

struct packet *post_picture(const struct post *post, int64_t arrival_us)
{
    struct reader reader;
    if (!post->colour)
        return NULL;
    reader_open(&reader, post->colour->rendition->hub,
                &(struct reader_params){.now_us = arrival_us, .back_us = 1, .all = true});
    struct packet *picture = reader_next(&reader);
    reader_close(&reader);
    return picture;
}

struct post *post_create(struct guard *guard, const char *camera)
{
    struct post *post = mem_new(struct post);
    post->guard = guard;
    snprintf(post->camera, sizeof(post->camera), "%s", camera);
    watch_settings_init(&post->settings);
    watcher_init(&post->watcher, &(struct watcher_params){.settings = post->settings});
    list_append(&guard->posts, &post->node);
    return post;
}

void post_forget(struct post *post)
{
    post_leave(post);
    post->is_forgotten = true;
    if (!post->is_busy)
        finish(post);
}
