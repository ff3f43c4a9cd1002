#include "transcode/chunker.h"

#include <string.h>

#include "base/clock.h"
#include "media/fmp4.h"

enum {
    /* The second interval is unknown when the first unit is sent. */
    FIRST_INTERVAL_US = 33333,
    /* A burst after a stall, and the stall itself, say little about the rate. */
    MIN_INTERVAL_US = 8333,
    MAX_INTERVAL_US = 1000000,
    SMOOTHING = 8, /* each interval counts for an eighth */
    DURATION_INTERVALS = 2,
};

void chunker_init(struct chunker *chunker)
{
    *chunker = (struct chunker){.interval_us = FIRST_INTERVAL_US};
}

void chunker_finish(struct chunker *chunker)
{
    packet_unref(&chunker->init);
}

static uint64_t ticks(int64_t us)
{
    return (uint64_t)us * FMP4_TIMESCALE / US_PER_S;
}

static int64_t clamp(int64_t us, int64_t min_us, int64_t max_us)
{
    return us < min_us ? min_us : us > max_us ? max_us : us;
}

/* Advances the timeline to a frame that arrived then. */
static void advance(struct chunker *chunker, int64_t arrival_us)
{
    if (!chunker->begun) {
        chunker->begun = true;
        chunker->first_arrival_us = chunker->last_arrival_us = arrival_us;
        return;
    }
    const int64_t interval_us = arrival_us - chunker->last_arrival_us;
    chunker->interval_us +=
        (clamp(interval_us, MIN_INTERVAL_US, MAX_INTERVAL_US) - chunker->interval_us) / SMOOTHING;
    chunker->last_arrival_us = arrival_us;

    const int64_t since_us = arrival_us - chunker->first_arrival_us;
    const uint64_t time = since_us > 0 ? ticks(since_us) : 0;
    chunker->decode_time = time > chunker->decode_time ? time : chunker->decode_time + 1;
}

/* A packet with room for its live header, and for a head and a unit after it. */
static int packet_open(enum live_kind kind, uint32_t head_bytes, size_t unit_bytes,
                       const struct engine_output *output, const struct packet *frame,
                       struct packet *init, struct packet **ret_packet)
{
    const uint32_t message_off = PACKET_TRANSPORT_ROOM;
    const uint32_t chunk_off = message_off + LIVE_HEAD_BYTES;
    struct buf *buf;
    int r = buf_create(chunk_off + head_bytes + unit_bytes, &buf);
    if (r < 0)
        return r;
    struct packet *packet = packet_create(buf, init);
    packet->message_off = message_off;
    packet->chunk_off = chunk_off;
    packet->unit_off = chunk_off + head_bytes;
    packet->end_off = packet->unit_off + (uint32_t)unit_bytes;
    packet->live = kind;
    packet->key = kind == LIVE_INIT || output->key;
    packet->width = output->width;
    packet->height = output->height;
    packet->capture_us = frame->capture_us;
    packet->arrival_us = frame->arrival_us;
    *ret_packet = packet;
    return 0;
}

static int make_init(struct chunker *chunker, const struct engine_output *output,
                     const struct packet *frame)
{
    uint8_t bytes[FMP4_INIT_MAX_BYTES];
    size_t len_bytes;
    struct packet *init;
    int r = fmp4_init_write(output->params, bytes, &len_bytes);
    if (r < 0)
        return r;
    r = packet_open(LIVE_INIT, 0, len_bytes, output, frame, NULL, &init);
    if (r < 0)
        return r;
    memcpy(init->buf->data + init->chunk_off, bytes, len_bytes);
    packet_unref(&chunker->init);
    chunker->init = init;
    return 0;
}

int chunker_make(struct chunker *chunker, const struct engine_output *output,
                 const struct packet *frame, struct packet **ret_packet)
{
    if (output->new_params) {
        int r = make_init(chunker, output, frame);
        if (r < 0)
            return r;
    }
    struct packet *packet;
    int r = packet_open(LIVE_CHUNK, FMP4_CHUNK_HEAD_BYTES, output->len_bytes, output, frame,
                        chunker->init, &packet);
    if (r < 0)
        return r;

    advance(chunker, frame->arrival_us);
    uint8_t *bytes = packet->buf->data;
    fmp4_chunk_head_write(
        &(struct fmp4_chunk){.sequence = ++chunker->n_chunks,
                             .decode_time = chunker->decode_time,
                             .duration = (uint32_t)ticks(DURATION_INTERVALS * chunker->interval_us),
                             .unit_len_bytes = (uint32_t)output->len_bytes,
                             .key = output->key},
        bytes + packet->chunk_off);
    memcpy(bytes + packet->unit_off, output->unit, output->len_bytes);
    *ret_packet = packet;
    return 0;
}
