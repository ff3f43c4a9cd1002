#include "media/mpegts.h"

#include <string.h>

enum {
    PAT_PID = 0,
    PMT_PID = 0x1000,
    VIDEO_PID = 0x100,
    PROGRAM = 1,
    STREAM_TYPE_H264 = 0x1b,
    STREAM_ID_VIDEO = 0xe0,
    HEAD_BYTES = 4,
    PES_HEAD_BYTES = 14,
    /* An adaptation field with only flags and PCR, including its length byte. */
    PCR_FIELD_BYTES = 8,
    /* The clock is this much behind the timestamps: players may buffer as much. */
    CLOCK_DELAY = MPEGTS_CLOCK_HZ / 10,
};

/* Annex A: polynomial 0x04C11DB7, initially all ones, not reflected. */
static uint32_t crc(const uint8_t *bytes, size_t len_bytes)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < len_bytes; i++) {
        crc ^= (uint32_t)bytes[i] << 24;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
    }
    return crc;
}

static void put_head(uint8_t *out, unsigned pid, bool begins, bool has_field, uint8_t *counter)
{
    out[0] = 0x47;
    out[1] = (uint8_t)((begins ? 0x40 : 0) | pid >> 8);
    out[2] = (uint8_t)pid;
    out[3] = (uint8_t)((has_field ? 0x30 : 0x10) | (*counter & 0x0f));
    *counter = (uint8_t)(*counter + 1);
}

/* A section in a separate packet; fills in section_length and CRC. */
static void put_section(uint8_t *out, unsigned pid, uint8_t *counter, const uint8_t *section,
                        size_t len_bytes)
{
    memset(out, 0xff, MPEGTS_PACKET_BYTES);
    put_head(out, pid, true, false, counter);
    uint8_t *to = out + HEAD_BYTES;
    *to++ = 0; /* pointer_field */
    memcpy(to, section, len_bytes);
    to[2] = (uint8_t)(len_bytes - 3 + 4);
    const uint32_t sum = crc(to, len_bytes);
    for (unsigned i = 0; i < 4; i++)
        to[len_bytes + i] = (uint8_t)(sum >> (24 - 8 * i));
}

void mpegts_write_tables(struct mpegts *mpegts, uint8_t out[MPEGTS_TABLES_BYTES])
{
    static const uint8_t PAT[] = {
        0x00,
        0xb0,
        0, /* table_id, section_length */
        0x00,
        0x01, /* transport_stream_id */
        0xc1,
        0,
        0, /* version 0, current; section 0 of 0 */
        0,
        PROGRAM,
        0xe0 | PMT_PID >> 8,
        PMT_PID & 0xff,
    };
    static const uint8_t PMT[] = {
        0x02,
        0xb0,
        0, /* table_id, section_length */
        0,
        PROGRAM,
        0xc1,
        0,
        0, /* version 0, current; section 0 of 0 */
        0xe0 | VIDEO_PID >> 8,
        VIDEO_PID & 0xff, /* the PID of the clock */
        0xf0,
        0, /* no program descriptors */
        STREAM_TYPE_H264,
        0xe0 | VIDEO_PID >> 8,
        VIDEO_PID & 0xff,
        0xf0,
        0,
    };
    put_section(out, PAT_PID, &mpegts->pat_counter, PAT, sizeof(PAT));
    put_section(out + MPEGTS_PACKET_BYTES, PMT_PID, &mpegts->pmt_counter, PMT, sizeof(PMT));
}

size_t mpegts_unit_max_bytes(size_t len_bytes)
{
    enum { LEAST = MPEGTS_PACKET_BYTES - HEAD_BYTES };
    return ((PCR_FIELD_BYTES + PES_HEAD_BYTES + len_bytes) / LEAST + 1) * MPEGTS_PACKET_BYTES;
}

/* A length of 0 means "until the next one begins". It is used only for those that do not fit 16
 * bits, because the player then gets a unit only when the next one arrives. */
static void put_pes_head(uint8_t out[PES_HEAD_BYTES], const struct mpegts_unit *unit)
{
    const size_t rest = unit->len_bytes + PES_HEAD_BYTES - 6;
    const unsigned len = rest <= 0xffff ? (unsigned)rest : 0;
    const uint64_t pts = unit->pts;
    const uint8_t head[PES_HEAD_BYTES] = {
        0,
        0,
        1,
        STREAM_ID_VIDEO,
        (uint8_t)(len >> 8),
        (uint8_t)len,
        0x84, /* aligned: it begins with an access unit */
        0x80, /* a PTS; the DTS is the same, because nothing is reordered */
        5,
        (uint8_t)(0x21 | (pts >> 29 & 0x0e)),
        (uint8_t)(pts >> 22),
        (uint8_t)(0x01 | (pts >> 14 & 0xfe)),
        (uint8_t)(pts >> 7),
        (uint8_t)(0x01 | (pts << 1 & 0xfe)),
    };
    memcpy(out, head, sizeof(head));
}

/* An adaptation field of total bytes, including its length byte: stuffing, and a clock if there is
 * room for one. */
static void put_field(uint8_t *out, size_t total, const struct mpegts_unit *clock)
{
    memset(out, 0xff, total);
    out[0] = (uint8_t)(total - 1);
    if (total > 1)
        out[1] = 0;
    if (!clock)
        return;
    const uint64_t base = clock->pts - CLOCK_DELAY;
    out[1] = (uint8_t)(0x10 | (clock->key ? 0x40 : 0)); /* PCR; random access */
    out[2] = (uint8_t)(base >> 25);
    out[3] = (uint8_t)(base >> 17);
    out[4] = (uint8_t)(base >> 9);
    out[5] = (uint8_t)(base >> 1);
    out[6] = (uint8_t)((base & 1) << 7 | 0x7e);
    out[7] = 0;
}

size_t mpegts_write_unit(struct mpegts *mpegts, const struct mpegts_unit *unit, uint8_t *out)
{
    uint8_t head[PES_HEAD_BYTES];
    size_t done = 0, packets = 0;
    const size_t total = PES_HEAD_BYTES + unit->len_bytes;
    put_pes_head(head, unit);
    for (; done < total; packets++) {
        uint8_t *packet = out + packets * MPEGTS_PACKET_BYTES;
        size_t field = packets == 0 ? PCR_FIELD_BYTES : 0;
        const size_t room = MPEGTS_PACKET_BYTES - HEAD_BYTES - field;
        const size_t n = total - done < room ? total - done : room;
        field += room - n; /* the rest is stuffing */
        put_head(packet, VIDEO_PID, packets == 0, field > 0, &mpegts->video_counter);
        if (field > 0)
            put_field(packet + HEAD_BYTES, field, packets == 0 ? unit : NULL);
        uint8_t *to = packet + HEAD_BYTES + field;
        const size_t of_head = done < PES_HEAD_BYTES ? PES_HEAD_BYTES - done : 0;
        const size_t first = of_head < n ? of_head : n;
        memcpy(to, head + PES_HEAD_BYTES - of_head, first);
        memcpy(to + first, unit->annexb + (done + first - PES_HEAD_BYTES), n - first);
        done += n;
    }
    return packets * MPEGTS_PACKET_BYTES;
}
