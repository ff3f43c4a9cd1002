#include "media/live.h"

#include <errno.h>

static void put_be(uint8_t *out, uint64_t value, unsigned n_bytes)
{
    for (unsigned i = 0; i < n_bytes; i++)
        out[i] = (uint8_t)(value >> (8 * (n_bytes - 1 - i)));
}

static uint64_t get_be(const uint8_t *data, unsigned n_bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n_bytes; i++)
        value = value << 8 | data[i];
    return value;
}

void live_head_write(const struct live_head *head, uint8_t out[LIVE_HEAD_BYTES])
{
    out[0] = LIVE_VERSION;
    out[1] = (uint8_t)head->kind;
    put_be(out + 2, head->flags, 2);
    put_be(out + 4, head->stream, 4);
    put_be(out + 8, head->sequence, 4);
    put_be(out + 12, head->unit_offset, 2);
    put_be(out + 14, 0, 2);
    put_be(out + 16, (uint64_t)head->capture_us, 8);
}

int live_head_read(const uint8_t *data, uint64_t len_bytes, struct live_head *ret_head)
{
    if (len_bytes < LIVE_HEAD_BYTES || data[0] != LIVE_VERSION)
        return -EINVAL;
    if (data[1] < LIVE_INIT || data[1] > LIVE_STILL)
        return -EINVAL;
    *ret_head = (struct live_head){
        .kind = (enum live_kind)data[1],
        .flags = (uint16_t)get_be(data + 2, 2),
        .stream = (uint32_t)get_be(data + 4, 4),
        .sequence = (uint32_t)get_be(data + 8, 4),
        .unit_offset = (uint16_t)get_be(data + 12, 2),
        .capture_us = (int64_t)get_be(data + 16, 8),
    };
    return 0;
}
