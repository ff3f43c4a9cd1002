#include "media/live.h"

static void put_be(uint8_t *out, uint64_t value, unsigned n_bytes)
{
    for (unsigned i = 0; i < n_bytes; i++)
        out[i] = (uint8_t)(value >> (8 * (n_bytes - 1 - i)));
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
