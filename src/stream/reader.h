/* A reader: one reading position in a hub. It belongs to one thread, any thread; a lease
 * (stream/lease.h), which keeps the camera awake, belongs to the loop. */
#pragma once
#include "stream/hub.h"

struct reader_params {
    /* For every packet, on the publishing thread and under the hub's lock: it may signal a
     * condition or an event loop, nothing more. NULL: the thread polls. */
    void (*poke)(void *ctx);
    void *ctx;
    int64_t now_us, back_us; /* joins at packets that arrived at most back_us before now_us */
    /* Starts with the oldest keyframe in that span instead of the newest, and is given every
     * packet, even of a hub that gives others only the latest: a recorder with pre-roll. */
    bool all;
};

struct reader {
    struct hub *hub; /* owned reference; NULL: closed */
    struct hub_watch watch;
    uint64_t next; /* number of the packet wanted next */
    uint64_t lost; /* packets skipped so far */
    bool synced;   /* a keyframe was delivered: deltas are decodable */
    bool all;
};

/* If nothing young enough came after the last hub_pause, it starts at the next keyframe. */
void reader_open(struct reader *reader, struct hub *hub, const struct reader_params *params);
/* No poke runs or follows after it returned. Takes a zeroed one and a closed one. */
void reader_close(struct reader *reader);

/* The next packet, a new reference, or NULL if there is none that it can use yet. If it cannot use
 * deltas, it requests a keyframe. */
struct packet *reader_next(struct reader *reader);
