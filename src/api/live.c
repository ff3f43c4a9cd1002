#include "api/live.h"

#include <math.h>
#include <string.h>

#include "api/archive_item.h"
#include "api/reply.h"
#include "base/alloc.h"

/* A camera changes with each viewer that joins or leaves. Pages are updated at most this often, and
 * less often the more pages there are. */
static const int64_t NOTICE_INTERVAL_US = 50 * US_PER_MS;
static const int64_t NOTICE_INTERVAL_PER_SESSION_US = 200;

/* The state of one camera's updates: when pages were last updated, and its description, which all
 * pages share, with and without its controls. */
struct live_notice {
    struct list node; /* in live->notices */
    struct camera *camera;
    int64_t told_us;
    unsigned waits; /* enum camera_change, or'ed: what changed since */
    struct {
        struct buf *buf; /* NULL: to be made */
        size_t len_bytes;
        int64_t made_us;
    } texts[2];
};

static struct live_notice *notice_of(struct live *live, struct camera *camera)
{
    list_for_each (notice, &live->notices, struct live_notice, node)
        if (notice->camera == camera)
            return notice;
    struct live_notice *notice = mem_new(struct live_notice);
    notice->camera = camera;
    notice->told_us = INT64_MIN / 2;
    list_append(&live->notices, &notice->node);
    return notice;
}

static void drop_texts(struct live_notice *notice)
{
    for (unsigned i = 0; i < 2; i++)
        buf_unref(&notice->texts[i].buf);
}

static void drop_notice(struct live_notice *notice)
{
    drop_texts(notice);
    list_remove(&notice->node);
    mem_free(notice);
}

static int64_t interval_us(const struct live *live)
{
    return NOTICE_INTERVAL_US + live->n_sessions * NOTICE_INTERVAL_PER_SESSION_US;
}

/* Sends the updates that are due and sets the timer for the rest. */
static void tell_due(void *ctx)
{
    struct live *live = ctx;
    int64_t now_us = api_now_us(live->api), next_us = CLOCK_NEVER_US;
    list_for_each (notice, &live->notices, struct live_notice, node) {
        if (!notice->waits)
            continue;
        int64_t at_us = notice->told_us + interval_us(live);
        if (at_us > now_us) {
            next_us = at_us < next_us ? at_us : next_us;
            continue;
        }
        drop_texts(notice);
        list_for_each (session, &live->sessions, struct live_session, node)
            live_session_tell(session, notice->camera, notice->waits);
        notice->waits = 0;
        notice->told_us = now_us;
    }
    net_timer_set(live->timer, next_us);
}

/* A description expires because its times are relative to when it is sent. */
static const int64_t TEXT_MAX_AGE_US = 50 * US_PER_MS;

struct buf *live_describe(struct live *live, struct camera *camera, unsigned what,
                          size_t *ret_len_bytes)
{
    struct live_notice *notice = notice_of(live, camera);
    const bool whole = what & (CAMERA_CHANGE_NEW | CAMERA_CHANGE_CONTROLS);
    const int64_t now_us = api_now_us(live->api);
    if (notice->texts[whole].buf && now_us - notice->texts[whole].made_us > TEXT_MAX_AGE_US)
        buf_unref(&notice->texts[whole].buf);
    if (!notice->texts[whole].buf) {
        json_t *object = camera_describe(camera, now_us);
        if (!whole)
            json_object_del(object, "controls");
        notice->texts[whole].buf =
            reply_json_buf(json_pack("{s:s,s:o}", "type", "camera", "camera", object),
                           &notice->texts[whole].len_bytes);
        notice->texts[whole].made_us = now_us;
    }
    *ret_len_bytes = notice->texts[whole].len_bytes;
    return notice->texts[whole].buf ? buf_ref(notice->texts[whole].buf) : NULL;
}

static void camera_is_removed(struct live *live, struct camera *camera)
{
    drop_notice(notice_of(live, camera));
    list_for_each (session, &live->sessions, struct live_session, node) {
        live_queue_forget(&session->queue, camera);
        if (event_is_for(&session->principal, camera))
            live_session_say(
                session, json_pack("{s:s,s:s}", "type", "removed", "camera", camera_id(camera)));
    }
}

static json_t *setting_json(const struct event *event)
{
    return json_pack("{s:s,s:s,s:I,s:s,s:O,s:s}", "type", "setting", "camera",
                     camera_id(event->camera), "change", (json_int_t)event->setting.change,
                     "result", setting_result_name(event->setting.result), "values",
                     event->setting.values, "detail", event->setting.detail);
}

