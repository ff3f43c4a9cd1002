#include "media/fmp4_part.h"

#include <string.h>

enum {
    TRACK_ID = 1,
    BOX_BYTES = 8,
    MFHD_BYTES = 16,
    TFHD_BYTES = 16,
    TFDT_BYTES = 20,
    TRUN_BYTES = 20, /* without its rows */
    ROW_BYTES = 12,
};

static uint32_t trun_bytes(unsigned n_samples)
{
    return TRUN_BYTES + ROW_BYTES * n_samples;
}

static uint32_t traf_bytes(unsigned n_samples)
{
    return BOX_BYTES + TFHD_BYTES + TFDT_BYTES + trun_bytes(n_samples);
}

static uint32_t moof_bytes(unsigned n_samples)
{
    return BOX_BYTES + MFHD_BYTES + traf_bytes(n_samples);
}

size_t fmp4_part_head_len_bytes(unsigned n_samples)
{
    return (size_t)moof_bytes(n_samples) + BOX_BYTES;
}

static uint8_t *put_u32(uint8_t *p, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *p++ = (uint8_t)(value >> shift);
    return p;
}

static uint8_t *put_box(uint8_t *p, uint32_t len_bytes, const char *type)
{
    p = put_u32(p, len_bytes);
    memcpy(p, type, 4);
    return p + 4;
}

static uint8_t *put_trun(uint8_t *p, const struct fmp4_part *part)
{
    enum { DATA_OFFSET = 0x1, DURATION = 0x100, SIZE = 0x200, FLAGS = 0x400 };
    /* ISO/IEC 14496-12, 8.8.3.1: sample_depends_on, sample_is_non_sync_sample */
    enum { DEPENDS_ON_NONE = 2 << 24, DEPENDS_ON_OTHERS = 1 << 24, NON_SYNC = 1 << 16 };
    p = put_box(p, trun_bytes(part->n_samples), "trun");
    p = put_u32(p, DATA_OFFSET | DURATION | SIZE | FLAGS);
    p = put_u32(p, part->n_samples);
    p = put_u32(p, (uint32_t)fmp4_part_head_len_bytes(part->n_samples));
    for (unsigned i = 0; i < part->n_samples; i++) {
        const struct fmp4_sample *sample = &part->samples[i];
        p = put_u32(p, sample->duration);
        p = put_u32(p, sample->len_bytes);
        p = put_u32(p, sample->key ? DEPENDS_ON_NONE : DEPENDS_ON_OTHERS | NON_SYNC);
    }
    return p;
}

void fmp4_part_head_write(const struct fmp4_part *part, uint8_t *out)
{
    enum { DEFAULT_BASE_IS_MOOF = 0x20000, VERSION_1 = 0x1000000 };
    uint32_t data_bytes = 0;
    for (unsigned i = 0; i < part->n_samples; i++)
        data_bytes += part->samples[i].len_bytes;

    uint8_t *p = put_box(out, moof_bytes(part->n_samples), "moof");
    p = put_box(p, MFHD_BYTES, "mfhd");
    p = put_u32(p, 0);
    p = put_u32(p, part->sequence);
    p = put_box(p, traf_bytes(part->n_samples), "traf");
    p = put_box(p, TFHD_BYTES, "tfhd");
    p = put_u32(p, DEFAULT_BASE_IS_MOOF);
    p = put_u32(p, TRACK_ID);
    p = put_box(p, TFDT_BYTES, "tfdt");
    p = put_u32(p, VERSION_1);
    p = put_u32(p, (uint32_t)(part->decode_time >> 32));
    p = put_u32(p, (uint32_t)part->decode_time);
    p = put_trun(p, part);
    put_box(p, BOX_BYTES + data_bytes, "mdat");
}
