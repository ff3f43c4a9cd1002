#include "camera/camera.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "camera/internal.h"

/* The H.264 ring: a join wants half a second of it at most, a slow viewer some more. */
static const struct hub_params H264_RING = {
    .max_packets = 256, .max_bytes = 2 << 20, .max_age_us = 4 * US_PER_S};
static const struct hub_params JPEG_RING = {.max_packets = 1, .latest_only = true};

/* Below this mean luma (0 to 255) a frame right after waking counts as not yet exposed. */
enum { DARK_LUMA = 12 };

const char *camera_drop_name(unsigned drop)
{
    static const char *const NAMES[] = {"unwanted", "dark", "undecodable", "protocol"};
    return drop < CAMERA_DROP_UNWANTED ? jpeg_fault_name((enum jpeg_fault)drop)
                                       : NAMES[drop - CAMERA_DROP_UNWANTED];
}

static int64_t now(const struct camera *camera)
{
    return clock_now_us(registry_params(camera->registry)->clock);
}

void camera_changed(struct camera *camera)
{
    registry_mark_dirty(camera->registry, camera);
}

static void set_error(struct camera *camera, const char *text)
{
    if (text[0] && strcmp(camera->error, text) != 0)
        log_warn("camera", camera->id, "%s", text);
    snprintf(camera->error, sizeof(camera->error), "%s", text);
}

/* --- Demand: every event goes through step, and what it decides is done here. --- */

static void arm(struct camera *camera)
{
    /* The deadline moves on with each frame; a timer that fires early finds out and is set again.
     */
    if (camera->demand.deadline_us >= camera->armed_us && camera->armed_us != CLOCK_NEVER_US)
        return;
    camera->armed_us = camera->demand.deadline_us;
    net_timer_set(camera->timer, camera->armed_us);
}

static void start_source(struct camera *camera)
{
    camera->woke_us = now(camera);
    camera->asked = camera->wish;
    camera->stats.starts++;
    camera->source_ops->start(camera->source, &camera->asked);
}

static void step(struct camera *camera, enum demand_event event)
{
    const struct demand_policy *policy = &registry_params(camera->registry)->policy;
    int64_t now_us = now(camera);
    enum demand_state before = camera->demand.state;
    unsigned actions;

    /* A frame while awake changes nothing but the deadline: no need to account for each. */
    if (event != DEMAND_FRAME || before != DEMAND_AWAKE)
        camera_account(camera, now_us);
    camera->demand = demand_step(camera->demand, policy, event, now_us, &actions);
    arm(camera);
    if (actions & DEMAND_DO_REPORT) {
        char text[sizeof(camera->error)];
        snprintf(text, sizeof(text), "no usable frame within %.3g s of the start",
                 (double)policy->start_timeout_us / US_PER_S);
        camera->stats.start_timeouts++;
        set_error(camera, text);
    }
    if (actions & DEMAND_DO_STOP && camera->source)
        camera->source_ops->stop(camera->source);
    if (actions & DEMAND_DO_START && camera->source)
        start_source(camera);
    if (camera->demand.state == DEMAND_AWAKE && before != DEMAND_AWAKE)
        set_error(camera, "");
    if (camera->demand.state != before || actions)
        camera_changed(camera);
}

static void on_timer(void *ctx)
{
    struct camera *camera = ctx;
    camera->armed_us = CLOCK_NEVER_US;
    step(camera, DEMAND_TICK);
}

/* --- What the leases want. --- */

static void on_changing(void *ctx)
{
    struct camera *camera = ctx;
    camera_account(camera, now(camera));
}

/* Tells a source that delivers what is wished of it now, if that is something else than before. */
static void adjust_source(struct camera *camera)
{
    const struct demand *d = &camera->demand;
    bool delivers = (d->state == DEMAND_WAKING && !d->backing_off) || d->state == DEMAND_AWAKE;
    if (delivers && memcmp(&camera->wish, &camera->asked, sizeof(camera->wish)) != 0) {
        camera->asked = camera->wish;
        camera->source_ops->start(camera->source, &camera->asked);
    }
}

