/* The track of an HLS session: access units in, parts and segments of fragmented MP4 out, in a ring
 * that is bounded in number and bytes. Uses no network and no clock: times are the packets'
 * arrival. Loop only. Only for src/api.
 *
 * A segment begins at a key. New parameter sets, a stall of the camera, or too many bytes end it;
 * the next one then begins at the next key, after a discontinuity.
 * Standard: RFC 8216; draft-pantos-hls-rfc8216bis for parts. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/packet.h"

enum {
    HLS_SEGMENTS = 8, /* complete ones kept; the playlist lists the last HLS_LISTED */
    HLS_LISTED = 6,
    HLS_PARTS = 16,                  /* of a segment at most */
    HLS_SAMPLES = 64,                /* of a part at most */
    HLS_MAX_BYTES = 8 << 20,         /* of all segments together */
    HLS_SEGMENT_MAX_BYTES = 4 << 20, /* of one */
};

struct hls_part {
    struct buf *buf; /* owned while its segment grows; then NULL, and in the segment's buf */
    size_t off, len_bytes;
    uint32_t duration; /* in 1/90000 s */
    bool independent;  /* begins with a key */
};

struct hls_segment {
    struct packet *init; /* owned reference; NULL: not begun */
    uint64_t init_number;
    struct buf *buf;          /* all parts, owned; NULL while it grows */
    size_t len_bytes;         /* of its parts so far */
    uint64_t start, duration; /* in 1/90000 s; duration: of its parts so far */
    bool discontinuity;       /* it does not continue the previous one */
    unsigned discontinuities; /* of the track so far, including this one's */
    unsigned n_parts;
    struct hls_part parts[HLS_PARTS];
};

struct hls_track {
    uint64_t first, current; /* media sequence numbers: whole segments are [first, current) */
    struct hls_segment ring[HLS_SEGMENTS + 1];
    size_t bytes; /* of all parts of all segments */
    unsigned discontinuities;
    uint32_t sequence; /* of the last part */
    uint64_t n_begun;  /* segments so far */
    bool broken;       /* the next segment begins after a discontinuity */
    bool needs_key;    /* units are skipped until the next key */

    struct packet *pending[HLS_SAMPLES]; /* units of the next part, owned references */
    uint64_t times[HLS_SAMPLES];         /* of each, in 1/90000 s */
    unsigned n_pending;
    size_t pending_bytes;
};

/* Segments are numbered from first_number. */
void hls_track_init(struct hls_track *track, uint64_t first_number);
void hls_track_finish(struct hls_track *track);

/* Adds the next unit. Borrows packet. -ENOMEM: the track can no longer be used. */
int hls_track_add(struct hls_track *track, struct packet *packet)
    __attribute__((warn_unused_result));

/* When to request a key, so that the segment does not grow too long; CLOCK_NEVER_US without a
 * segment. */
int64_t hls_track_key_due_us(const struct hls_track *track);

/* A complete segment, or the current one if it has begun; else NULL. */
const struct hls_segment *hls_track_segment(const struct hls_track *track, uint64_t number);

/* The part's bytes, borrowed; NULL: not available yet, or no longer. */
struct buf *hls_track_part(const struct hls_track *track, uint64_t number, unsigned part,
                           size_t *ret_off, size_t *ret_len_bytes);

/* The init segment with this number, borrowed, or NULL. */
struct packet *hls_track_init_segment(const struct hls_track *track, uint64_t number);

/* True once the playlist has this part or a later one; part < 0: the whole segment.
 */
bool hls_track_reached(const struct hls_track *track, uint64_t number, int part);
