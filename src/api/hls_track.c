#include "api/hls_track.h"

#include <string.h>

#include "api/reply.h"
#include "base/clock.h"
#include "media/fmp4.h"
#include "media/fmp4_part.h"

#define MS(ms) ((uint64_t)(ms)*FMP4_TIMESCALE / 1000)

/* A part ends before the first unit that is this much later than the part's first one. */
static const uint64_t PART = MS(300);
/* A segment has at most this plus one part, which rounds to the target duration of 3 s. */
static const uint64_t SEGMENT_MAX = MS(3100);
/* The encoder makes keys only on request: one is requested this long after a segment's start, or an
 * existing one is used if it is only slightly earlier. The first two segments are short, because
 * players start with a whole one. */
static const uint64_t KEY_AFTER[] = {MS(500), MS(1000), MS(1900)};
enum { N_KEY_AFTER = sizeof(KEY_AFTER) / sizeof(KEY_AFTER[0]) };
static const uint64_t KEY_EARLY = MS(300);

static uint64_t key_after(const struct hls_track *track)
{
    return KEY_AFTER[track->n_begun < N_KEY_AFTER ? track->n_begun - 1 : N_KEY_AFTER - 1];
}

static struct hls_segment *slot(struct hls_track *track, uint64_t number)
{
    return &track->ring[number % (HLS_SEGMENTS + 1)];
}

void hls_track_init(struct hls_track *track, uint64_t first_number)
{
    *track = (struct hls_track){.first = first_number, .current = first_number};
}

static void segment_finish(struct hls_segment *segment)
{
    for (unsigned i = 0; i < segment->n_parts; i++)
        buf_unref(&segment->parts[i].buf);
    buf_unref(&segment->buf);
    packet_unref(&segment->init);
    *segment = (struct hls_segment){0};
}

static void drop_pending(struct hls_track *track)
{
    while (track->n_pending > 0)
        packet_unref(&track->pending[--track->n_pending]);
    track->pending_bytes = 0;
}

void hls_track_finish(struct hls_track *track)
{
    drop_pending(track);
    for (size_t i = 0; i <= HLS_SEGMENTS; i++)
        segment_finish(&track->ring[i]);
}

/* Makes a part of the pending units; end is the end of the last one. */
static int close_part(struct hls_track *track, uint64_t end)
{
    struct hls_segment *segment = slot(track, track->current);
    struct hls_part *part = &segment->parts[segment->n_parts];
    struct fmp4_sample samples[HLS_SAMPLES];
    unsigned n = track->n_pending;
    size_t head_bytes = fmp4_part_head_len_bytes(n), len_bytes = head_bytes + track->pending_bytes;
    int r = buf_create(REPLY_OFF + len_bytes, &part->buf);
    if (r < 0)
        return r;

    uint8_t *out = part->buf->data + REPLY_OFF, *p = out + head_bytes;
    for (unsigned i = 0; i < n; i++) {
        const struct packet *packet = track->pending[i];
        uint64_t next = i + 1 < n ? track->times[i + 1] : end;
        samples[i] = (struct fmp4_sample){.duration = (uint32_t)(next - track->times[i]),
                                          .len_bytes = packet_unit_len_bytes(packet),
                                          .key = packet->key};
        memcpy(p, packet_unit(packet), samples[i].len_bytes);
        p += samples[i].len_bytes;
    }
    fmp4_part_head_write(&(struct fmp4_part){++track->sequence, track->times[0], samples, n}, out);

    part->off = REPLY_OFF;
    part->len_bytes = len_bytes;
    part->duration = (uint32_t)(end - track->times[0]);
    part->independent = samples[0].key;
    segment->n_parts++;
    segment->duration += part->duration;
    segment->len_bytes += len_bytes;
    track->bytes += len_bytes;
    drop_pending(track);
    return 0;
}

static void keep_bounds(struct hls_track *track)
{
    while (track->current - track->first > HLS_SEGMENTS ||
           (track->bytes > HLS_MAX_BYTES && track->current - track->first > 1)) {
        struct hls_segment *oldest = slot(track, track->first++);
        track->bytes -= oldest->len_bytes;
        segment_finish(oldest);
    }
}

/* Joins the segment's parts in one buffer. */
static int end_segment(struct hls_track *track, uint64_t end)
{
    int r = close_part(track, end);
    if (r < 0)
        return r;
    struct hls_segment *segment = slot(track, track->current);
    r = buf_create(REPLY_OFF + segment->len_bytes, &segment->buf);
    if (r < 0)
        return r;
    size_t off = REPLY_OFF;
    for (unsigned i = 0; i < segment->n_parts; i++) {
        struct hls_part *part = &segment->parts[i];
        memcpy(segment->buf->data + off, part->buf->data + part->off, part->len_bytes);
        buf_unref(&part->buf);
        part->off = off;
        off += part->len_bytes;
    }
    track->current++;
    keep_bounds(track);
    return 0;
}

