#include "stream/lease.h"

#include "base/alloc.h"
#include "base/clock.h"

/* A joiner is given the last GOP when it is younger than this; else a new key is cheaper than being
 * late. */
enum { MAX_JOIN_AGE_US = 500 * 1000 };

const char *lease_reason_name(enum lease_reason reason)
{
    static const char *const NAMES[LEASE_REASONS] = {"viewer", "snapshot",  "motion",   "schedule",
                                                     "record", "timelapse", "keepwarm", "remote"};
    return NAMES[reason];
}

void lease_set_init(struct lease_set *set, const struct lease_set_ops *ops, void *ctx)
{
    *set = (struct lease_set){.ops = ops, .ctx = ctx};
    list_init(&set->leases);
}

struct lease *lease_take(struct lease_set *set, const struct lease_params *params, int64_t now_us)
{
    struct lease *lease = mem_new(struct lease);
    struct rendition *rendition = &set->renditions[params->rendition];
    set->ops->changing(set->ctx);
    lease->set = set;
    lease->params = *params;
    lease->since_us = now_us;
    list_append(&set->leases, &lease->node);
    hub_join(rendition->hub, &lease->cursor, now_us, MAX_JOIN_AGE_US);
    set->count++;
    set->by_reason[params->reason]++;
    if (rendition->leases++ == 0)
        set->ops->rendition_wanted(set->ctx, params->rendition, true);
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
    enum rendition_kind kind = gone->params.rendition;
    set->ops->changing(set->ctx);
    list_remove(&gone->node);
    set->count--;
    set->by_reason[gone->params.reason]--;
    mem_free(gone);
    if (--set->renditions[kind].leases == 0)
        set->ops->rendition_wanted(set->ctx, kind, false);
    set->ops->changed(set->ctx);
}

struct packet *lease_next(struct lease *lease, uint64_t *ret_lost)
{
    enum rendition_kind kind = lease->params.rendition;
    struct packet *packet = NULL;
    uint64_t lost_before = lease->cursor.lost;
    if (hub_next(lease->set->renditions[kind].hub, &lease->cursor, &packet) == HUB_NEED_KEY)
        lease->set->ops->need_key(lease->set->ctx, kind);
    if (ret_lost)
        *ret_lost = lease->cursor.lost - lost_before;
    return packet;
}

void lease_set_dismiss(struct lease_set *set)
{
    while (!list_empty(&set->leases)) {
        struct lease *lease = list_entry(set->leases.next, struct lease, node);
        lease->params.gone(lease->params.ctx);
    }
}

void lease_set_notify(struct lease_set *set, enum rendition_kind kind)
{
    list_for_each (lease, &set->leases, struct lease, node)
        if (lease->params.rendition == kind)
            lease->params.ready(lease->params.ctx);
}

/* 0 is "no bound", which is larger than every number. */
static uint16_t larger_wish(uint16_t a, uint16_t b)
{
    return a == 0 || b == 0 ? 0 : a > b ? a : b;
}

void lease_set_wish(const struct lease_set *set, uint16_t *ret_fps, uint16_t *ret_width,
                    uint16_t *ret_height)
{
    bool first = true;
    uint16_t fps = 0, width = 0, height = 0;
    list_for_each (lease, &set->leases, const struct lease, node) {
        const struct lease_params *p = &lease->params;
        fps = first ? p->max_fps : larger_wish(fps, p->max_fps);
        width = first ? p->max_width : larger_wish(width, p->max_width);
        height = first ? p->max_height : larger_wish(height, p->max_height);
        first = false;
    }
    *ret_fps = fps;
    *ret_width = width;
    *ret_height = height;
}