static void on_changed(void *ctx)
{
    struct camera *camera = ctx;
    bool wanted = camera->leases.count > 0;
    lease_set_wish(&camera->leases, &camera->wish.fps, &camera->wish.width, &camera->wish.height);
    if (wanted != camera->demand.wanted)
        step(camera, wanted ? DEMAND_WANTED : DEMAND_UNWANTED);
    adjust_source(camera);
    camera_changed(camera);
}

static void add_stats(struct opener_stats *sum, const struct opener_stats *more)
{
    sum->encoded += more->encoded;
    sum->undecodable += more->undecodable;
    sum->skipped += more->skipped;
    sum->keys += more->keys;
    sum->unit_bytes += more->unit_bytes;
    sum->decode_us += more->decode_us;
    sum->encode_us += more->encode_us;
    for (unsigned i = 0; i < OPENER_BUCKETS; i++)
        sum->buckets[i] += more->buckets[i];
    sum->width = more->width;
    sum->height = more->height;
    sum->error = more->error;
}

static void open_work(struct camera *camera)
{
    const struct opener *opener = &registry_params(camera->registry)->opener;
    struct opener_request request = {
        .about = camera->id,
        .jpeg_hub = camera->hubs[RENDITION_JPEG],
        .h264_hub = camera->hubs[RENDITION_H264],
        .stream = camera->leases.renditions[RENDITION_H264].stream,
    };
    int r = opener->open(opener->ctx, &request, &camera->work);
    if (r < 0) {
        camera->work = NULL;
        set_error(camera, "the video encoder cannot be started");
        log_error("camera", camera->id, "video encoder: %s", strerror(-r));
    }
}

static void close_work(struct camera *camera)
{
    const struct opener *opener = &registry_params(camera->registry)->opener;
    if (!camera->work)
        return;
    struct opener_stats stats = opener->stats(camera->work);
    add_stats(&camera->stats.past, &stats);
    opener->close(camera->work);
    camera->work = NULL;
    hub_flush(camera->hubs[RENDITION_H264]);
}

static void on_rendition_wanted(void *ctx, enum rendition_kind kind, bool wanted)
{
    struct camera *camera = ctx;
    if (kind == RENDITION_H264 && wanted)
        open_work(camera);
    else if (kind == RENDITION_H264)
        close_work(camera);
}

static void on_need_key(void *ctx, enum rendition_kind kind)
{
    struct camera *camera = ctx;
    if (kind == RENDITION_H264 && camera->work)
        registry_params(camera->registry)->opener.want_key(camera->work);
}

static const struct lease_set_ops LEASE_OPS = {
    .changing = on_changing,
    .rendition_wanted = on_rendition_wanted,
    .changed = on_changed,
    .need_key = on_need_key,
};

struct lease *camera_lease(struct camera *camera, const struct lease_params *params)
{
    return lease_take(&camera->leases, params, now(camera));
}

/* --- Birth and death. --- */

static void on_jpeg(void *ctx)
{
    struct camera *camera = ctx;
    lease_set_notify(&camera->leases, RENDITION_JPEG);
}

static void on_h264(void *ctx)
{
    struct camera *camera = ctx;
    lease_set_notify(&camera->leases, RENDITION_H264);
}

static void poke(void *ctx)
{
    struct waker waker = net_wake_waker(ctx);
    waker_wake(&waker);
}

struct camera *camera_create(struct registry *registry, const char *id)
{
    struct net *net = registry_params(registry)->net;
    struct camera *camera = mem_new(struct camera);
    camera->registry = registry;
    snprintf(camera->id, sizeof(camera->id), "%s", id);
    snprintf(camera->name, sizeof(camera->name), "%s", id);
    camera->battery_percent = -1;
    camera->settings = json_object();
    list_init(&camera->node);
    list_init(&camera->captures);
    camera->demand = demand_initial(now(camera));
    camera->awake.accounted_us = now(camera);
    camera->timer = net_timer_create(net, on_timer, camera);
    camera->armed_us = CLOCK_NEVER_US;
    lease_set_init(&camera->leases, &LEASE_OPS, camera);
    camera->hubs[RENDITION_JPEG] = hub_create(&JPEG_RING);
    camera->hubs[RENDITION_H264] = hub_create(&H264_RING);
    camera->wakes[RENDITION_JPEG] = net_wake_create(net, on_jpeg, camera);
    camera->wakes[RENDITION_H264] = net_wake_create(net, on_h264, camera);
    for (unsigned kind = 0; kind < RENDITION_KINDS; kind++) {
        camera->leases.renditions[kind].hub = camera->hubs[kind];
        camera->leases.renditions[kind].stream = registry_next_stream(registry);
        camera->watches[kind] = (struct hub_watch){.poke = poke, .ctx = camera->wakes[kind]};
        hub_watch_add(camera->hubs[kind], &camera->watches[kind]);
    }
    return camera;
}

