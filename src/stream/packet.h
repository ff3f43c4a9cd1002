/* A packet: one immutable, reference-counted unit of a rendition, laid out once so that one buffer
 * serves every consumer in every form:
 *
 *     | transport room | live header | moof+mdat header | access unit |     h264
 *     | transport room | live header | JPEG                           |     jpeg
 *                      ^ message_off ^ chunk_off         ^ unit_off   ^ end_off
 *
 * A raw picture has no bytes in its buffer, which is lent (base/buf.h): raw says where the pixels
 * are, and the last reference returns them to the driver.
 *
 * Any thread; written by its creator before it is published, and by hub_publish; immutable after.
 * Only the transport room is scratch space of the loop thread: the transport writes its framing
 * there. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "media/live.h"
#include "media/raw.h"

/* Room in front for a WebSocket frame's header; at least net's NET_OUT_ROOM. */
enum { PACKET_TRANSPORT_ROOM = 16 };

/* Sources deliver JPEG and raw; the others, and JPEG of a raw source, are derived. Luma is
 * brightness alone at an eighth of the size, for motion detection: 8 bits per pixel, rows of
 * packet.stride bytes from unit_off on. */
enum rendition_kind {
    RENDITION_JPEG,
    RENDITION_H264,
    RENDITION_RAW,
    RENDITION_LUMA,
    RENDITION_KINDS
};

/* "jpeg", "h264", "raw", "luma"; immutable. */
const char *rendition_name(enum rendition_kind kind);

struct packet {
    atomic_uint refs;
    struct buf *buf; /* owned reference */
    struct packet
        *init; /* h264: the init segment this unit belongs to, owned reference; else NULL */
    uint32_t message_off, chunk_off, unit_off, end_off;
    uint32_t sequence;   /* in its hub, from 1; set by hub_publish */
    enum live_kind live; /* of its live header; 0: it has none */
    bool key;            /* decodable on its own */
    uint16_t width, height;
    uint16_t stride;        /* of RENDITION_LUMA */
    struct raw_picture raw; /* of RENDITION_RAW; else its format is RAW_NONE */
    int64_t capture_us;     /* server's monotonic clock: when the device took it, as far as known */
    int64_t arrival_us;     /* server's monotonic clock: when its last byte arrived */
};

/* One reference; takes buf, even if it fails; takes a new reference to init if there is one. The
 * caller sets the offsets. */
struct packet *packet_create(struct buf *takes_buf, struct packet *init)
    __attribute__((returns_nonnull));

/* The same for a JPEG whose bytes are [unit_off, end_off), with room for the live header in front:
 * a key, its offsets set. */
struct packet *packet_of_jpeg(struct buf *takes_buf, size_t unit_off, size_t end_off)
    __attribute__((returns_nonnull));

/* Writes its live header. The hub does so; only packets that bypass hubs are stamped by others. */
void packet_stamp(struct packet *packet, uint32_t stream, uint32_t sequence);

struct packet *packet_ref(struct packet *packet);

/* Drops one reference and sets *packet to NULL; takes a pointer to NULL. */
void packet_unref(struct packet **packet);

static inline const uint8_t *packet_unit(const struct packet *p)
{
    return p->buf->data + p->unit_off;
}

static inline uint32_t packet_unit_len_bytes(const struct packet *p)
{
    return p->end_off - p->unit_off;
}
