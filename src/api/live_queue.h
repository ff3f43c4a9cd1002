/* What waits to be sent to one page beside live media: events, posters and stills, in their order.
 * Live media never waits here: a session reads it when the socket takes more. Bounded: a page that
 * does not read what it asked for is no page. Loop only. Only for src/api/live*.c. */
#pragma once
#include "api/endpoint.h"

enum {
    LIVE_QUEUE_MAX_ITEMS = 256,
    LIVE_QUEUE_MAX_TEXT_BYTES = 1024 * 1024,
    LIVE_QUEUE_MAX_BINARY_BYTES = 20 * 1024 * 1024, /* four of the largest stills and a poster */
};

/* Plain data; see live_queue_init. */
struct live_queue {
    struct list items;
    unsigned count;
    size_t text_bytes, binary_bytes;
};

void live_queue_init(struct live_queue *queue);
void live_queue_finish(struct live_queue *queue);

/* Appends bytes [off, off + len_bytes) of buf, taking a reference of its own. -ENOBUFS: full. */
int live_queue_text(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
    __attribute__((warn_unused_result));
int live_queue_binary(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
    __attribute__((warn_unused_result));

/* The same for the state of something: replaces, at its place, the older state of the same that
 * still waits. */
int live_queue_state(struct live_queue *queue, const void *about, struct buf *buf, size_t off,
                     size_t len_bytes) __attribute__((warn_unused_result));

/* What waits about it goes out as it is: it is replaced no more, its owner is about to go. */
void live_queue_forget(struct live_queue *queue, const void *about);

/* True when that many more binary bytes would fit, with a text in front. */
bool live_queue_has_room(const struct live_queue *queue, size_t binary_bytes);

/* Takes the first one out; false when there is none. */
bool live_queue_next(struct live_queue *queue, struct net_out *ret_out);
