/* A viewer over plain HTTP: a held request with a lease on a rendition. It is answered when the
 * first picture arrives, so that a camera that is offline or delivers nothing causes an error
 * status with a sentence instead of an empty stream. Only for src/api. */
#pragma once
#include "api/endpoint.h"

/* For programs that cut or join the stream, which need a keyframe to begin. */
enum { VIEWER_KEY_INTERVAL_US = 2000000 };

struct viewer {
    struct api_guest guest;
    struct api *api;
    struct camera *camera;
    const struct viewer_ops *ops;
    struct http_stream *stream;
    struct lease *lease;     /* NULL: refused, or the API is destroyed */
    struct net_timer *timer; /* until the first picture */
    int64_t deadline_us;
    struct packet *first; /* read while waiting, a reference; or NULL */
};

struct viewer_ops {
    const char *content_type;
    enum rendition_kind rendition;
    int64_t key_interval_us; /* the longest; 0 = unbounded */
    /* As http_stream_ops.next; reads with viewer_packet. */
    int (*next)(struct viewer *viewer, struct net_out *ret_out);
    void (*finish)(struct viewer *viewer); /* releases the endpoint's members; then it is freed */
};

/* Answers the request, now or later. Takes the viewer, zeroed memory that the endpoint's members
 * follow. */
void viewer_reply(const struct call *call, struct http_request *request,
                  const struct viewer_ops *ops, struct viewer *takes_viewer);

/* The next packet, a new reference, or NULL when there is none yet. */
struct packet *viewer_packet(struct viewer *viewer);

/* Fills *ret_out with a copy of the bytes: 1; -1: out of memory. */
int viewer_send_copy(const void *bytes, size_t len_bytes, struct net_out *ret_out);
/* Fills *ret_out with the packet's bytes [off, end_off): 1. Borrows packet. */
int viewer_send(const struct packet *packet, uint32_t off, struct net_out *ret_out);