void camera_destroy(struct camera *camera)
{
    if (!camera)
        return;
    assert(list_empty(&camera->captures)); /* the consumers went before */
    close_work(camera);
    for (unsigned kind = 0; kind < RENDITION_KINDS; kind++) {
        hub_watch_remove(camera->hubs[kind], &camera->watches[kind]);
        net_wake_destroy(camera->wakes[kind]);
        hub_destroy(camera->hubs[kind]);
    }
    net_timer_destroy(camera->timer);
    packet_unref(&camera->poster);
    json_decref(camera->controls);
    json_decref(camera->settings);
    json_decref(camera->model);
    list_remove(&camera->node);
    mem_free(camera);
}

/* --- What the owner may change. --- */

void camera_remember(const struct camera *camera)
{
    struct store *store = registry_store(camera->registry);
    if (store)
        store_put_camera(
            store, &(struct store_camera){
                       .id = camera->id, .name = camera->name, .source = "push", .adopted = true});
}

int camera_rename(struct camera *camera, const char *name)
{
    if (!text_is_name(name, CAMERA_NAME_MAX))
        return -EINVAL;
    snprintf(camera->name, sizeof(camera->name), "%s", name);
    camera_remember(camera);
    camera_changed(camera);
    return 0;
}

int camera_set(struct camera *camera, json_t *values, const char **ret_message)
{
    struct store *store = registry_store(camera->registry);
    const char *name;
    json_t *value;

    if (!camera->controls)
        return -ENOTSUP;
    json_object_foreach(values, name, value)
    {
        *ret_message = control_refusal(camera->controls, name, value, camera->refusal,
                                       sizeof(camera->refusal));
        if (*ret_message)
            return -EINVAL;
    }
    json_object_foreach(values, name, value)
    {
        json_object_set(camera->settings, name, value);
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        if (store && text)
            store_put_setting(store, camera->id, name, text);
        mem_free(text);
    }
    if (control_update(camera->controls, values))
        camera_changed(camera);
    return camera->source ? camera->source_ops->set(camera->source, values) : -ENOTCONN;
}

/* --- What the source brings. --- */

void camera_source_up(struct camera *camera, const struct source_ops *ops, void *source,
                      const struct camera_source_info *info)
{
    camera->source_ops = ops;
    camera->source = source;
    camera->controlled = info->controlled;
    camera->sleeping_until_wall_us = 0;
    if (info->model) {
        json_decref(camera->model);
        camera->model = json_string(info->model);
    }
    if (info->controlled) {
        json_decref(camera->controls);
        camera->controls = control_schema(info->controls);
    }
    if (info->name && strcmp(camera->name, camera->id) == 0 &&
        text_is_name(info->name, CAMERA_NAME_MAX) && strcmp(info->name, camera->id) != 0) {
        snprintf(camera->name, sizeof(camera->name), "%s", info->name);
        camera_remember(camera);
    }
    set_error(camera, "");
    if (camera->controls && json_object_size(camera->settings) > 0 &&
        control_update(camera->controls, camera->settings))
        ops->set(source, camera->settings);
    log_info("camera", camera->id, "%s device is there", info->controlled ? "controlled" : "plain");
    step(camera, DEMAND_DEVICE_UP);
    camera_changed(camera);
}

void camera_source_down(struct camera *camera)
{
    camera->source_ops = NULL;
    camera->source = NULL;
    camera->frame_interval_us = 0;
    log_info("camera", camera->id, "device is gone");
    step(camera, DEMAND_DEVICE_DOWN);
    capture_fail_all(camera, -ENOTCONN);
    camera_changed(camera);
}

