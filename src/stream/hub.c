#include "stream/hub.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/lock.h"

/* The ring holds the packets numbered [first, end); number n lies in slot n % max_packets. Numbers
 * start at 1. */
struct hub {
    struct lock lock;
    struct hub_params params; /* immutable */
    struct packet **ring;     /* this and all below: guarded by lock */
    uint64_t first, end;
    uint64_t newest_key; /* number of the newest key in the ring, 0 = none */
    uint64_t paused;     /* those below this number came before the last pause */
    size_t bytes;
    struct list watches;
};

struct hub *hub_create(const struct hub_params *params)
{
    struct hub *hub = mem_new(struct hub);
    lock_init(&hub->lock, LOCK_RANK_HUB);
    hub->params = *params;
    if (hub->params.max_packets == 0)
        hub->params.max_packets = 1;
    hub->ring = mem_new_array(struct packet *, hub->params.max_packets);
    hub->first = hub->end = 1;
    list_init(&hub->watches);
    return hub;
}

static struct packet **slot(const struct hub *hub, uint64_t number)
{
    return &hub->ring[number % hub->params.max_packets];
}

static void drop_oldest(struct hub *hub)
{
    struct packet **oldest = slot(hub, hub->first);
    hub->bytes -= (*oldest)->end_off;
    packet_unref(oldest);
    if (hub->newest_key == hub->first)
        hub->newest_key = 0;
    hub->first++;
}

void hub_destroy(struct hub *hub)
{
    if (!hub)
        return;
    assert(list_empty(&hub->watches));
    while (hub->first < hub->end)
        drop_oldest(hub);
    lock_finish(&hub->lock);
    mem_free(hub->ring);
    mem_free(hub);
}

/* True when the oldest packet has to go before `next` comes in. */
static bool is_over_bounds(const struct hub *hub, const struct packet *next)
{
    const struct hub_params *p = &hub->params;
    if (hub->first == hub->end)
        return false;
    return hub->end - hub->first >= p->max_packets ||
           (p->max_bytes && hub->bytes + next->end_off > p->max_bytes) ||
           (p->max_age_us &&
            next->arrival_us - (*slot(hub, hub->first))->arrival_us > p->max_age_us);
}

void hub_publish(struct hub *hub, struct packet *takes_packet)
{
    lock_take(&hub->lock);
    while (is_over_bounds(hub, takes_packet))
        drop_oldest(hub);
    takes_packet->sequence = (uint32_t)hub->end;
    *slot(hub, hub->end) = takes_packet;
    hub->bytes += takes_packet->end_off;
    if (takes_packet->key)
        hub->newest_key = hub->end;
    hub->end++;
    list_for_each (watch, &hub->watches, struct hub_watch, node)
        watch->poke(watch->ctx);
    lock_drop(&hub->lock);
}

void hub_flush(struct hub *hub)
{
    lock_take(&hub->lock);
    while (hub->first < hub->end)
        drop_oldest(hub);
    lock_drop(&hub->lock);
}

void hub_pause(struct hub *hub)
{
    lock_take(&hub->lock);
    hub->paused = hub->end;
    lock_drop(&hub->lock);
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

void hub_join(struct hub *hub, struct hub_cursor *cursor, int64_t now_us, int64_t max_join_age_us)
{
    lock_take(&hub->lock);
    uint64_t key = hub->newest_key;
    bool fresh =
        key && key >= hub->paused && now_us - (*slot(hub, key))->arrival_us <= max_join_age_us;
    *cursor = (struct hub_cursor){.next = fresh ? key : hub->end};
    lock_drop(&hub->lock);
}

/* The number that the cursor reads next, 0 when there is none that it can use. */
static uint64_t readable(const struct hub *hub, const struct hub_cursor *cursor)
{
    if (hub->first == hub->end || cursor->next >= hub->end)
        return 0;
    if (hub->params.latest_only)
        return hub->end - 1;
    bool fell_off = cursor->next < hub->first;
    if (cursor->synced && !fell_off)
        return cursor->next;
    return hub->newest_key >= cursor->next ? hub->newest_key : 0;
}

enum hub_result hub_next(struct hub *hub, struct hub_cursor *cursor, struct packet **ret_packet)
{
    enum hub_result result = HUB_PACKET;
    lock_take(&hub->lock);
    uint64_t number = readable(hub, cursor);
    if (number) {
        *ret_packet = packet_ref(*slot(hub, number));
        if (cursor->synced)
            cursor->lost += number - cursor->next;
        cursor->synced = true;
        cursor->next = number + 1;
    } else if (cursor->synced && cursor->next >= hub->first) {
        result = HUB_EMPTY;
    } else {
        /* A joiner, or one that fell off: deltas are of no use to it, and no key has come yet. */
        result = HUB_NEED_KEY;
    }
    lock_drop(&hub->lock);
    return result;
}

uint64_t hub_count(struct hub *hub)
{
    lock_take(&hub->lock);
    uint64_t count = hub->end - 1;
    lock_drop(&hub->lock);
    return count;
}
