#include "stream/reader.h"

#include "stream/hub_ring.h"

static bool is_young(const struct hub *hub, uint64_t number, const struct reader_params *params)
{
    return number >= hub->paused &&
           params->now_us - (*hub_slot(hub, number))->arrival_us <= params->back_us;
}

/* The oldest keyframe from this number on; 0: the ring holds none. */
static uint64_t oldest_key(const struct hub *hub, uint64_t from)
{
    for (uint64_t n = from > hub->first ? from : hub->first; n < hub->end; n++)
        if ((*hub_slot(hub, n))->key)
            return n;
    return 0;
}

static uint64_t start(const struct hub *hub, const struct reader_params *params)
{
    uint64_t key = params->all ? oldest_key(hub, hub->paused) : hub->newest_key;
    while (key && params->all && !is_young(hub, key, params))
        key = oldest_key(hub, key + 1);
    return key && is_young(hub, key, params) ? key : hub->end;
}

void reader_open(struct reader *reader, struct hub *hub, const struct reader_params *params)
{
    *reader = (struct reader){.hub = hub_ref(hub),
                              .watch = {.poke = params->poke, .ctx = params->ctx},
                              .all = params->all};
    list_init(&reader->watch.node);
    lock_take(&hub->lock);
    reader->next = start(hub, params);
    if (params->poke)
        list_append(&hub->watches, &reader->watch.node);
    lock_drop(&hub->lock);
}

void reader_close(struct reader *reader)
{
    if (!reader->hub)
        return;
    hub_watch_remove(reader->hub, &reader->watch);
    hub_unref(&reader->hub);
}

/* The number that it reads next, 0 if there is none that it can use. */
static uint64_t readable(const struct hub *hub, const struct reader *reader)
{
    if (hub->first == hub->end || reader->next >= hub->end)
        return 0;
    if (hub->params.latest_only && !reader->all)
        return hub->end - 1;
    const bool fell_off = reader->next < hub->first;
    if (reader->synced && !fell_off)
        return reader->next;
    if (reader->all)
        return oldest_key(hub, reader->next);
    return hub->newest_key >= reader->next ? hub->newest_key : 0;
}

struct packet *reader_next(struct reader *reader)
{
    struct hub *hub = reader->hub;
    struct packet *packet = NULL;
    lock_take(&hub->lock);
    uint64_t number = readable(hub, reader);
    if (number) {
        packet = packet_ref(*hub_slot(hub, number));
        if (reader->synced)
            reader->lost += number - reader->next;
        reader->synced = true;
        reader->next = number + 1;
    } else if (!reader->synced || reader->next < hub->first) {
        /* It has just joined, or fell off, and no keyframe has come yet. */
        hub->key_wanted = true;
    }
    lock_drop(&hub->lock);
    return packet;
}
