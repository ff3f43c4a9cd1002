/* Endless H.264 for programs that pull it: bare Annex B, or in an MPEG transport stream. */
#include "api/reply.h"
#include "api/viewer.h"
#include "base/alloc.h"
#include "media/fmp4.h"
#include "media/mpegts.h"

struct stream_annexb {
    struct viewer viewer;
    struct mpegts mpegts;
    struct packet *init; /* its parameter sets are in params; NULL before the first unit */
    struct h264_params params;
    int64_t first_us; /* arrival of the first unit */
    bool begun;
};

static struct stream_annexb *of(struct viewer *viewer)
{
    return list_entry(viewer, struct stream_annexb, viewer);
}

/* The next unit after off bytes of room: 1; 0: none yet; -1: out of memory, or no parameter
 * sets. */
static int next_unit(struct stream_annexb *stream, size_t off, struct packet **ret_packet,
                     struct buf **ret_buf, size_t *ret_len)
{
    struct packet *packet = viewer_packet(&stream->viewer);
    struct buf *buf = NULL;
    if (!packet)
        return 0;
    const uint32_t avcc_bytes = packet_unit_len_bytes(packet);
    int r = buf_create(off + h264_annexb_max_bytes(avcc_bytes), &buf);
    if (r == 0 && packet->init != stream->init) {
        packet_unref(&stream->init);
        stream->init = packet_ref(packet->init);
        r = fmp4_init_params(packet_unit(stream->init), packet_unit_len_bytes(stream->init),
                             &stream->params);
    }
    if (r < 0) {
        buf_unref(&buf);
        packet_unref(&packet);
        return -1;
    }
    *ret_len = h264_annexb_write(packet->key ? &stream->params : NULL, packet_unit(packet),
                                 avcc_bytes, buf->data + off);
    *ret_buf = buf;
    *ret_packet = packet;
    return 1;
}

static int annexb_next(struct viewer *viewer, struct net_out *ret_out)
{
    struct packet *packet;
    struct buf *buf;
    size_t len_bytes;
    int r = next_unit(of(viewer), REPLY_OFF, &packet, &buf, &len_bytes);
    if (r <= 0)
        return r;
    packet_unref(&packet);
    *ret_out = (struct net_out){.takes_buf = buf, .off = REPLY_OFF, .len_bytes = len_bytes};
    return 1;
}

/* Timestamps start at 1 s: the stream's clock is earlier, and must not be negative. */
static uint64_t pts_of(struct stream_annexb *stream, const struct packet *packet)
{
    if (!stream->begun)
        stream->first_us = packet->arrival_us;
    stream->begun = true;
    const int64_t since_us = US_PER_S + packet->arrival_us - stream->first_us;
    return (uint64_t)since_us * (MPEGTS_CLOCK_HZ / 1000) / 1000;
}

static int ts_next(struct viewer *viewer, struct net_out *ret_out)
{
    struct stream_annexb *stream = of(viewer);
    struct packet *packet;
    struct buf *unit, *out;
    size_t unit_bytes;
    int r = next_unit(stream, 0, &packet, &unit, &unit_bytes);
    if (r <= 0)
        return r;
    r = buf_create(REPLY_OFF + MPEGTS_TABLES_BYTES + mpegts_unit_max_bytes(unit_bytes), &out);
    if (r == 0) {
        uint8_t *to = out->data + REPLY_OFF;
        size_t len_bytes = 0;
        if (packet->key) {
            mpegts_write_tables(&stream->mpegts, to);
            len_bytes = MPEGTS_TABLES_BYTES;
        }
        len_bytes += mpegts_write_unit(&stream->mpegts,
                                       &(struct mpegts_unit){.annexb = unit->data,
                                                             .len_bytes = unit_bytes,
                                                             .pts = pts_of(stream, packet),
                                                             .key = packet->key},
                                       to + len_bytes);
        *ret_out = (struct net_out){.takes_buf = out, .off = REPLY_OFF, .len_bytes = len_bytes};
    }
    buf_unref(&unit);
    packet_unref(&packet);
    return r < 0 ? -1 : 1;
}

static void finish(struct viewer *viewer)
{
    packet_unref(&of(viewer)->init);
}

static const struct viewer_ops ANNEXB = {.content_type = "video/h264",
                                         .rendition = RENDITION_H264,
                                         .key_interval_us = VIEWER_KEY_INTERVAL_US,
                                         .next = annexb_next,
                                         .finish = finish};
static const struct viewer_ops TS = {.content_type = "video/mp2t",
                                     .rendition = RENDITION_H264,
                                     .key_interval_us = VIEWER_KEY_INTERVAL_US,
                                     .next = ts_next,
                                     .finish = finish};

void stream_h264_get(const struct call *call, struct http_request *request)
{
    viewer_reply(call, request, &ANNEXB, &mem_new(struct stream_annexb)->viewer);
}

void stream_ts_get(const struct call *call, struct http_request *request)
{
    viewer_reply(call, request, &TS, &mem_new(struct stream_annexb)->viewer);
}
