#include "stream/lease.h"

#include "base/alloc.h"
#include "base/clock.h"

/* A new reader gets the last GOP if it is younger than this; otherwise a new keyframe costs less
 * than being late. */
enum { MAX_JOIN_AGE_US = 500 * 1000 };

const char *lease_reason_name(enum lease_reason reason)
{
    static const char *const NAMES[LEASE_REASONS] = {"viewer", "snapshot",   "motion", "schedule",
                                                     "record", "continuous", "order"};
    return NAMES[reason];
}

void lease_set_init(struct lease_set *set, const struct lease_set_ops *ops, void *ctx)
{
    *set = (struct lease_set){.ops = ops, .ctx = ctx};
    list_init(&set->leases);
}

/* 0 is "no bound", which is larger than every number. */
static uint16_t larger_wish(uint16_t a, uint16_t b)
{
    return a == 0 || b == 0 ? 0 : a > b ? a : b;
}

/* The shortest of two intervals, where 0 is "unbounded". */
static int64_t shorter(int64_t a, int64_t b)
{
    return a == 0 || b == 0 ? a + b : a < b ? a : b;
}

/* The combined pace of all leases on the rendition. */
static void measure(struct lease_set *set, struct rendition *rendition)
{
    struct maker_pace pace = {0};
    struct hub_history history = {0};
    bool first = true;
    list_for_each (lease, &set->leases, const struct lease, node) {
        const struct lease_params *p = &lease->params;
        if (lease->rendition != rendition)
            continue;
        pace.max_fps = first ? p->max_fps : larger_wish(pace.max_fps, p->max_fps);
        pace.max_width = first ? p->max_width : larger_wish(pace.max_width, p->max_width);
        pace.max_height = first ? p->max_height : larger_wish(pace.max_height, p->max_height);
        pace.key_interval_us = shorter(pace.key_interval_us, p->key_interval_us);
        if (p->history.age_us > history.age_us)
            history.age_us = p->history.age_us;
        if (p->history.bytes > history.bytes)
            history.bytes = p->history.bytes;
        first = false;
    }
    rendition->pace = pace;
    hub_keep(rendition->hub, &history);
}

struct lease *lease_take(struct lease_set *set, struct rendition *rendition,
                         const struct lease_params *params, int64_t now_us)
{
    struct lease *lease = mem_new(struct lease);
    set->ops->changing(set->ctx, NULL);
    lease->set = set;
    lease->params = *params;
    lease->rendition = rendition;
    lease->since_us = now_us;
    list_append(&set->leases, &lease->node);
    reader_open(&lease->reader, rendition->hub,
                &(struct reader_params){.now_us = now_us, .back_us = MAX_JOIN_AGE_US});
    set->count++;
    set->by_reason[params->reason]++;
    rendition->leases++;
    measure(set, rendition);
    set->ops->rendition_changed(set->ctx, rendition);
    set->ops->changed(set->ctx);
    return lease;
}

void lease_release(struct lease **lease)
{
    struct lease *gone = *lease;
    *lease = NULL;
    if (!gone)
        return;
    struct lease_set *set = gone->set;
    struct rendition *rendition = gone->rendition;
    set->ops->changing(set->ctx, gone);
    list_remove(&gone->node);
    set->count--;
    set->by_reason[gone->params.reason]--;
    reader_close(&gone->reader);
    mem_free(gone);
    rendition->leases--;
    measure(set, rendition);
    set->ops->rendition_changed(set->ctx, rendition);
    set->ops->changed(set->ctx);
}

/* Single deltas cannot be left out: H.264 is paced by its maker. */
static bool is_paced_here(const struct lease *lease)
{
    return lease->rendition->kind != RENDITION_H264;
}

struct packet *lease_next(struct lease *lease, uint64_t *ret_lost)
{
    const uint64_t lost_before = lease->reader.lost;
    struct packet *packet = reader_next(&lease->reader);
    if (packet && is_paced_here(lease)) {
        if (!pace_take(&lease->pace, lease->params.max_fps, packet->arrival_us))
            packet_unref(&packet);
        if (lease->params.max_fps) /* frames beyond its rate do not count as lost */
            lease->reader.lost = lost_before;
    }
    if (ret_lost)
        *ret_lost = lease->reader.lost - lost_before;
    return packet;
}

void lease_want_key(struct lease *lease)
{
    hub_want_key(lease->rendition->hub);
}

void lease_set_dismiss(struct lease_set *set)
{
    while (!list_empty(&set->leases)) {
        struct lease *lease = list_entry(set->leases.next, struct lease, node);
        lease->params.gone(lease->params.ctx);
    }
}

void lease_set_notify(struct lease_set *set, struct rendition *rendition)
{
    const uint64_t count = hub_count(rendition->hub);
    if (count == rendition->notified)
        return;
    rendition->notified = count;
    list_for_each (lease, &set->leases, struct lease, node)
        if (lease->rendition == rendition && lease->params.ready)
            lease->params.ready(lease->params.ctx);
}

void lease_set_wish(const struct lease_set *set, uint16_t *ret_fps, uint16_t *ret_width,
                    uint16_t *ret_height)
{
    bool first = true;
    uint16_t fps = 0, width = 0, height = 0;
    list_for_each (lease, &set->leases, const struct lease, node) {
        const struct lease_params *p = &lease->params;
        /* What is scaled down here was chosen by the size that the source delivers now: a smaller
         * one would be scaled down twice. */
        const bool is_scaled = lease->rendition->scale > 1;
        const uint16_t max_width = is_scaled ? 0 : p->max_width;
        const uint16_t max_height = is_scaled ? 0 : p->max_height;
        fps = first ? p->max_fps : larger_wish(fps, p->max_fps);
        width = first ? max_width : larger_wish(width, max_width);
        height = first ? max_height : larger_wish(height, max_height);
        first = false;
    }
    *ret_fps = fps;
    *ret_width = width;
    *ret_height = height;
}
