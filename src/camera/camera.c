#include "camera/internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"

static int64_t now(const struct camera *camera)
{
    return clock_now_us(camera->home->env.clock);
}

void camera_changed(struct camera *camera, enum camera_change what)
{
    camera->changed |= what;
    waker_wake(&camera->home->changed);
}

/* Least time between two updates of a camera that its device causes: each sends all of it. */
static const int64_t SLOW_US = US_PER_S / 2;

void camera_changed_by_device(struct camera *camera, enum camera_change what)
{
    const int64_t now_us = now(camera);
    if (!camera->slow_change && now_us - camera->slow_told_us >= SLOW_US) {
        camera->slow_told_us = now_us;
        camera_changed(camera, what);
        return;
    }
    if (!camera->slow_change)
        net_timer_set(camera->slow_timer, camera->slow_told_us + SLOW_US);
    camera->slow_change |= what;
}

static void on_slow_timer(void *ctx)
{
    struct camera *camera = ctx;
    const unsigned what = camera->slow_change;
    camera->slow_change = 0;
    camera->slow_told_us = now(camera);
    camera_changed(camera, (enum camera_change)what);
}

/* --- Demand: camera_step feeds the state machine and carries out its decision. --- */

static void arm(struct camera *camera)
{
    /* Each frame moves the deadline, but not the timer, which is set again when it fires early. */
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
    rendition_pause_all(camera);
}

/* The common policy, but with the source's own timeout for the first frame if that is longer. */
static struct demand_policy policy_of(const struct camera *camera)
{
    struct demand_policy policy = camera->home->env.policy;
    if (policy.start_timeout_us < camera->first_frame_us)
        policy.start_timeout_us = camera->first_frame_us;
    return policy;
}

/* Sets the error: why there was no usable frame for so long. A reason that the source reported
 * stays, unless frames came and were dropped. */
static void report_silence(struct camera *camera, int64_t span_us, const char *since)
{
    const bool is_known = camera->error[0];
    if (is_known && camera->last_drop < 0)
        return;
    struct text error = text_over(camera->error, sizeof(camera->error));
    text_add(&error, "no usable frame within %.3g s%s", (double)span_us / US_PER_S, since);
    if (camera->last_drop >= 0)
        text_add(&error, "; dropped: %s", camera_drop_name((unsigned)camera->last_drop));
    if (!is_known)
        log_warn("camera", camera->id, "%s", camera->error);
}

static void report_timeout(struct camera *camera)
{
    const struct demand_policy policy = policy_of(camera);
    camera->stats.start_timeouts++;
    report_silence(camera, policy.start_timeout_us, " of the start");
}

void camera_gave_nothing(struct camera *camera, int64_t waited_us)
{
    report_silence(camera, waited_us, "");
    camera_changed(camera, CAMERA_CHANGE_STATE);
}

const char *camera_error_text(const struct camera *camera)
{
    if (camera->rivals_us && now(camera) - camera->rivals_us < 60 * US_PER_S)
        return CAMERA_RIVALS;
    return camera->error;
}

void camera_step(struct camera *camera, enum demand_event event)
{
    int64_t now_us = now(camera);
    enum demand_state before = camera->demand.state;
    unsigned actions;

    /* A frame while awake moves the deadline only, so there is nothing to account. */
    if (event != DEMAND_FRAME || before != DEMAND_AWAKE)
        camera_account(camera, now_us);
    const struct demand_policy policy = policy_of(camera);
    camera->demand = demand_step(camera->demand, &policy, event, now_us, &actions);
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
        camera_changed(camera, CAMERA_CHANGE_STATE);
    if (camera->demand.state != before && !camera_runs(camera))
        last_changed(camera);
}

static void on_timer(void *ctx)
{
    struct camera *camera = ctx;
    camera->armed_us = CLOCK_NEVER_US;
    camera_step(camera, DEMAND_TICK);
}

/* --- Leases. --- */