static json_t *item_or_null(int64_t item)
{
    return item ? json_sprintf("%lld", (long long)item) : json_null();
}

/* To a hundredth of a percent: more is noise. */
static json_t *short_number(float number)
{
    return json_real(round((double)number * 1e4) / 1e4);
}

static json_t *motion_json(const struct event *event)
{
    const struct guard_event *motion = event->motion;
    const struct watch_box *box = &motion->box;
    const bool has_ended = motion->phase == GUARD_ENDED;
    char start[ARCHIVE_TIME_MAX_BYTES], end[ARCHIVE_TIME_MAX_BYTES];
    archive_time_format(motion->start_us, start);
    archive_time_format(motion->end_us, end);
    return json_pack("{s:s,s:s,s:I,s:s,s:s,s:o,s:[o,o,o,o],s:o,s:o,s:o,s:o}", "type", "motion",
                     "camera", motion->camera, "event", (json_int_t)motion->number, "state",
                     has_ended ? "ended" : "began", "start", start, "end",
                     has_ended ? json_string(end) : json_null(), "box", short_number(box->x),
                     short_number(box->y), short_number(box->width), short_number(box->height),
                     "area", short_number(motion->area_percent), "score",
                     short_number(motion->score), "photo", item_or_null(motion->photo), "clip",
                     item_or_null(motion->clip));
}

static json_t *schedule_json(const struct event *event)
{
    return event->type == EVENT_SCHEDULE
               ? json_pack("{s:s,s:O}", "type", "schedule", "schedule", event->json)
               : json_pack("{s:s,s:s,s:s}", "type", "schedule-removed", "schedule", event->id,
                           "camera", event->camera_id);
}

static json_t *film_json(const struct event *event)
{
    return event->type == EVENT_FILM ? json_pack("{s:s,s:O}", "type", "film", "film", event->json)
                                     : json_pack("{s:s,s:s,s:s}", "type", "film-removed", "film",
                                                 event->id, "camera", event->camera_id);
}

static json_t *archive_json(const struct event *event)
{
    static const char *const CHANGES[] = {
        [SHELF_ADDED] = "added", [SHELF_CHANGED] = "changed", [SHELF_REMOVED] = "removed"};
    const struct archive_item *item = event->archive.item;
    return json_pack("{s:s,s:s,s:o}", "type", "archive", "change",
                     item ? CHANGES[event->archive.change] : "many", "item",
                     item ? archive_item_json(item) : json_null());
}

static void say_to_all(struct live *live, const struct event *event,
                       json_t *(*describe)(const struct event *event))
{
    list_for_each (session, &live->sessions, struct live_session, node)
        if (event_is_told(&session->principal, event))
            live_session_say(session, describe(event));
}

static void on_event(void *ctx, const struct event *event)
{
    struct live *live = ctx;
    if (event->type == EVENT_CAMERA_REMOVED) {
        camera_is_removed(live, event->camera);
    } else if (list_empty(&live->sessions)) {
        return;
    } else if (event->type == EVENT_CAMERA_ADDED || event->type == EVENT_CAMERA_CHANGED) {
        notice_of(live, event->camera)->waits |= event->changed;
        tell_due(live);
    } else if (event->type == EVENT_SETTING) {
        say_to_all(live, event, setting_json);
    } else if (event->type == EVENT_SCHEDULE || event->type == EVENT_SCHEDULE_REMOVED) {
        say_to_all(live, event, schedule_json);
    } else if (event->type == EVENT_FILM || event->type == EVENT_FILM_REMOVED) {
        say_to_all(live, event, film_json);
    } else if (event->type == EVENT_ARCHIVE) {
        say_to_all(live, event, archive_json);
    } else if (event->type == EVENT_MOTION) {
        say_to_all(live, event, motion_json);
    }
}

struct live *live_create(struct api *api)
{
    struct live *live = mem_new(struct live);
    live->api = api;
    list_init(&live->sessions);
    list_init(&live->notices);
    live->timer = net_timer_create(api->params.net, tell_due, live);
    live->subscriber = (struct event_subscriber){.on_event = on_event, .ctx = live};
    event_subscribe(service_events(api->params.service), &live->subscriber);
    return live;
}

void live_destroy(struct live *live)
{
    if (!live)
        return;
    event_unsubscribe(&live->subscriber);
    net_timer_destroy(live->timer);
    list_for_each (notice, &live->notices, struct live_notice, node)
        drop_notice(notice);
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
    ret_accept->session = live_session_create(call->api->live, &call->principal);
    return 0;
}
