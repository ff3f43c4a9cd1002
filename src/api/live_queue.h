/* The queue to one page for everything but live media: events, posters and stills, in their order.
 * Live media is never queued: a session reads it when the socket takes more. Of cameras, only the
 * fact that one has changed is queued; it is described when sent. A page that reads slowly thus
 * gets the newest state of each, and costs a few bytes per camera. Loop only. Only for
 * src/api/live*.c. */
#pragma once
#include "api/endpoint.h"

enum {
    LIVE_QUEUE_MAX_ITEMS = 256, /* without camera states, of which each camera has at most one */
    LIVE_QUEUE_MAX_TEXT_BYTES = 1024 * 1024,
    LIVE_QUEUE_MAX_BINARY_BYTES = 20 * 1024 * 1024, /* four of the largest stills and a poster */
};

/* See live_queue_init. */
struct live_queue {
    struct list items;
    unsigned count;
    size_t text_bytes, binary_bytes;
};

void live_queue_init(struct live_queue *queue);
void live_queue_finish(struct live_queue *queue);

/* Appends bytes [off, off + len_bytes) of buf, taking a reference to it. -ENOBUFS: full. */
int live_queue_text(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
    __attribute__((warn_unused_result));
int live_queue_binary(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
    __attribute__((warn_unused_result));

/* Queues the camera's state, or adds to what changed (enum camera_change, or'ed). */
void live_queue_state(struct live_queue *queue, struct camera *camera, unsigned what);

/* The camera is about to be removed. */
void live_queue_forget(struct live_queue *queue, const struct camera *camera);

/* True if this many more binary bytes fit, with a text before them. */
bool live_queue_has_room(const struct live_queue *queue, size_t binary_bytes);

/* The first item: bytes to send, or a camera to describe. */
struct live_queue_first {
    struct camera *camera; /* NULL: send out */
    unsigned what;
    struct net_out out; /* its reference becomes the caller's */
};
/* Removes and returns it; false if the queue is empty. */
bool live_queue_next(struct live_queue *queue, struct live_queue_first *ret_first);
