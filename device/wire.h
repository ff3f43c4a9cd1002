/* The 16-byte header in front of every JPEG from a controlled device, and the token that a device
 * may present (docs/protocol.md, section 1). Pure functions over bytes: plain C11, the same file in
 * firmware and server. Any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_VERSION = 1, WIRE_HEAD_BYTES = 16 };

enum wire_flag {
    WIRE_FLAG_STILL = 1 << 0, /* answers a capture; sequence is the request number */
    WIRE_FLAG_DARK = 1 << 1,  /* exposure has not settled */
};

struct wire_frame {
    uint8_t flags;      /* enum wire_flag; ignore unknown bits: they are for newer peers */
    uint32_t sequence;  /* rises by one a frame and wraps; for a still, the request number */
    int64_t capture_us; /* the device's own monotonic clock, 0 and up */
};

enum { WIRE_TOKEN_MIN_CHARS = 16, WIRE_TOKEN_MAX_CHARS = 64 };
/* Follows this in the header of the handshake, RFC 6750 section 2.1. */
#define WIRE_TOKEN_SCHEME "Bearer "

/* Whether the text is a token: 16 to 64 of A-Z a-z 0-9 - . _ ~ + /, and "=" at its end. */
bool wire_is_token(const char *text);

void wire_frame_write(const struct wire_frame *frame, uint8_t out[WIRE_HEAD_BYTES]);

/* -EINVAL if the message is too short or does not start with a header of this version. The JPEG is
 * the rest of the message from data + WIRE_HEAD_BYTES on (it may be empty). */
int wire_frame_read(const uint8_t *data, size_t len_bytes, struct wire_frame *ret_frame)
    __attribute__((warn_unused_result));
