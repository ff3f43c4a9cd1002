#include "net/ws_frame.h"

#include <string.h>

int ws_frame_read(const uint8_t *bytes, size_t len_bytes, struct ws_frame *ret_frame)
{
    if (len_bytes < 2)
        return 0;
    struct ws_frame frame = {
        .fin = bytes[0] & 0x80,
        .opcode = bytes[0] & 0x0f,
        .len_bytes = bytes[1] & 0x7f,
    };
    bool control = frame.opcode & 0x08;
    bool reserved_bits = bytes[0] & 0x70, masked = bytes[1] & 0x80;
    if (reserved_bits || !masked || (frame.opcode > WS_BINARY && frame.opcode < WS_CLOSE) ||
        frame.opcode > WS_PONG || (control && (!frame.fin || frame.len_bytes > WS_CONTROL_MAX)))
        return -1;
    size_t extra = frame.len_bytes == 126 ? 2 : frame.len_bytes == 127 ? 8 : 0;
    if (len_bytes < 2 + extra + 4)
        return 0;
    if (extra) {
        frame.len_bytes = 0;
        for (size_t i = 0; i < extra; i++)
            frame.len_bytes = frame.len_bytes << 8 | bytes[2 + i];
        if (frame.len_bytes >> 63)
            return -1;
    }
    memcpy(frame.mask, bytes + 2 + extra, 4);
    *ret_frame = frame;
    return (int)(2 + extra + 4);
}

void ws_frame_unmask(const struct ws_frame *frame, uint64_t at, const uint8_t *in, size_t len_bytes,
                     uint8_t *out)
{
    uint8_t mask[8];
    for (size_t i = 0; i < 8; i++)
        mask[i] = frame->mask[(at + i) & 3];
    uint64_t wide;
    memcpy(&wide, mask, 8);
    size_t i = 0;
    for (; i + 8 <= len_bytes; i += 8) {
        uint64_t word;
        memcpy(&word, in + i, 8);
        word ^= wide;
        memcpy(out + i, &word, 8);
    }
    for (; i < len_bytes; i++)
        out[i] = in[i] ^ mask[i & 7];
}

size_t ws_frame_write(uint8_t *payload, enum ws_opcode opcode, size_t len_bytes)
{
    uint8_t first = (uint8_t)(0x80 | opcode);
    if (len_bytes < 126) {
        payload[-2] = first;
        payload[-1] = (uint8_t)len_bytes;
        return 2;
    }
    size_t extra = len_bytes < 65536 ? 2 : 8;
    uint8_t *header = payload - extra - 2;
    header[0] = first;
    header[1] = extra == 2 ? 126 : 127;
    for (size_t i = 0; i < extra; i++)
        header[2 + i] = (uint8_t)((uint64_t)len_bytes >> (8 * (extra - 1 - i)));
    return extra + 2;
}

bool ws_code_is_valid(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

/* The length of the well-formed sequence at s, which has left bytes; 0 = not well-formed. */
static size_t sequence_length(const uint8_t *s, size_t left)
{
    size_t n = s[0] < 0x80                   ? 1
               : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
               : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
               : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                             : 0;
    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xed && s[1] > 0x9f, beyond = s[0] == 0xf4 && s[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : n;
}

bool ws_text_is_utf8(const uint8_t *bytes, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes;) {
        size_t n = sequence_length(bytes + i, len_bytes - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}
