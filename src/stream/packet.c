#include "stream/packet.h"

#include "base/alloc.h"

const char *rendition_name(enum rendition_kind kind)
{
    static const char *const NAMES[RENDITION_KINDS] = {"jpeg", "h264", "raw", "luma"};
    return NAMES[kind];
}

struct packet *packet_create(struct buf *takes_buf, struct packet *init)
{
    struct packet *packet = mem_new(struct packet);
    atomic_init(&packet->refs, 1);
    packet->buf = takes_buf;
    packet->init = init ? packet_ref(init) : NULL;
    return packet;
}

struct packet *packet_of_jpeg(struct buf *takes_buf, size_t unit_off, size_t end_off)
{
    struct packet *packet = packet_create(takes_buf, NULL);
    packet->message_off = (uint32_t)(unit_off - LIVE_HEAD_BYTES);
    packet->chunk_off = packet->unit_off = (uint32_t)unit_off;
    packet->end_off = (uint32_t)end_off;
    packet->key = true;
    packet->live = LIVE_JPEG;
    return packet;
}

void packet_stamp(struct packet *packet, uint32_t stream, uint32_t sequence)
{
    if (packet->live)
        live_head_write(
            &(struct live_head){.kind = packet->live,
                                .flags = packet->key ? LIVE_FLAG_KEY : 0,
                                .stream = stream,
                                .sequence = sequence,
                                .unit_offset = (uint16_t)(packet->unit_off - packet->message_off),
                                .capture_us = packet->capture_us},
            packet->buf->data + packet->message_off);
}

struct packet *packet_ref(struct packet *packet)
{
    atomic_fetch_add_explicit(&packet->refs, 1, memory_order_relaxed);
    return packet;
}

void packet_unref(struct packet **packet)
{
    struct packet *p = *packet;
    *packet = NULL;
    if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    packet_unref(&p->init);
    buf_unref(&p->buf);
    mem_free(p);
}
