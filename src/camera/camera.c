#include "camera/internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"

/* The H.264 ring: a join wants half a second of it at most; a viewer that is a second late is
 * sooner live again by a new key than by all that it missed. */
static const struct hub_params H264_RING = {
    .max_packets = 256, .max_bytes = 2 << 20, .max_age_us = 1 * US_PER_S};
static const struct hub_params LATEST_RING = {.max_packets = 1, .latest_only = true};
static const struct hub_params *const RINGS[RENDITION_KINDS] = {
    [RENDITION_JPEG] = &LATEST_RING, [RENDITION_H264] = &H264_RING, [RENDITION_RAW] = &LATEST_RING};

static int64_t now(const struct camera *camera)
{
    return clock_now_us(camera->home->env.clock);
}

void camera_changed(struct camera *camera)
{
    camera->dirty = true;
    waker_wake(&camera->home->changed);
}

/* --- Demand: every event goes through camera_step, and what it decides is done here. --- */

static void arm(struct camera *camera)
{
    /* The deadline moves on with each frame; a timer that fires early finds out and is set again.
     */
    if (camera->demand.deadline_us >= camera->armed_us)
        return;
    camera->armed_us = camera->demand.deadline_us;
    net_timer_set(camera->timer, camera->armed_us);
}

static void start_source(struct camera *camera, bool is_restart)
{
    camera->woke_us = now(camera);
    camera->last_drop = -1;
    camera->rate_since_us = 0;
    camera->frame_interval_us = 0;
    camera->asked = camera->wish;
    camera->stats.starts++;
    if (is_restart)
        camera->source_ops->restart(camera->source, &camera->asked);
    else
        camera->source_ops->start(camera->source, &camera->asked);
}

void camera_pause(struct camera *camera)
{
    hub_flush(camera->hubs[RENDITION_RAW]); /* its memory is the driver's */
    for (enum rendition_kind kind = 0; kind < RENDITION_KINDS; kind++)
        hub_pause(camera->hubs[kind]);
}

static void report_timeout(struct camera *camera)
{
    const struct demand_policy *policy = &camera->home->env.policy;
    bool is_known = camera->error[0];
    camera->stats.start_timeouts++;
    if (is_known && camera->last_drop < 0)
        return; /* the source said why */
    struct text error = text_over(camera->error, sizeof(camera->error));
    text_add(&error, "no usable frame within %.3g s of the start",
             (double)policy->start_timeout_us / US_PER_S);
    if (camera->last_drop >= 0)
        text_add(&error, "; what came was dropped: %s",
                 camera_drop_name((unsigned)camera->last_drop));
    if (!is_known)
        log_warn("camera", camera->id, "%s", camera->error);
}

void camera_step(struct camera *camera, enum demand_event event)
{
    int64_t now_us = now(camera);
    enum demand_state before = camera->demand.state;
    unsigned actions;

    /* A frame while awake changes nothing but the deadline: no need to account for each. */
    if (event != DEMAND_FRAME || before != DEMAND_AWAKE)
        camera_account(camera, now_us);
    camera->demand =
        demand_step(camera->demand, &camera->home->env.policy, event, now_us, &actions);
    arm(camera);
    if (actions & DEMAND_DO_REPORT)
        report_timeout(camera);
    if (actions & DEMAND_DO_STOP) {
        camera->source_ops->stop(camera->source);
        camera_pause(camera);
    }
    if (actions & (DEMAND_DO_START | DEMAND_DO_RESTART))
        start_source(camera, actions & DEMAND_DO_RESTART);
    if (event == DEMAND_FRAME && camera->demand.state == DEMAND_AWAKE)
        camera->error[0] = '\0';
    if (camera->demand.state != before || actions)
        camera_changed(camera);
}

static void on_timer(void *ctx)
{
    struct camera *camera = ctx;
    camera->armed_us = CLOCK_NEVER_US;
    camera_step(camera, DEMAND_TICK);
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
        camera->source_ops->adjust(camera->source, &camera->asked);
    }
}

