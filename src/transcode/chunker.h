/* Access units to packets: each is laid out once as in stream/packet.h, with its place on the media
 * timeline. No thread, no lock: it belongs to the encoding thread.
 *
 * The timeline is that of arrival: the first unit is at 0, each later one at its frame's arrival,
 * and a sample lasts about twice the smoothed interval, which browsers play soonest and which
 * absorbs jitter. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "codec/engine.h"
#include "stream/packet.h"

struct chunker {
    uint32_t n_chunks;   /* so far */
    struct packet *init; /* owned reference; NULL before the first unit */
    bool begun;
    int64_t first_arrival_us, last_arrival_us;
    uint64_t decode_time; /* of the last unit, 1/90000 s */
    int64_t interval_us;  /* smoothed */
};

void chunker_init(struct chunker *chunker);
void chunker_finish(struct chunker *chunker);

/* A packet with one reference for the unit made of frame. -ENOMEM, -EINVAL (unreadable parameter
 * sets): the unit is lost, and only a keyframe may follow. */
int chunker_make(struct chunker *chunker, const struct engine_output *output,
                 const struct packet *frame, struct packet **ret_packet)
    __attribute__((warn_unused_result));
