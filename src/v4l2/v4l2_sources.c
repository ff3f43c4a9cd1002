#include "v4l2/v4l2_sources.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

struct waiting {
    struct list node;
    struct v4l2_found *found; /* owned */
    bool is_told;             /* was logged */
};

static void on_ended(void *ctx, struct v4l2_source *source);

static void stop_waiting(struct waiting *waiting)
{
    list_remove(&waiting->node);
    mem_free(waiting->found);
    mem_free(waiting);
}

static void tell(struct waiting *waiting, int error)
{
    if (!waiting->is_told)
        log_warn("v4l2", waiting->found->node, "this camera waits until another one is removed: %s",
                 error == -EEXIST ? "another camera has its id" : strerror(-error));
    waiting->is_told = true;
}

static void try_all(struct v4l2_sources *sources)
{
    list_for_each (waiting, &sources->waiting, struct waiting, node) {
        struct v4l2_source *source = NULL;
        int r = v4l2_source_create(sources->registry, waiting->found, on_ended, sources, &source);
        if (r < 0) {
            tell(waiting, r);
            continue;
        }
        list_append(&sources->list, &source->node);
        waiting->found = NULL;
        stop_waiting(waiting);
    }
}

void v4l2_sources_found(struct v4l2_sources *sources, struct v4l2_found *takes_found)
{
    struct waiting *waiting = mem_new(struct waiting);
    waiting->found = takes_found;
    list_append(&sources->waiting, &waiting->node);
    try_all(sources);
}

/* A camera that the owner removed and that is still plugged in counts as new; those that have
 * waited longer come first. */
static void on_ended(void *ctx, struct v4l2_source *source)
{
    struct v4l2_sources *sources = ctx;
    const bool is_there =
        source_was_detached(source->driver.source) && access(source->driver.found->node, F_OK) == 0;
    struct v4l2_found *again = is_there ? source->driver.found : NULL;
    if (again)
        source->driver.found = NULL;
    v4l2_source_destroy(source);
    if (again)
        v4l2_sources_found(sources, again);
    else
        try_all(sources); /* its former id may be free */
}

void v4l2_sources_lost(struct v4l2_sources *sources, const char *node)
{
    list_for_each (waiting, &sources->waiting, struct waiting, node) {
        if (strcmp(waiting->found->node, node) == 0)
            stop_waiting(waiting);
    }
    list_for_each (source, &sources->list, struct v4l2_source, node) {
        if (strcmp(source->driver.found->node, node) == 0)
            v4l2_source_gone(source);
    }
}

static void on_retry(void *ctx)
{
    try_all(ctx);
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)ctx;
    (void)camera;
}

/* Its id is free after this turn of the loop. */
static void on_removed(void *ctx, struct camera *camera)
{
    const struct v4l2_sources *sources = ctx;
    struct waker waker = net_wake_waker(sources->retry);
    (void)camera;
    waker_wake(&waker);
}

void v4l2_sources_init(struct v4l2_sources *sources, struct registry *registry)
{
    sources->registry = registry;
    list_init(&sources->list);
    list_init(&sources->waiting);
    sources->retry = net_wake_create(registry_env(registry)->net, on_retry, sources);
    sources->observer =
        (struct registry_observer){.changed = on_changed, .removed = on_removed, .ctx = sources};
    registry_observe(registry, &sources->observer);
}

void v4l2_sources_quit(struct v4l2_sources *sources)
{
    list_for_each (source, &sources->list, struct v4l2_source, node)
        v4l2_source_gone(source);
}

void v4l2_sources_finish(struct v4l2_sources *sources)
{
    registry_unobserve(&sources->observer);
    v4l2_sources_quit(sources);
    list_for_each (source, &sources->list, struct v4l2_source, node)
        v4l2_source_destroy(source);
    list_for_each (waiting, &sources->waiting, struct waiting, node)
        stop_waiting(waiting);
    net_wake_destroy(sources->retry);
}
