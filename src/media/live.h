/* The fixed header in front of every binary message from server to page (docs/protocol.md, "Media
 * messages"). Pure functions over bytes; any thread. */
#pragma once
#include <stdint.h>

enum { LIVE_VERSION = 1, LIVE_HEAD_BYTES = 24 };

enum live_kind {
    LIVE_INIT = 1,  /* ftyp+moov of a stream */
    LIVE_CHUNK = 2, /* moof+mdat with one access unit */
    LIVE_JPEG = 3,  /* one JPEG of a stream; also a poster */
    LIVE_STILL =
        4, /* the JPEG that a capture asked for; stream is 0, sequence is the request number */
};

enum live_flag {
    LIVE_FLAG_KEY = 1 << 0, /* decodable on its own */
};

struct live_head {
    enum live_kind kind;
    uint16_t flags;       /* enum live_flag */
    uint32_t stream;      /* server-wide number of the rendition, from 1 */
    uint32_t sequence;    /* of the packet in its stream, from 1; a gap is a loss */
    uint16_t unit_offset; /* from the start of the message to the access unit or JPEG */
    int64_t capture_us;   /* server's monotonic clock */
};

void live_head_write(const struct live_head *head, uint8_t out[LIVE_HEAD_BYTES]);