/* True for a frame right after waking whose exposure has not settled; bounded in time, so that a
 * dark room is shown. */
static bool is_dark(struct camera *camera, const struct camera_frame *frame)
{
    const struct registry_params *params = registry_params(camera->registry);
    if (!params->skip_dark || camera->demand.state != DEMAND_WAKING ||
        frame->arrival_us - camera->woke_us > params->max_dark_us)
        return false;
    if (frame->dark)
        return true;
    if (!params->mean_luma)
        return false;
    int luma = params->mean_luma(frame->takes_buf->data + frame->unit_off,
                                 frame->end_off - frame->unit_off);
    return luma >= 0 && luma < DARK_LUMA;
}

static void measure_interval(struct camera *camera, int64_t arrival_us)
{
    int64_t interval_us = camera->poster ? arrival_us - camera->poster->arrival_us : 0;
    if (interval_us <= 0 || interval_us > 5 * US_PER_S)
        camera->frame_interval_us = 0; /* the first after a pause says nothing about the rate */
    else if (camera->frame_interval_us == 0)
        camera->frame_interval_us = interval_us;
    else
        camera->frame_interval_us += (interval_us - camera->frame_interval_us) / 8;
}

void camera_frame(struct camera *camera, const struct camera_frame *frame)
{
    struct buf *buf = frame->takes_buf;
    if (!camera_runs(camera) || is_dark(camera, frame)) {
        camera_count_drop(camera, camera_runs(camera) ? CAMERA_DROP_DARK : CAMERA_DROP_UNWANTED);
        buf_unref(&buf);
        return;
    }
    struct packet *packet = packet_create(buf, NULL);
    packet->message_off = frame->unit_off - LIVE_HEAD_BYTES;
    packet->chunk_off = packet->unit_off = frame->unit_off;
    packet->end_off = frame->end_off;
    packet->key = true;
    packet->width = frame->info.width;
    packet->height = frame->info.height;
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    live_head_write(
        &(struct live_head){
            .kind = LIVE_JPEG,
            .flags = LIVE_FLAG_KEY,
            .stream = camera->leases.renditions[RENDITION_JPEG].stream,
            .sequence = (uint32_t)hub_count(camera->hubs[RENDITION_JPEG]) + 1,
            .unit_offset = LIVE_HEAD_BYTES,
            .capture_us = frame->capture_us,
        },
        buf->data + packet->message_off);

    measure_interval(camera, frame->arrival_us);
    if (camera->width != packet->width || camera->height != packet->height) {
        camera->width = packet->width;
        camera->height = packet->height;
        camera_changed(camera);
    }
    packet_unref(&camera->poster);
    camera->poster = packet_ref(packet);
    hub_publish(camera->hubs[RENDITION_JPEG], packet);
    step(camera, DEMAND_FRAME);
}

void camera_count_drop(struct camera *camera, unsigned drop)
{
    camera->stats.dropped[drop]++;
}

void camera_battery(struct camera *camera, int percent)
{
    if (camera->battery_percent == percent)
        return;
    camera->battery_percent = percent;
    camera_changed(camera);
}

void camera_sleeps(struct camera *camera, int64_t seconds)
{
    int64_t wall_us = clock_wall_us(registry_params(camera->registry)->clock);
    camera->sleeping_until_wall_us = wall_us + seconds * US_PER_S;
    camera_changed(camera);
}

void camera_controls_changed(struct camera *camera, json_t *values)
{
    if (camera->controls && control_update(camera->controls, values))
        camera_changed(camera);
}

/* --- Figures. --- */

struct opener_stats camera_encode_stats(const struct camera *camera)
{
    struct opener_stats sum = camera->stats.past;
    if (camera->work) {
        struct opener_stats at_hand = registry_params(camera->registry)->opener.stats(camera->work);
        add_stats(&sum, &at_hand);
    }
    return sum;
}

uint64_t camera_dropped(const struct camera *camera, unsigned drop)
{
    return drop == CAMERA_DROP_UNDECODABLE ? camera_encode_stats(camera).undecodable
                                           : camera->stats.dropped[drop];
}
