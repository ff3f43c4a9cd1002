/* Between the server and `eyelid-jpeg`, which decodes for it. Both are of one build and on one
 * machine, so numbers are in native byte order.
 *
 * The program's descriptor JPEG_WIRE_SOCKET is one end of a SOCK_SEQPACKET socket pair. Its first
 * packet carries the descriptor of a sealed memfd of JPEG_WIRE_MEMORY_BYTES: the JPEG lies at its
 * beginning, the samples are put at JPEG_WIRE_SAMPLES. Each order is answered before the next one.
 * It ends when the socket is closed. */
#pragma once
#include <stdint.h>

enum {
    JPEG_WIRE_VERSION = 1,
    JPEG_WIRE_SOCKET = 3,
    JPEG_WIRE_SAMPLES = 64 << 20, /* above what any source lets pass */
    /* The largest picture that h264_fits() allows, in 4:2:0 and in RGB, with padded rows. Pages of
     * it that nobody touches cost nothing. */
    JPEG_WIRE_MEMORY_BYTES = JPEG_WIRE_SAMPLES + (48 << 20),
};

struct jpeg_order {
    uint32_t version;
    uint32_t want, scale, max_side; /* struct jpeg_wish */
    uint32_t len_bytes;             /* of the JPEG; 0: nothing to do, in the first packet */
};

struct jpeg_answer {
    int32_t error; /* 0, -EBADMSG or -ENOMEM */
    uint32_t width, height, chroma;
    uint32_t offsets[3], strides[3]; /* of the planes, from JPEG_WIRE_SAMPLES */
};