static void on_changing(void *ctx, const struct lease *leaving)
{
    struct camera *camera = ctx;
    const int64_t now_us = now(camera);
    camera_account(camera, now_us);
    if (!leaving)
        return;
    const int64_t linger_us = leaving->params.linger_us;
    demand_linger(&camera->demand, now_us + (linger_us == 0  ? camera->home->env.policy.linger_us
                                             : linger_us > 0 ? linger_us
                                                             : 0));
}

/* Passes the combined wish of the leases to a running source when it has changed. */
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
    camera_changed(camera, CAMERA_CHANGE_STATE);
}

void camera_native(struct camera *camera, enum rendition_kind native)
{
    if (camera->native == native)
        return;
    hub_flush(rendition_full(camera, camera->native)->hub); /* raw memory is the driver's */
    rendition_close_all(camera);                            /* makers read the old kind's hub */
    camera->native = native;
    rendition_adjust_all(camera);
}

static void on_rendition_changed(void *ctx, struct rendition *rendition)
{
    rendition_adjust(ctx, rendition);
}

static const struct lease_set_ops LEASE_OPS = {
    .changing = on_changing,
    .rendition_changed = on_rendition_changed,
    .changed = on_changed,
};

struct lease *camera_lease(struct camera *camera, const struct lease_params *params)
{
    return lease_take(&camera->leases, rendition_choose(camera, params), params, now(camera));
}

/* --- Create and destroy. --- */

static void on_wake(void *ctx)
{
    struct camera *camera = ctx;
    list_for_each (rendition, &camera->renditions, struct rendition, node)
        lease_set_notify(&camera->leases, rendition);
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
    camera->last_drop = -1;
    camera->settings = json_object();
    list_init(&camera->node);
    list_init(&camera->captures);
    camera->demand = demand_initial(now(camera));
    camera->awake.accounted_us = now(camera);
    camera->timer = net_timer_create(net, on_timer, camera);
    camera->armed_us = CLOCK_NEVER_US;
    camera->slow_timer = net_timer_create(net, on_slow_timer, camera);
    camera->slow_told_us = now(camera) - SLOW_US;
    lease_set_init(&camera->leases, &LEASE_OPS, camera);
    list_init(&camera->renditions);
    camera->wake = net_wake_create(net, on_wake, camera);
    last_init(camera);
    rendition_add_permanent(camera);
    return camera;
}

void camera_destroy(struct camera *camera)
{
    if (!camera)
        return;
    assert(list_empty(&camera->captures) && camera->leases.count == 0); /* consumers end first */
    if (camera->source)
        camera->source_ops->detached(camera->source);
    list_for_each (rendition, &camera->renditions, struct rendition, node)
        rendition_destroy(rendition);
    net_wake_destroy(camera->wake);
    net_timer_destroy(camera->timer);
    net_timer_destroy(camera->slow_timer);
    last_finish(camera);
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

/* --- Queries. --- */

struct camera_view camera_view(const struct camera *camera)
{
    struct camera_view view = {
        .id = camera->id,
        .name = camera->name,
        .address = camera->address,
        .model = json_string_value(camera->model),
        .error = camera_error_text(camera),
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
        .awake_us = camera->awake.totals_us[CAMERA_AWAKE_TOTAL],
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
    return rendition_full(camera, kind)->stream;
}

void camera_count_sent(struct camera *camera, uint64_t sent, uint64_t skipped_for_slow)
{
    camera->stats.sent += sent;
    camera->stats.skipped_for_slow += skipped_for_slow;
}

struct maker_stats camera_encode_stats(const struct camera *camera)
{
    struct maker_stats sum = camera->past;
    rendition_add_stats(camera, RENDITION_H264, &sum);
    return sum;
}

uint64_t camera_dropped(const struct camera *camera, unsigned drop)
{
    return drop == CAMERA_DROP_UNDECODABLE ? camera_encode_stats(camera).undecodable
                                           : camera->dropped[drop];
}
