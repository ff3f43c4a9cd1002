#include "api/viewer.h"

#include "api/reply.h"
#include "base/alloc.h"

static const int64_t FIRST_PICTURE_TIMEOUT_US = 10 * US_PER_S;

static void let_go(struct viewer *viewer)
{
    lease_release(&viewer->lease);
    net_timer_destroy(viewer->timer);
    viewer->timer = NULL;
    list_remove(&viewer->guest.node);
}

static void viewer_leave(struct api_guest *guest)
{
    let_go(list_entry(guest, struct viewer, guest));
}

static void viewer_closed(void *ctx)
{
    struct viewer *viewer = ctx;
    let_go(viewer);
    packet_unref(&viewer->first);
    if (viewer->ops->finish)
        viewer->ops->finish(viewer);
    mem_free(viewer);
}

static int viewer_next(void *ctx, struct net_out *ret_out)
{
    struct viewer *viewer = ctx;
    return viewer->lease ? viewer->ops->next(viewer, ret_out) : -1;
}

/* Only marks it: the answer begins in a later turn of the loop, where the stream may end at once.
 */
static void viewer_ready(void *ctx)
{
    struct viewer *viewer = ctx;
    if (viewer->timer)
        net_timer_set(viewer->timer, api_now_us(viewer->api));
    else
        http_stream_ready(viewer->stream);
}

/* The camera was removed: ends the stream, or the waiting request. */
static void viewer_gone(void *ctx)
{
    struct viewer *viewer = ctx;
    bool waits = viewer->timer != NULL;
    let_go(viewer);
    static const struct problem REMOVED = {PROBLEM_NO_SUCH_CAMERA, "", "the camera was removed"};
    if (waits)
        reply_problem_late(viewer->stream, false, &REMOVED);
    else
        http_stream_ready(viewer->stream);
}

/* Its principal lost its rights. */
static void viewer_revoke(struct api_guest *guest)
{
    struct viewer *viewer = list_entry(guest, struct viewer, guest);
    bool waits = viewer->timer != NULL;
    let_go(viewer);
    if (waits)
        reply_problem_late(viewer->stream, false, &endpoint_revoked);
    else
        http_stream_ready(viewer->stream);
}

/* A packet arrived, or the timeout. */
static void look(void *ctx)
{
    struct viewer *viewer = ctx;
    if (!viewer->first)
        viewer->first = viewer_packet(viewer);
    if (viewer->first) {
        net_timer_destroy(viewer->timer);
        viewer->timer = NULL;
        reply_begin(viewer->stream, &(struct http_response){
                                        .status = 200, .content_type = viewer->ops->content_type});
        return;
    }
    const bool is_hopeless =
        viewer->ops->rendition == RENDITION_H264 && !camera_has_h264(viewer->camera);
    if (api_now_us(viewer->api) < viewer->deadline_us && !is_hopeless) {
        net_timer_set(viewer->timer, viewer->deadline_us);
        return;
    }
    let_go(viewer);
    struct problem problem;
    endpoint_dark(viewer->camera, viewer->ops->rendition, &problem);
    reply_problem_late(viewer->stream, false, &problem);
}

static const struct http_stream_ops STREAM_OPS = {.next = viewer_next, .closed = viewer_closed};

static void reply_offline(struct http_request *request)
{
    static const struct problem OFFLINE = {PROBLEM_OFFLINE, "", "the camera is not connected"};
    reply_problem(request, &OFFLINE);
}

void viewer_reply(const struct call *call, struct http_request *request,
                  const struct viewer_ops *ops, struct viewer *takes_viewer)
{
    struct viewer *viewer = takes_viewer;
    struct camera *camera = call->permit.camera;
    if (call->head || camera_state(camera) == DEMAND_OFFLINE) {
        mem_free(viewer);
        if (call->head) /* HEAD must not wake a camera */
            reply(request,
                  &(struct http_response){.status = 200, .content_type = ops->content_type});
        else
            reply_offline(request);
        return;
    }
    viewer->api = call->api;
    viewer->camera = camera;
    viewer->ops = ops;
    viewer->guest.leave = viewer_leave;
    viewer->guest.revoke = viewer_revoke;
    viewer->guest.principal = call->principal;
    list_append(&call->api->guests, &viewer->guest.node);
    viewer->stream = http_hold(request, &STREAM_OPS, viewer);
    viewer->deadline_us = api_now_us(call->api) + FIRST_PICTURE_TIMEOUT_US;
    viewer->timer = net_timer_create(call->api->params.net, look, viewer);
    viewer->lease =
        service_watch(&call->permit, &(struct lease_params){.reason = LEASE_VIEWER,
                                                            .rendition = ops->rendition,
                                                            .key_interval_us = ops->key_interval_us,
                                                            .ready = viewer_ready,
                                                            .gone = viewer_gone,
                                                            .ctx = viewer});
    viewer_ready(viewer);
}

struct packet *viewer_packet(struct viewer *viewer)
{
    struct packet *packet = viewer->first;
    viewer->first = NULL;
    if (packet)
        return packet;
    uint64_t lost;
    packet = lease_next(viewer->lease, &lost);
    camera_count_sent(viewer->camera, packet != NULL, lost);
    return packet;
}

int viewer_send_copy(const void *bytes, size_t len_bytes, struct net_out *ret_out)
{
    struct buf *buf = reply_buf(bytes, len_bytes);
    if (!buf)
        return -1;
    *ret_out = (struct net_out){.takes_buf = buf, .off = REPLY_OFF, .len_bytes = len_bytes};
    return 1;
}

int viewer_send(const struct packet *packet, uint32_t off, struct net_out *ret_out)
{
    *ret_out = (struct net_out){
        .takes_buf = buf_ref(packet->buf), .off = off, .len_bytes = packet->end_off - off};
    return 1;
}
