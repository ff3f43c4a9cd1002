/* A reader: one reading position in a hub. It belongs to one thread, whichever that is; a lease
 * (stream/lease.h), which keeps the camera awake, belongs to the loop. */
#pragma once
#include "stream/hub.h"

struct reader_params {
    /* For every packet, on the publishing thread and under the hub's lock: it may signal a
     * condition or an event loop, nothing more. NULL: the thread looks by itself. */
    void (*poke)(void *ctx);
    void *ctx;
    int64_t now_us, back_us; /* joins in packets that arrived at most back_us before now_us */
    /* Begins with the oldest key in that span instead of the newest, and is given every packet,
     * also of a hub that has the latest only for others: a recorder with pre-roll. */
    bool all;
};

struct reader {
    struct hub *hub; /* owned reference; NULL: closed */
    struct hub_watch watch;
    uint64_t next; /* number of the packet wanted next */
    uint64_t lost; /* packets skipped so far */
    bool synced;   /* a key was delivered: deltas make sense */
    bool all;
};

/* Where nothing young enough came after the last hub_pause, it starts at the next key. */
void reader_open(struct reader *reader, struct hub *hub, const struct reader_params *params);
/* No poke runs or follows after it returned. Takes a zeroed one and one that is closed. */
void reader_close(struct reader *reader);

/* The next packet, a new reference, or NULL when there is none that it can use yet. Where deltas
 * are of no use to it, the hub is asked for a key. */
struct packet *reader_next(struct reader *reader);
