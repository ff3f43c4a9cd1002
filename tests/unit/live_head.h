/* Reads the header that media/live.h writes; the page reads it in TypeScript. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "media/live.h"

static inline uint64_t live_head_number(const uint8_t *data, unsigned n_bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n_bytes; i++)
        value = value << 8 | data[i];
    return value;
}

/* False if the bytes are not a live header of this version. */
static inline bool live_head_read(const uint8_t *data, size_t len_bytes, struct live_head *ret_head)
{
    if (len_bytes < LIVE_HEAD_BYTES || data[0] != LIVE_VERSION || data[1] < LIVE_INIT ||
        data[1] > LIVE_STILL)
        return false;
    *ret_head = (struct live_head){
        .kind = (enum live_kind)data[1],
        .flags = (uint16_t)live_head_number(data + 2, 2),
        .stream = (uint32_t)live_head_number(data + 4, 4),
        .sequence = (uint32_t)live_head_number(data + 8, 4),
        .unit_offset = (uint16_t)live_head_number(data + 12, 2),
        .capture_us = (int64_t)live_head_number(data + 16, 8),
    };
    return true;
}
