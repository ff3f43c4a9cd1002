#include "device/wire.h"

#include <errno.h>
#include <string.h>

enum { MAGIC_0 = 0x45, MAGIC_1 = 0x44 };

void wire_frame_write(const struct wire_frame *frame, uint8_t out[WIRE_HEAD_BYTES])
{
    out[0] = MAGIC_0;
    out[1] = MAGIC_1;
    out[2] = WIRE_VERSION;
    out[3] = frame->flags;
    for (unsigned i = 0; i < 4; i++)
        out[4 + i] = (uint8_t)(frame->sequence >> (24 - 8 * i));
    for (unsigned i = 0; i < 8; i++)
        out[8 + i] = (uint8_t)((uint64_t)frame->capture_us >> (56 - 8 * i));
}

static uint64_t read_big_endian(const uint8_t *data, unsigned len_bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < len_bytes; i++)
        value = value << 8 | data[i];
    return value;
}

int wire_frame_read(const uint8_t *data, size_t len_bytes, struct wire_frame *ret_frame)
{
    if (len_bytes < WIRE_HEAD_BYTES || data[0] != MAGIC_0 || data[1] != MAGIC_1 ||
        data[2] != WIRE_VERSION)
        return -EINVAL;
    uint64_t capture_us = read_big_endian(data + 8, 8);
    if (capture_us > INT64_MAX)
        return -EINVAL; /* no clock has run for 292,000 years */
    *ret_frame = (struct wire_frame){
        .flags = data[3],
        .sequence = (uint32_t)read_big_endian(data + 4, 4),
        .capture_us = (int64_t)capture_us,
    };
    return 0;
}

bool wire_is_token(const char *text)
{
    static const char chars[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    const size_t n = strspn(text, chars), len = n + strspn(text + n, "=");
    return n > 0 && !text[len] && len >= WIRE_TOKEN_MIN_CHARS && len <= WIRE_TOKEN_MAX_CHARS;
}
