/* A hub: a rendition's fan-out. One ring of packets, many readers (stream/reader.h), no allocation
 * per reader.
 *
 * Publishing never blocks on a reader. A reader that falls off the ring jumps to a keyframe and
 * learns how many packets it lost; a slow reader costs only itself, and the ring's bounds limit how
 * late a reader can be.
 *
 * Any thread (guarded by the hub's lock). A hub is reference-counted. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "stream/packet.h"

struct hub;

struct hub_params {
    uint32_t stream;      /* number in the live headers; 0: its packets have none */
    unsigned max_packets; /* the ring's length; 0 = 1 */
    /* The ring drops old packets beyond this; the newest always stays; 0 = no bound. */
    size_t max_bytes;
    int64_t max_age_us; /* and those older than this when another one comes; 0 = no bound */
    bool latest_only;   /* readers get only the newest packet, unless they ask for all (JPEG) */
};

/* One reference. */
struct hub *hub_create(const struct hub_params *params) __attribute__((returns_nonnull));
struct hub *hub_ref(struct hub *hub) __attribute__((returns_nonnull));
/* Drops one reference and sets *hub to NULL; takes a pointer to NULL. */
void hub_unref(struct hub **hub);

/* The caller is the publisher from now on, under the returned turn: packets of earlier turns, which
 * another thread may still be making, are dropped. The ring is emptied. Turns start at 0. */
uint64_t hub_take_over(struct hub *hub);

/* Takes the packet, stamps its number and live header and pokes every watch. False: another
 * publisher took over, and the packet is dropped. */
bool hub_publish(struct hub *hub, uint64_t turn, struct packet *takes_packet);

/* Drops the ring's contents and frees their memory: unread packets are lost. */
void hub_flush(struct hub *hub);

/* The source stops: existing readers continue; new ones wait for the next keyframe. */
void hub_pause(struct hub *hub);

/* Keeps at least this much of the past, for readers that join in it, beyond hub_params. Zeroes: no
 * more than those. */
struct hub_history {
    int64_t age_us;
    size_t bytes;
};
enum { HUB_HISTORY_MAX_PACKETS = 2048 };
void hub_keep(struct hub *hub, const struct hub_history *history);

/* Requests a keyframe; the request holds until one is published. Readers that need one request it
 * themselves. */
void hub_want_key(struct hub *hub);
bool hub_wants_key(struct hub *hub);

/* A watch is poked for every packet, by the publishing thread under the hub's lock: poke may signal
 * a condition or an event loop, nothing more. */
struct hub_watch {
    struct list node;
    void (*poke)(void *ctx);
    void *ctx;
};
void hub_watch_add(struct hub *hub, struct hub_watch *watch);
/* No poke runs or follows after it returned; a watch that was initialised but not added is fine. */
void hub_watch_remove(struct hub *hub, struct hub_watch *watch);

/* Packets published since the hub was created. */
uint64_t hub_count(struct hub *hub);
