/* A part of a recorded or segmented stream: one moof+mdat with several samples, muxed from access
 * units with real durations; src/media/fmp4.h makes one chunk per frame for live playback instead.
 * Pure functions over bytes; any thread. The init segment is that of fmp4.h.
 * Formats: ISO/IEC 14496-12, clause 8.8; ISO/IEC 23000-19 (CMAF chunk). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fmp4_sample {
    uint32_t duration;  /* in 1/90000 s (FMP4_TIMESCALE) */
    uint32_t len_bytes; /* of the AVCC access unit */
    bool key;
};

struct fmp4_part {
    uint32_t sequence;    /* mfhd: rises by one a part */
    uint64_t decode_time; /* of the first sample, in 1/90000 s */
    const struct fmp4_sample *samples;
    unsigned n_samples; /* all of them together below 4 GiB - 8 bytes */
};

/* Bytes of moof and mdat's header in front of the access units. */
size_t fmp4_part_head_len_bytes(unsigned n_samples);

/* Writes them; the access units follow in order. */
void fmp4_part_head_write(const struct fmp4_part *part, uint8_t *out);
