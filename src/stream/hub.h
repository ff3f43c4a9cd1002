/* A hub: a rendition's fan-out. One ring of packets, many cursors, no allocation per subscriber.
 *
 * Publishing never blocks on a reader. A cursor that falls off the ring jumps to the newest key and
 * is told how many packets it lost; a slow reader costs only itself, and the ring's bounds say how
 * late a reader may be. For JPEG every packet is a key, so latest-frame-wins is the same policy
 * with a history of one.
 *
 * hub_* may be called from any thread (guarded by the hub's lock), hub_publish by one at a time; a
 * cursor belongs to one thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "stream/packet.h"

struct hub;

struct hub_params {
    unsigned max_packets; /* the ring's length; 0 = 1 */
    /* The ring lets go of old packets beyond this; the newest always stays; 0 = no bound. */
    size_t max_bytes;
    int64_t max_age_us; /* and of those older than this when another one comes; 0 = no bound */
    bool latest_only;   /* readers get the newest packet only (JPEG) */
};

struct hub *hub_create(const struct hub_params *params) __attribute__((returns_nonnull));
void hub_destroy(struct hub *hub); /* no cursor or watch may be in use; takes NULL */

/* Takes the packet, numbers it and pokes every watch. */
void hub_publish(struct hub *hub, struct packet *takes_packet);

/* Drops what the ring holds (the encoder began anew, the memory goes back): unread packets are
 * lost. */
void hub_flush(struct hub *hub);

/* The source rests: those that are there read on, a joiner waits for the next key to come. */
void hub_pause(struct hub *hub);

/* A watch is poked for every packet, by the publishing thread under the hub's lock: poke may signal
 * a condition or an event loop, nothing more. */
struct hub_watch {
    struct list node;
    void (*poke)(void *ctx);
    void *ctx;
};
void hub_watch_add(struct hub *hub, struct hub_watch *watch);
/* No poke runs or follows after it returned. */
void hub_watch_remove(struct hub *hub, struct hub_watch *watch);

struct hub_cursor {
    uint64_t next; /* number of the packet wanted next */
    bool synced;   /* a key was delivered: deltas make sense */
    uint64_t lost; /* packets skipped so far */
};

/* Where a joiner starts: at the newest key when all that follows it is younger than
 * max_join_age_us and came after the last hub_pause, else at the next key to come. */
void hub_join(struct hub *hub, struct hub_cursor *cursor, int64_t now_us, int64_t max_join_age_us);

enum hub_result {
    HUB_PACKET,   /* *ret_packet is a new reference */
    HUB_EMPTY,    /* nothing new yet */
    HUB_NEED_KEY, /* nothing that this cursor can use until a key comes: ask the source for one */
};

/* The cursor's next packet. */
enum hub_result hub_next(struct hub *hub, struct hub_cursor *cursor, struct packet **ret_packet);

/* Packets published since the hub was created. */
uint64_t hub_count(struct hub *hub);
