/* A hub's ring, for hub.c and reader.c alone. */
#pragma once
#include <stdatomic.h>

#include "base/lock.h"
#include "stream/hub.h"

/* The ring holds the packets numbered [first, end); number n lies in slot n % slots. Numbers start
 * at 1. */
struct hub {
    atomic_uint refs;
    struct lock lock;
    struct hub_params params; /* immutable */
    struct hub_params bounds; /* this and all below: guarded by lock; params and history together */
    struct packet **ring;
    unsigned slots;
    uint64_t first, end;
    uint64_t newest_key; /* number of the newest key in the ring, 0 = none */
    uint64_t paused;     /* those below this number came before the last pause */
    uint64_t turn;       /* of the publisher */
    size_t bytes;
    bool key_wanted;
    struct list watches;
};

static inline struct packet **hub_slot(const struct hub *hub, uint64_t number)
{
    return &hub->ring[number % hub->slots];
}
