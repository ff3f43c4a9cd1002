/* A viewer over plain HTTP: a held request with a lease on a rendition. It is answered when the
 * first picture is there, so that a camera which is away or stays dark gives a status and a
 * sentence instead of an empty stream. Only for src/api. */
#pragma once
#include "api/endpoint.h"

/* For those who cut what they are sent: no program waits longer for a place to begin. */
enum { VIEWER_KEY_INTERVAL_US = 2000000 };

struct viewer {
    struct api_guest guest;
    struct api *api;
    struct camera *camera;
    const struct viewer_ops *ops;
    struct http_stream *stream;
    struct lease *lease;     /* NULL: refused, or the API is gone */
    struct net_timer *timer; /* until the first picture */
    int64_t deadline_us;
    struct packet *first; /* read while it waited, a reference; or NULL */
};

struct viewer_ops {
    const char *content_type;
    enum rendition_kind rendition;
    int64_t key_interval_us; /* the longest; 0 = unbounded */
    /* As http_stream_ops.next; reads with viewer_packet. */
    int (*next)(struct viewer *viewer, struct net_out *ret_out);
    void (*finish)(struct viewer *viewer); /* lets go of the endpoint's own; then it is freed */
};

/* Answers the request, now or later. Takes the viewer, zeroed memory with the endpoint's own behind
 * it. */
void viewer_reply(const struct call *call, struct http_request *request,
                  const struct viewer_ops *ops, struct viewer *takes_viewer);

/* The next packet, a new reference, or NULL when there is none yet. */
struct packet *viewer_packet(struct viewer *viewer);

/* Fills *ret_out with a copy of the bytes: 1, or -1 when there is no memory. */
int viewer_send_copy(const void *bytes, size_t len_bytes, struct net_out *ret_out);
/* Fills *ret_out with the packet's bytes [off, end_off): 1. Borrows packet. */
int viewer_send(const struct packet *packet, uint32_t off, struct net_out *ret_out);
