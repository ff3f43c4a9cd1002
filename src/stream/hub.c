#include "stream/hub.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "stream/hub_ring.h"

struct hub *hub_create(const struct hub_params *params)
{
    struct hub *hub = mem_new(struct hub);
    atomic_init(&hub->refs, 1);
    lock_init(&hub->lock, LOCK_RANK_HUB);
    hub->params = *params;
    if (hub->params.max_packets == 0)
        hub->params.max_packets = 1;
    hub->bounds = hub->params;
    hub->slots = hub->params.max_packets;
    hub->ring = mem_new_array(struct packet *, hub->slots);
    hub->first = hub->end = 1;
    list_init(&hub->watches);
    return hub;
}

struct hub *hub_ref(struct hub *hub)
{
    atomic_fetch_add_explicit(&hub->refs, 1, memory_order_relaxed);
    return hub;
}

static void drop_oldest(struct hub *hub)
{
    struct packet **oldest = hub_slot(hub, hub->first);
    hub->bytes -= (*oldest)->end_off;
    packet_unref(oldest);
    if (hub->newest_key == hub->first)
        hub->newest_key = 0;
    hub->first++;
}

static void drop_all(struct hub *hub)
{
    while (hub->first < hub->end)
        drop_oldest(hub);
}

void hub_unref(struct hub **hub)
{
    struct hub *h = *hub;
    *hub = NULL;
    if (!h || atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) != 1)
        return;
    assert(list_empty(&h->watches));
    drop_all(h);
    lock_finish(&h->lock);
    mem_free(h->ring);
    mem_free(h);
}

/* True if the oldest packet must go before `next` is added; NULL: before any is. */
static bool is_over_bounds(const struct hub *hub, const struct packet *next)
{
    const struct hub_params *b = &hub->bounds;
    const uint64_t held = hub->end - hub->first;
    if (held == 0 || (!next && held == 1))
        return false;
    return held + (next != NULL) > b->max_packets ||
           (b->max_bytes && hub->bytes + (next ? next->end_off : 0) > b->max_bytes) ||
           (next && b->max_age_us &&
            next->arrival_us - (*hub_slot(hub, hub->first))->arrival_us > b->max_age_us);
}

uint64_t hub_take_over(struct hub *hub)
{
    lock_take(&hub->lock);
    drop_all(hub);
    uint64_t turn = ++hub->turn;
    lock_drop(&hub->lock);
    return turn;
}

static void stamp(struct hub *hub, struct packet *packet)
{
    packet->sequence = (uint32_t)hub->end;
    if (!hub->params.stream)
        return;
    packet_stamp(packet, hub->params.stream, packet->sequence);
    if (packet->init && packet->init->sequence == 0) {
        packet->init->sequence = packet->sequence;
        packet_stamp(packet->init, hub->params.stream, packet->sequence);
    }
}

bool hub_publish(struct hub *hub, uint64_t turn, struct packet *takes_packet)
{
    lock_take(&hub->lock);
    const bool is_current = turn == hub->turn;
    if (is_current) {
        while (is_over_bounds(hub, takes_packet))
            drop_oldest(hub);
        stamp(hub, takes_packet);
        *hub_slot(hub, hub->end) = takes_packet;
        hub->bytes += takes_packet->end_off;
        if (takes_packet->key) {
            hub->newest_key = hub->end;
            hub->key_wanted = false; /* serves all keyframe requests so far */
        }
        hub->end++;
        list_for_each (watch, &hub->watches, struct hub_watch, node)
            watch->poke(watch->ctx);
    }
    lock_drop(&hub->lock);
    if (!is_current)
        packet_unref(&takes_packet);
    return is_current;
}

void hub_flush(struct hub *hub)
{
    lock_take(&hub->lock);
    drop_all(hub);
    lock_drop(&hub->lock);
}

void hub_pause(struct hub *hub)
{
    lock_take(&hub->lock);
    hub->paused = hub->end;
    lock_drop(&hub->lock);
}

static void resize(struct hub *hub, unsigned slots)
{
    struct packet **ring = mem_new_array(struct packet *, slots);
    for (uint64_t n = hub->first; n < hub->end; n++)
        ring[n % slots] = *hub_slot(hub, n);
    mem_free(hub->ring);
    hub->ring = ring;
    hub->slots = slots;
}

void hub_keep(struct hub *hub, const struct hub_history *history)
{
    lock_take(&hub->lock);
    struct hub_params *b = &hub->bounds;
    *b = hub->params;
    if (history->age_us > 0 && history->bytes > 0) {
        b->max_packets = HUB_HISTORY_MAX_PACKETS;
        b->max_bytes = history->bytes > b->max_bytes ? history->bytes : b->max_bytes;
        b->max_age_us = history->age_us > b->max_age_us ? history->age_us : b->max_age_us;
    }
    while (is_over_bounds(hub, NULL))
        drop_oldest(hub);
    if (hub->slots != b->max_packets)
        resize(hub, b->max_packets);
    lock_drop(&hub->lock);
}

void hub_want_key(struct hub *hub)
{
    lock_take(&hub->lock);
    hub->key_wanted = true;
    lock_drop(&hub->lock);
}

bool hub_wants_key(struct hub *hub)
{
    lock_take(&hub->lock);
    const bool wanted = hub->key_wanted;
    lock_drop(&hub->lock);
    return wanted;
}

void hub_watch_add(struct hub *hub, struct hub_watch *watch)
{
    lock_take(&hub->lock);
    list_append(&hub->watches, &watch->node);
    lock_drop(&hub->lock);
}

void hub_watch_remove(struct hub *hub, struct hub_watch *watch)
{
    lock_take(&hub->lock);
    list_remove(&watch->node);
    lock_drop(&hub->lock);
}

uint64_t hub_count(struct hub *hub)
{
    lock_take(&hub->lock);
    uint64_t count = hub->end - 1;
    lock_drop(&hub->lock);
    return count;
}