static void on_changed(void *ctx)
{
    struct camera *camera = ctx;
    bool wanted = camera->leases.count > 0;
    lease_set_wish(&camera->leases, &camera->wish.fps, &camera->wish.width, &camera->wish.height);
    if (wanted != camera->demand.wanted)
        camera_step(camera, wanted ? DEMAND_WANTED : DEMAND_UNWANTED);
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
    sum->encoder = more->encoder ? more->encoder : sum->encoder;
    sum->device = more->device;
    sum->device_error = more->device_error;
    sum->error = more->error;
}

static void open_work(struct camera *camera, enum rendition_kind kind)
{
    const struct opener *opener = &camera->home->env.opener;
    struct opener_request request = {
        .about = camera->id,
        .kind = kind,
        .source_hub = camera->hubs[camera->native],
        .hub = camera->hubs[kind],
        .stream = camera->leases.renditions[kind].stream,
    };
    camera->work_errors[kind] = opener->open(opener->ctx, &request, &camera->works[kind]);
    if (camera->work_errors[kind] < 0) {
        camera->works[kind] = NULL;
        log_error("camera", camera->id, "%s encoder: %s", kind == RENDITION_H264 ? "video" : "JPEG",
                  strerror(-camera->work_errors[kind]));
    }
}

static void close_work(struct camera *camera, enum rendition_kind kind)
{
    const struct opener *opener = &camera->home->env.opener;
    camera->work_errors[kind] = 0;
    if (!camera->works[kind])
        return;
    struct opener_stats stats = opener->stats(camera->works[kind]);
    if (kind == RENDITION_H264)
        add_stats(&camera->past, &stats);
    opener->close(camera->works[kind]);
    camera->works[kind] = NULL;
    hub_flush(camera->hubs[kind]);
}

/* What is wanted and not given by the source itself is made. */
static void adjust_works(struct camera *camera)
{
    for (enum rendition_kind kind = 0; kind < RENDITION_KINDS; kind++) {
        bool wanted = camera->leases.renditions[kind].leases > 0 && kind != camera->native;
        if (wanted && !camera->works[kind])
            open_work(camera, kind);
        else if (!wanted)
            close_work(camera, kind);
    }
}

void camera_native(struct camera *camera, enum rendition_kind native)
{
    if (camera->native == native)
        return;
    hub_flush(camera->hubs[camera->native]); /* raw memory is the driver's */
    camera->native = native;
    for (enum rendition_kind kind = 0; kind < RENDITION_KINDS; kind++)
        close_work(camera, kind); /* they read the hub of the other kind */
    adjust_works(camera);
}

static void on_rendition_wanted(void *ctx, enum rendition_kind kind, bool wanted)
{
    struct camera *camera = ctx;
    /* Unread packets need not wake the loop. */
    if (wanted)
        hub_watch_add(camera->hubs[kind], &camera->watches[kind]);
    else
        hub_watch_remove(camera->hubs[kind], &camera->watches[kind]);
    adjust_works(camera);
}

