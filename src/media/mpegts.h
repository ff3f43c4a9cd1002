/* MPEG transport stream with one H.264 track, for players and recorders that pull it over HTTP.
 * Pure functions over bytes; a muxer belongs to one stream. Formats: ISO/IEC 13818-1 (2.4.3
 * transport packets and PES, 2.4.4 PAT and PMT, Annex A CRC), clause 2.14 for H.264. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MPEGTS_PACKET_BYTES = 188,
    MPEGTS_TABLES_BYTES = 2 * MPEGTS_PACKET_BYTES,
    MPEGTS_CLOCK_HZ = 90000,
};

/* Zeroed: ready for use. */
struct mpegts {
    uint8_t pat_counter, pmt_counter, video_counter; /* the low four bits count */
};

/* PAT and PMT: before the first unit, and before each key, where a player may join. */
void mpegts_write_tables(struct mpegts *mpegts, uint8_t out[MPEGTS_TABLES_BYTES]);

struct mpegts_unit {
    const uint8_t *annexb; /* an access unit that begins with its delimiter (AUD) */
    size_t len_bytes;
    uint64_t pts; /* 1/90000 s; rises from unit to unit */
    bool key;
};

/* The most that mpegts_write_unit writes. */
size_t mpegts_unit_max_bytes(size_t len_bytes);

/* One PES packet with its timestamp and the stream's clock; returns the bytes written, a multiple
 * of MPEGTS_PACKET_BYTES. */
size_t mpegts_write_unit(struct mpegts *mpegts, const struct mpegts_unit *unit, uint8_t *out);
