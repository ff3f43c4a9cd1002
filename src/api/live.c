#include "api/live.h"

#include <string.h>

#include "api/reply.h"
#include "base/alloc.h"

/* A camera that is watched by many changes visibly with each of them who comes or goes. It is told
 * of at most this often, and less often the more sessions have to be told. */
static const int64_t NOTICE_INTERVAL_US = 50 * US_PER_MS;
static const int64_t NOTICE_INTERVAL_PER_SESSION_US = 200;

struct live_notice {
    struct live_notice *next;
    struct camera *camera;
    int64_t told_us;
    bool waits; /* it changed since */
};

static struct live_notice *notice_of(struct live *live, struct camera *camera)
{
    struct live_notice **link = &live->notices;
    for (; *link; link = &(*link)->next)
        if ((*link)->camera == camera)
            return *link;
    *link = mem_new(struct live_notice);
    (*link)->camera = camera;
    (*link)->told_us = INT64_MIN / 2;
    return *link;
}

static int64_t due_us(const struct live *live, const struct live_notice *notice)
{
    return notice->told_us + NOTICE_INTERVAL_US + live->n_sessions * NOTICE_INTERVAL_PER_SESSION_US;
}

/* One buffer for all sessions. */
static void tell(struct live *live, struct live_notice *notice, int64_t now_us)
{
    notice->waits = false;
    notice->told_us = now_us;
    size_t len;
    struct buf *buf = reply_json_buf(
        json_pack("{s:s,s:o}", "type", "camera", "camera", camera_describe(notice->camera, now_us)),
        &len);
    if (!buf)
        return;
    list_for_each (session, &live->sessions, struct live_session, node)
        live_session_tell(session, notice->camera, buf, len);
    buf_unref(&buf);
}

/* Tells what is due and sets the timer for the rest. */
static void tell_due(void *ctx)
{
    struct live *live = ctx;
    int64_t now_us = api_now_us(live->api), next_us = CLOCK_NEVER_US;
    for (struct live_notice *notice = live->notices; notice; notice = notice->next) {
        if (!notice->waits)
            continue;
        int64_t at_us = due_us(live, notice);
        if (at_us <= now_us)
            tell(live, notice, now_us);
        else if (at_us < next_us)
            next_us = at_us;
    }
    net_timer_set(live->timer, next_us);
}

static void camera_has_changed(void *ctx, struct camera *camera)
{
    struct live *live = ctx;
    if (list_empty(&live->sessions))
        return;
    notice_of(live, camera)->waits = true;
    tell_due(live);
}

static void camera_is_removed(void *ctx, struct camera *camera)
{
    struct live *live = ctx;
    for (struct live_notice **link = &live->notices; *link; link = &(*link)->next)
        if ((*link)->camera == camera) {
            struct live_notice *gone = *link;
            *link = gone->next;
            mem_free(gone);
            break;
        }
    size_t len;
    struct buf *buf = reply_json_buf(
        json_pack("{s:s,s:s}", "type", "removed", "camera", camera_id(camera)), &len);
    /* It takes the place of a state that still waits: nothing about the camera comes after it. */
    list_for_each (session, &live->sessions, struct live_session, node) {
        if (buf)
            live_session_tell(session, camera, buf, len);
        live_queue_forget(&session->queue, camera);
    }
    buf_unref(&buf);
}

struct live *live_create(struct api *api)
{
    struct live *live = mem_new(struct live);
    live->api = api;
    list_init(&live->sessions);
    live->timer = net_timer_create(api->params.net, tell_due, live);
    live->observer = (struct registry_observer){
        .changed = camera_has_changed, .removed = camera_is_removed, .ctx = live};
    registry_observe(api->params.registry, &live->observer);
    return live;
}

void live_destroy(struct live *live)
{
    if (!live)
        return;
    registry_unobserve(&live->observer);
    net_timer_destroy(live->timer);
    while (live->notices) {
        struct live_notice *gone = live->notices;
        live->notices = gone->next;
        mem_free(gone);
    }
    mem_free(live);
}

unsigned live_sessions(const struct live *live)
{
    return live->n_sessions;
}

int live_upgrade(const struct call *call, struct http_request *request,
                 struct ws_accept *ret_accept)
{
    (void)request;
    ret_accept->ops = &live_session_ops;
    ret_accept->session = live_session_create(call->api->live);
    return 0;
}