static void begin_segment(struct hls_track *track, struct packet *packet, uint64_t time)
{
    struct hls_segment *segment = slot(track, track->current);
    const struct hls_segment *before = hls_track_segment(track, track->current - 1);
    bool same = before && before->init == packet->init;
    track->discontinuities += track->broken;
    *segment = (struct hls_segment){.init = packet_ref(packet->init),
                                    .init_number = same ? before->init_number : track->current,
                                    .start = time,
                                    .discontinuity = track->broken,
                                    .discontinuities = track->discontinuities};
    track->broken = false;
    track->n_begun++;
}

static bool fits(const struct hls_track *track, const struct hls_segment *segment,
                 const struct packet *packet, uint64_t time)
{
    return packet->init == segment->init && time - segment->start <= SEGMENT_MAX &&
           segment->n_parts < HLS_PARTS - 1 &&
           segment->len_bytes + track->pending_bytes + packet_unit_len_bytes(packet) <=
               HLS_SEGMENT_MAX_BYTES;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Ends the part or segment if the unit cannot be added to it. */
static int make_room(struct hls_track *track, const struct packet *packet, uint64_t time)
{
    const struct hls_segment *segment = slot(track, track->current);
    if (!segment->init)
        return 0;
    if (!fits(track, segment, packet, time)) {
        uint64_t longest = track->times[track->n_pending - 1] + PART;
        track->broken = true;
        return end_segment(track, time < longest ? time : longest);
    }
    if (packet->key && time - segment->start + KEY_EARLY >= key_after(track))
        return end_segment(track, time);
    if (time - track->times[0] >= PART || track->n_pending == HLS_SAMPLES)
        return close_part(track, time);
    return 0;
}

int hls_track_add(struct hls_track *track, struct packet *packet)
{
    uint64_t time = (uint64_t)packet->arrival_us * FMP4_TIMESCALE / US_PER_S;
    if (track->n_pending > 0)
        time = later(time, track->times[track->n_pending - 1] + 1);
    int r = make_room(track, packet, time);
    if (r < 0)
        return r;

    bool is_open = slot(track, track->current)->init != NULL;
    /* A unit larger than a segment may be is skipped as well. */
    track->needs_key = !is_open && (!packet->key || !packet->init ||
                                    packet_unit_len_bytes(packet) > HLS_SEGMENT_MAX_BYTES);
    if (track->needs_key)
        return 0;
    if (!is_open)
        begin_segment(track, packet, time);
    track->times[track->n_pending] = time;
    track->pending[track->n_pending++] = packet_ref(packet);
    track->pending_bytes += packet_unit_len_bytes(packet);
    return 0;
}

int64_t hls_track_key_due_us(const struct hls_track *track)
{
    const struct hls_segment *segment = hls_track_segment(track, track->current);
    if (!segment)
        return CLOCK_NEVER_US;
    return (int64_t)((segment->start + key_after(track)) * US_PER_S / FMP4_TIMESCALE);
}

const struct hls_segment *hls_track_segment(const struct hls_track *track, uint64_t number)
{
    const struct hls_segment *segment = &track->ring[number % (HLS_SEGMENTS + 1)];
    return number >= track->first && number <= track->current && segment->init ? segment : NULL;
}

struct buf *hls_track_part(const struct hls_track *track, uint64_t number, unsigned part,
                           size_t *ret_off, size_t *ret_len_bytes)
{
    const struct hls_segment *segment = hls_track_segment(track, number);
    if (!segment || part >= segment->n_parts)
        return NULL;
    *ret_off = segment->parts[part].off;
    *ret_len_bytes = segment->parts[part].len_bytes;
    return segment->buf ? segment->buf : segment->parts[part].buf;
}

struct packet *hls_track_init_segment(const struct hls_track *track, uint64_t number)
{
    for (uint64_t n = track->first; n <= track->current; n++) {
        const struct hls_segment *segment = hls_track_segment(track, n);
        if (segment && segment->init_number == number)
            return segment->init;
    }
    return NULL;
}

bool hls_track_reached(const struct hls_track *track, uint64_t number, int part)
{
    const struct hls_segment *segment = hls_track_segment(track, number);
    if (part < 0 || number < track->first)
        return number < track->current;
    /* A segment's last part is followed by the first one of the next. */
    if (number < track->current && segment && (unsigned)part >= segment->n_parts)
        return hls_track_reached(track, number + 1, 0);
    return number < track->current || (segment && segment->n_parts > (unsigned)part);
}