static void on_need_key(void *ctx, enum rendition_kind kind)
{
    struct camera *camera = ctx;
    if (camera->works[kind])
        camera->home->env.opener.want_key(camera->works[kind]);
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

static void on_raw(void *ctx)
{
    struct camera *camera = ctx;
    lease_set_notify(&camera->leases, RENDITION_RAW);
}

static void poke(void *ctx)
{
    struct waker waker = net_wake_waker(ctx);
    waker_wake(&waker);
}

struct camera *camera_create(struct camera_home *home, const char *id, enum camera_kind kind,
                             char *takes_address)
{
    struct net *net = home->env.net;
    struct camera *camera = mem_new(struct camera);
    camera->home = home;
    snprintf(camera->id, sizeof(camera->id), "%s", id);
    snprintf(camera->name, sizeof(camera->name), "%s", id);
    camera->kind = kind;
    camera->address = takes_address;
    camera->battery_percent = -1;
    camera->settings = json_object();
    list_init(&camera->node);
    list_init(&camera->captures);
    camera->demand = demand_initial(now(camera));
    camera->awake.accounted_us = now(camera);
    camera->timer = net_timer_create(net, on_timer, camera);
    camera->armed_us = CLOCK_NEVER_US;
    lease_set_init(&camera->leases, &LEASE_OPS, camera);
    void (*const on_packet[RENDITION_KINDS])(void *) = {on_jpeg, on_h264, on_raw};
    for (unsigned i = 0; i < RENDITION_KINDS; i++) {
        camera->hubs[i] = hub_create(RINGS[i]);
        camera->wakes[i] = net_wake_create(net, on_packet[i], camera);
        camera->leases.renditions[i].hub = camera->hubs[i];
        if (i != RENDITION_RAW) /* raw pictures never leave the house */
            camera->leases.renditions[i].stream = ++home->last_stream;
        camera->watches[i] = (struct hub_watch){.poke = poke, .ctx = camera->wakes[i]};
    }
    return camera;
}

void camera_destroy(struct camera *camera)
{
    if (!camera)
        return;
    assert(list_empty(&camera->captures) && camera->leases.count == 0); /* consumers go before */
    if (camera->source)
        camera->source_ops->detached(camera->source);
    for (unsigned kind = 0; kind < RENDITION_KINDS; kind++) {
        net_wake_destroy(camera->wakes[kind]);
        hub_destroy(camera->hubs[kind]);
    }
    net_timer_destroy(camera->timer);
    packet_unref(&camera->poster);
    controls_finish(&camera->controls);
    json_decref(camera->settings);
    json_decref(camera->model);
    list_remove(&camera->node);
    mem_free(camera->address);
    mem_free(camera);
}

void camera_dismiss(struct camera *camera)
{
    capture_end_all(camera);
    lease_set_dismiss(&camera->leases);
}

/* --- What others see of it. --- */

struct camera_view camera_view(const struct camera *camera)
{
    struct camera_view view = {
        .id = camera->id,
        .name = camera->name,
        .address = camera->address,
        .model = json_string_value(camera->model),
        .error = camera->error,
        .kind = camera->kind,
        .state = camera->demand.state,
        .native = camera->native,
        .adopted = camera->adopted,
        .has_source = camera->source != NULL,
        .controlled = camera->controlled,
        .is_capturing = !list_empty(&camera->captures),
        .width = camera->width,
        .height = camera->height,
        .battery_percent = camera->battery_percent,
        .last_drop = camera->last_drop,
        .sleeping_until_wall_us = camera->sleeping_until_wall_us,
        .awake_us = camera->awake.total_us,
        .poster = camera->poster,
        .leases = camera->leases.count,
        .stats = camera->stats,
    };
    memcpy(view.leases_by_reason, camera->leases.by_reason, sizeof(view.leases_by_reason));
    return view;
}

const char *camera_id(const struct camera *camera)
{
    return camera->id;
}

enum demand_state camera_state(const struct camera *camera)
{
    return camera->demand.state;
}

const struct camera_env *camera_env(const struct camera *camera)
{
    return &camera->home->env;
}

uint32_t camera_stream(const struct camera *camera, enum rendition_kind kind)
{
    return camera->leases.renditions[kind].stream;
}

uint64_t camera_published(const struct camera *camera, enum rendition_kind kind)
{
    return hub_count(camera->hubs[kind]);
}

void camera_count_sent(struct camera *camera, uint64_t sent, uint64_t skipped_for_slow)
{
    camera->stats.sent += sent;
    camera->stats.skipped_for_slow += skipped_for_slow;
}

struct opener_stats camera_encode_stats(const struct camera *camera)
{
    struct opener_stats sum = camera->past;
    void *work = camera->works[RENDITION_H264];
    if (work) {
        struct opener_stats at_hand = camera->home->env.opener.stats(work);
        add_stats(&sum, &at_hand);
    }
    return sum;
}

uint64_t camera_dropped(const struct camera *camera, unsigned drop)
{
    return drop == CAMERA_DROP_UNDECODABLE ? camera_encode_stats(camera).undecodable
                                           : camera->dropped[drop];
}
