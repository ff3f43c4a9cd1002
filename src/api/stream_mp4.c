#include "api/viewer.h"
#include "base/alloc.h"

/* Endless fragmented MP4: the init segment, then one chunk per frame. */
struct stream_mp4 {
    struct viewer viewer;
    struct packet *init; /* the one sent; or NULL */
    struct packet *held; /* to be sent after it; or NULL */
};

static int stream_mp4_next(struct viewer *viewer, struct net_out *ret_out)
{
    struct stream_mp4 *mp4 = list_entry(viewer, struct stream_mp4, viewer);
    struct packet *packet = mp4->held ? mp4->held : viewer_packet(viewer);
    mp4->held = NULL;
    if (!packet)
        return 0;
    int result;
    if (!mp4->init && packet->init) {
        mp4->init = packet_ref(packet->init);
        mp4->held = packet_ref(packet);
        result = viewer_send(mp4->init, mp4->init->chunk_off, ret_out);
    } else if (packet->init == mp4->init) {
        result = viewer_send(packet, packet->chunk_off, ret_out);
    } else {
        result = -1; /* new parameter sets: players cannot handle them within one file */
    }
    packet_unref(&packet);
    return result;
}

static void stream_mp4_finish(struct viewer *viewer)
{
    struct stream_mp4 *mp4 = list_entry(viewer, struct stream_mp4, viewer);
    packet_unref(&mp4->init);
    packet_unref(&mp4->held);
}

void stream_mp4_get(const struct call *call, struct http_request *request)
{
    static const struct viewer_ops OPS = {.content_type = "video/mp4",
                                          .rendition = RENDITION_H264,
                                          .key_interval_us = VIEWER_KEY_INTERVAL_US,
                                          .next = stream_mp4_next,
                                          .finish = stream_mp4_finish};
    viewer_reply(call, request, &OPS, &mem_new(struct stream_mp4)->viewer);
}
