/* WebSocket framing as pure functions over bytes, the server's side. Standard: RFC 6455 section 5.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ws_opcode {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10,
};

/* RFC 6455 section 7.4.1. */
enum ws_code {
    WS_CODE_NORMAL = 1000,
    WS_CODE_GOING_AWAY = 1001,
    WS_CODE_PROTOCOL_ERROR = 1002,
    WS_CODE_NONE = 1005, /* never on the wire */
    WS_CODE_BAD_TEXT = 1007,
    WS_CODE_POLICY = 1008,
    WS_CODE_TOO_LARGE = 1009,
    WS_CODE_FAILED = 1011,
    WS_CODE_TRY_LATER = 1013,
};

enum {
    WS_CLIENT_HEADER_MAX = 14,
    WS_SERVER_HEADER_MAX = 10,
    WS_CONTROL_MAX = 125, /* of a control frame's payload */
};

struct ws_frame {
    bool fin;
    uint8_t opcode; /* of enum ws_opcode */
    uint64_t len_bytes;
    uint8_t mask[4]; /* may be all zero */
};

/* Reads a client's frame header: its length; 0 = more bytes are needed; -1: not one that a client
 * may send (reserved bits or opcodes, unmasked, a long or fragmented control frame). */
int ws_frame_read(const uint8_t *bytes, size_t len_bytes, struct ws_frame *ret_frame);

/* out = in, unmasked; at: how many bytes of the frame's payload came before. */
void ws_frame_unmask(const struct ws_frame *frame, uint64_t at, const uint8_t *in, size_t len_bytes,
                     uint8_t *out);

/* Writes a server's header of a whole message so that it ends where the payload begins; returns its
 * length, at most WS_SERVER_HEADER_MAX. */
size_t ws_frame_write(uint8_t *payload, enum ws_opcode opcode, size_t len_bytes);

/* True when an endpoint may put this code into a close frame. */
bool ws_code_is_valid(unsigned code);

/* RFC 3629. */
bool ws_text_is_utf8(const uint8_t *bytes, size_t len_bytes);
