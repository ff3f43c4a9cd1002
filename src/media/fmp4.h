/* Fragmented MP4 for live playback: an init segment once, then one chunk (moof+mdat) per frame.
 * Pure functions over bytes; any thread. Writes only H.264 video in one track, timescale 90000.
 * Formats: ISO/IEC 14496-12 (boxes, clause 8), ISO/IEC 14496-15 (avcC, avc1), ISO/IEC 23000-19
 * (CMAF chunk). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/h264.h"

enum {
    FMP4_TIMESCALE = 90000,
    FMP4_INIT_MAX_BYTES = 1536,
    FMP4_CHUNK_HEAD_BYTES =
        108, /* moof and mdat's header; the access unit follows. The same for every chunk. */
};

/* Writes ftyp+moov: mvhd duration 0 and no mehd, because either would end a browser's live mode;
 * no colr, because GStreamer misreads it, and the SPS suffices (docs/decisions/colours.md).
 * *ret_len_bytes of out are used. -EINVAL for unreadable parameter sets. */
int fmp4_init_write(const struct h264_params *params, uint8_t out[FMP4_INIT_MAX_BYTES],
                    size_t *ret_len_bytes) __attribute__((warn_unused_result));

/* Reads the parameter sets from an init segment of fmp4_init_write. -EINVAL: it has none. */
int fmp4_init_params(const uint8_t *init, size_t len_bytes, struct h264_params *ret_params)
    __attribute__((warn_unused_result));

struct fmp4_chunk {
    uint32_t sequence;    /* mfhd: rises by one a chunk, from 1 */
    uint64_t decode_time; /* tfdt, in 1/90000 s, from the frame's arrival */
    uint32_t duration; /* in 1/90000 s: for live MSE about twice the interval, see docs/decisions */
    uint32_t unit_len_bytes; /* of the AVCC access unit that will follow, below 4 GiB - 8 */
    bool key;
};

/* Writes the FMP4_CHUNK_HEAD_BYTES that precede the access unit. */
void fmp4_chunk_head_write(const struct fmp4_chunk *chunk, uint8_t out[FMP4_CHUNK_HEAD_BYTES]);
