#include "guard/guard.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "guard/post.h"

static struct post *find(const struct guard *guard, const char *camera)
{
    list_for_each (post, &guard->posts, struct post, node)
        if (!post->is_forgotten && strcmp(post->camera, camera) == 0)
            return post;
    return NULL;
}

static void on_wake(void *ctx)
{
    struct guard *guard = ctx;
    if (!guard->pool)
        return;
    pool_reap(guard->pool);
    list_for_each (post, &guard->posts, struct post, node)
        if (post->has_news)
            post_look(post);
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    struct post *post = find(ctx, camera_id(camera));
    if (post && what & (CAMERA_CHANGE_NEW | CAMERA_CHANGE_IDENTITY))
        post_adjust(post);
}

struct guard *guard_create(const struct guard_params *params)
{
    struct guard *guard = mem_new(struct guard);
    guard->params = *params;
    list_init(&guard->posts);
    list_init(&guard->incidents);
    guard->wake = net_wake_create(params->net, on_wake, guard);
    if (pool_create(&(struct pool_params){.name = "watch",
                                          .threads = 1,
                                          .max_queued = 1024, /* one a camera */
                                          .waker = net_wake_waker(guard->wake)},
                    &guard->pool) < 0)
        log_error("guard", NULL, "cannot start the detector's thread: motion is not detected");
    guard->observer = (struct registry_observer){.changed = on_changed, .ctx = guard};
    registry_observe(params->registry, &guard->observer);
    return guard;
}

void guard_stop(struct guard *guard)
{
    struct pool *pool = guard->pool;
    guard->pool = NULL; /* no new pictures are examined */
    list_for_each (post, &guard->posts, struct post, node)
        post_leave(post);
    pool_destroy(pool);
    minutes_stop(guard);
}

void guard_destroy(struct guard *guard)
{
    if (!guard)
        return;
    guard_stop(guard);
    assert(list_empty(&guard->incidents)); /* archive_close ended those with items */
    registry_unobserve(&guard->observer);
    list_for_each (post, &guard->posts, struct post, node)
        post_forget(post);
    minutes_finish(guard);
    net_wake_destroy(guard->wake);
    mem_free(guard);
}

void guard_use_archive(struct guard *guard, struct archive *archive)
{
    guard->archive = archive;
}

void guard_set(struct guard *guard, const char *camera, const struct watch_settings *settings)
{
    struct post *post = find(guard, camera);
    if (!post)
        post = post_create(guard, camera);
    post->settings = *settings;
    post->is_unset = true;
    post_adjust(post);
}

const struct watch_settings *guard_settings(const struct guard *guard, const char *camera)
{
    const struct post *post = find(guard, camera);
    return post ? &post->settings : NULL;
}

void guard_forget(struct guard *guard, const char *camera)
{
    struct post *post = find(guard, camera);
    if (!post)
        return;
    post_forget(post);
    minutes_forget(guard, camera);
}

void guard_each(const struct guard *guard,
                void (*each)(void *ctx, const char *camera, const struct watch_settings *settings),
                void *ctx)
{
    list_for_each (post, &guard->posts, struct post, node)
        if (!post->is_forgotten)
            each(ctx, post->camera, &post->settings);
}

struct guard_view guard_view(const struct guard *guard, const char *camera)
{
    struct post *post = find(guard, camera);
    if (!post)
        return (struct guard_view){.armed = false};
    if (!post->is_busy)
        post->muted = detector_muted(post->watcher.detector);
    return (struct guard_view){.armed = post->settings.armed,
                               .watching = post->grey != NULL,
                               .moving = post->incident != NULL,
                               .events = post->events,
                               .unrecorded = post->unrecorded,
                               .looked = post->looked,
                               .muted = post->muted,
                               .seen = post->seen};
}
