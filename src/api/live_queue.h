/* What waits to be sent to one page beside live media: events, posters and stills, in their order.
 * Live media never waits here: a session reads it when the socket takes more. Nor do the states of
 * cameras: what waits is that a camera has to be described, once, when its turn comes. So a page
 * that reads slowly gets the newest state of each, and costs a few bytes a camera. Loop only. Only
 * for src/api/live*.c. */
#pragma once
#include "api/endpoint.h"

enum {
    LIVE_QUEUE_MAX_ITEMS = 256, /* states not counted: there is one for each camera at most */
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

/* Appends bytes [off, off + len_bytes) of buf, taking a reference to it. -ENOBUFS: full. */
int live_queue_text(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
    __attribute__((warn_unused_result));
int live_queue_binary(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
    __attribute__((warn_unused_result));

/* This camera has to be described: once more, or of what changed (enum camera_change, or'ed). */
void live_queue_state(struct live_queue *queue, struct camera *camera, unsigned what);

/* The camera is about to go. */
void live_queue_forget(struct live_queue *queue, const struct camera *camera);

/* True when that many more binary bytes would fit, with a text in front. */
bool live_queue_has_room(const struct live_queue *queue, size_t binary_bytes);

/* What is first: bytes to be sent, or a camera to be described. */
struct live_queue_first {
    struct camera *camera; /* NULL: out is to be sent */
    unsigned what;
    struct net_out out; /* its reference goes over to the caller */
};
/* Takes it out; false when there is nothing. */
bool live_queue_next(struct live_queue *queue, struct live_queue_first *ret_first);
